/** What comes from outside as the contract's types: by plain checks where they settle it, else by the schema. */
import type { OperationName, OperationRequest } from '#contracts/application-api';
import type { AccessDocument, InstanceConfig, JournalQuery, SignedDocument } from '#contracts/gateway-admin';
import { GATEWAY_SHAPES, REQUEST_SHAPES, type JsonShape } from '#contracts/gateway-tables';
import { argumentErrors, type ArgumentErrors } from '../northbound/refusal.js';
import { defaultsOf, plainCheck, type PlainCheck } from './plain-check.js';

export type Shaped<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: ArgumentErrors };

type Documents = {
  instanceConfig: InstanceConfig;
  journalQuery: JournalQuery;
  accessDocument: AccessDocument;
  signedDocument: SignedDocument;
};
const SCHEMA_OF = {
  instanceConfig: 'InstanceConfigSchema',
  journalQuery: 'JournalQuerySchema',
  accessDocument: 'ReceivedAccessDocumentSchema',
  signedDocument: 'SignedDocumentSchema',
} as const;

interface RequestCheck {
  readonly check: PlainCheck;
  readonly defaults: readonly (readonly [name: string, value: unknown])[];
}
const requestChecks = new Map<OperationName, RequestCheck>();
function requestCheck(name: OperationName): RequestCheck {
  let known = requestChecks.get(name);
  if (known === undefined) {
    const shape = JSON.parse(REQUEST_SHAPES[name]) as JsonShape;
    known = { check: plainCheck(shape), defaults: defaultsOf(shape) };
    requestChecks.set(name, known);
  }
  return known;
}

/** The request as the schema would answer it, defaults filled in; undefined: ask {@link readRequest}. `given` is changed. */
export function plainRequest<N extends OperationName>(name: N, given: Record<string, unknown>): OperationRequest<N> | undefined {
  const { check, defaults } = requestCheck(name);
  if (!check(given)) return undefined;
  for (const [member, value] of defaults) if (given[member] === undefined) given[member] = value;
  return given as OperationRequest<N>;
}

export async function readRequest<N extends OperationName>(
  name: N,
  given: Record<string, unknown>,
): Promise<Shaped<OperationRequest<N>>> {
  const plain = plainRequest(name, given);
  if (plain !== undefined) return { ok: true, value: plain };
  const { APPLICATION_OPERATIONS } = await import('./schemas.js');
  const parsed = APPLICATION_OPERATIONS[name].request.safeParse(given);
  return parsed.success
    ? { ok: true, value: parsed.data as OperationRequest<N> }
    : { ok: false, errors: argumentErrors(parsed.error) };
}

/** `value` is fresh from JSON.parse and given away. */
export async function readDocument<K extends keyof Documents>(kind: K, value: unknown): Promise<Shaped<Documents[K]>> {
  if (plainCheck(GATEWAY_SHAPES[kind])(value)) return { ok: true, value: value as Documents[K] };
  const schemas = await import('./schemas.js');
  const parsed = schemas[SCHEMA_OF[kind]].safeParse(value);
  return parsed.success ? { ok: true, value: parsed.data as Documents[K] } : { ok: false, errors: argumentErrors(parsed.error) };
}
