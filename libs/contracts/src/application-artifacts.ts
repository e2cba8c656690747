/** The checked-in forms of the application API: what `npm run generate` writes and a test compares, by path below `generated/`. */
import { z } from 'zod';
import { APPLICATION_OPERATIONS } from './application-api.js';
import { applicationOpenApi, REST_OPERATIONS } from './application-openapi.js';
import { AccessDocumentSchema, InstanceConfigSchema, JournalQuerySchema, SignedDocumentSchema } from './gateway-admin.js';
import { soapHandlerServices, SOAP_PATH, soapServices, wsdlOf } from './soap.js';

/** Stands in the checked-in WSDL; a served one has the address its reader used. */
const EXAMPLE_BASE = 'https://gateway.example/t/tenant';

export function applicationArtifacts(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  files.set('application-api.openapi.json', `${JSON.stringify(applicationOpenApi(), null, 2)}\n`);
  files.set('gateway-tables.ts', gatewayTables());
  for (const name of [...soapServices().keys(), ...soapHandlerServices().keys()])
    files.set(`${name}.wsdl`, wsdlOf(name, `${EXAMPLE_BASE}${SOAP_PATH}${name}`));
  return files;
}

/**
 * What a gateway needs of the contract at its start and for every request, as plain data: the schema library costs an instance more
 * start time and memory than all else, and is then loaded only for what these tables do not settle.
 */
function gatewayTables(): string {
  const shape = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  const shapes = {
    instanceConfig: shape(InstanceConfigSchema),
    journalQuery: shape(JournalQuerySchema),
    accessDocument: shape(AccessDocumentSchema),
    signedDocument: shape(SignedDocumentSchema),
  };
  const requests = Object.fromEntries(
    Object.entries(APPLICATION_OPERATIONS).map(([name, { request }]) => [name, JSON.stringify(shape(request))]),
  );
  const literal = (value: unknown) => `'${JSON.stringify(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return `/** Generated from the contract (\`npm run generate\`): do not edit. */
import type { OperationName } from '../application-api.js';
import type { RestOperation } from '../application-rest.js';

/** JSON Schema as the contract's schemas give it. */
export type JsonShape = Readonly<Record<string, unknown>>;
export interface GatewayShapes {
  readonly instanceConfig: JsonShape;
  readonly journalQuery: JsonShape;
  readonly accessDocument: JsonShape;
  readonly signedDocument: JsonShape;
}

export const REST_TABLE = JSON.parse(
  ${literal(REST_OPERATIONS)},
) as readonly RestOperation[];

export const GATEWAY_SHAPES = JSON.parse(
  ${literal(shapes)},
) as GatewayShapes;

/** JSON of each operation's {@link JsonShape}: an instance is asked for few of them. */
export const REQUEST_SHAPES = ${JSON.stringify(requests, undefined, 2)} as const satisfies Readonly<Record<OperationName, string>>;
`;
}
