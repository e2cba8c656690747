/** Request elements and envelopes of the contract, put together as text from the facts in test/fixtures/soap; no code of the gateway takes part. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '#config/environment';

type Fields = readonly string[];
interface Facts {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly targetNamespace: string;
        readonly operations: Readonly<Record<string, { readonly in: Fields; readonly out: Fields }>>;
      }
    >
  >;
  readonly schemas: Readonly<Record<string, { readonly types: Readonly<Record<string, readonly (string | object)[]>> }>>;
}
export const FACTS = JSON.parse(
  readFileSync(join(readEnvironment().cloneRoot, 'test/fixtures/soap/contract-facts.json'), 'utf8'),
) as Facts;
const ENVELOPES = { '1.1': 'http://schemas.xmlsoap.org/soap/envelope/', '1.2': 'http://www.w3.org/2003/05/soap-envelope' };

export const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export const serviceOf = (operation: string): string => {
  const found = Object.entries(FACTS.services).find(([, { operations }]) => Object.hasOwn(operations, operation));
  if (found === undefined) throw new Error(`no service has ${operation}`);
  return found[0];
};

/** Where the contract says otherwise than our API. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  objectId: ['objId', 'objIdOfDeviceWithMsg', 'hotDeskUserObjectId', 'hotDeskDeviceObjectId'],
  localCallId: ['callId'],
  accountCode: ['accCode'],
  prgDn: ['PRGDn'],
  number: ['e164Str'],
  digits: ['digitStr'],
  presenceValue: ['groupPresenceValue'],
  fields: ['field'],
  deiIds: ['deiId'],
  searchPredicates: ['searchPredicate'],
  lines: ['line'],
  members: ['member'],
  incomingNumbers: ['incomingNumber'],
  agentGroupStatus: ['agentGroupStatu'],
  keyFields: ['keyField'],
};

/** The member of our API for a name of the contract. */
export const ourName = (name: string): string =>
  Object.keys(OTHER_NAMES).find((member) => OTHER_NAMES[member]!.includes(name)) ?? name;

/**
 * The request element with the given members where the facts say they belong, by the contract's name or by ours; members the facts do not know
 * go in as elements. A list is repeated, an object is an element with members of its own.
 */
export function requestElement(operation: string, members: Readonly<Record<string, unknown>>): string {
  const { targetNamespace, operations } = FACTS.services[serviceOf(operation)]!;
  const fields = operations[operation]!.in.map(split);
  const complex = fields.length === 1 ? typeFacts(fields[0]!.type) : undefined;
  const left = new Map(Object.entries(members));
  const inner = complex === undefined ? elements('s', fields, left) : element('s', { ...fields[0]!, attribute: false }, left);
  const unknown = [...left].map(([name, value]) => `<s:${name}>${escape(String(value))}</s:${name}>`).join('');
  return `<s:${operation} xmlns:s="${targetNamespace}">${inner}${unknown}</s:${operation}>`;
}

/** The arguments of an operation, those of its wrapping included. */
export function argumentsOf(operation: string): readonly { readonly name: string; readonly type: string }[] {
  const fields = FACTS.services[serviceOf(operation)]!.operations[operation]!.in.map(split);
  const complex = fields.length === 1 ? typeFacts(fields[0]!.type) : undefined;
  return complex?.fields ?? fields;
}

type Split = ReturnType<typeof split>;
type Left = Map<string, unknown>;

function take(left: Left, name: string): unknown {
  const ours = left.has(name) ? name : ourName(name);
  const value = left.get(ours);
  left.delete(ours);
  return value;
}

const elements = (prefix: string, fields: readonly Split[], left: Left): string =>
  fields
    .map((field) => [field, take(left, field.name)] as const)
    .filter(([, value]) => value !== undefined)
    .flatMap(([field, value]) => (Array.isArray(value) ? value : [value]).map((one: unknown) => [field, one] as const))
    .map(([field, value]) =>
      value !== null && typeof value === 'object'
        ? element(prefix, field, new Map(Object.entries(value)))
        : `<${prefix}:${field.name}>${escape(String(value))}</${prefix}:${field.name}>`,
    )
    .join('');

/** An element of a complex type; takes what belongs to it. */
function element(prefix: string, { name, type }: Split, left: Left): string {
  const complex = typeFacts(type);
  if (complex === undefined) throw new Error(`the facts have no type ${type}`);
  const attributes = complex.fields
    .filter(({ attribute }) => attribute)
    .map((field) => [field.name, take(left, field.name)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escape(String(value))}"`)
    .join('');
  const children = elements(
    't',
    complex.fields.filter(({ attribute }) => !attribute),
    left,
  );
  return `<${prefix}:${name} xmlns:t="${complex.namespace}"${attributes}>${children}</${prefix}:${name}>`;
}

const split = (fact: string | object) => {
  const match = /^(@?)(\w+):(.*?)(?:\[\])?\??$/.exec(fact as string);
  return { attribute: match?.[1] === '@', name: match?.[2] ?? '', type: match?.[3] ?? '' };
};

function typeFacts(name: string) {
  for (const [namespace, { types }] of Object.entries(FACTS.schemas)) {
    const facts = types[name];
    if (facts !== undefined) return { namespace, fields: facts.map(split) };
  }
  return undefined;
}

export const envelope = (body: string, version: '1.1' | '1.2' = '1.1'): string =>
  `<e:Envelope xmlns:e="${ENVELOPES[version]}"><e:Body>${body}</e:Body></e:Envelope>`;
