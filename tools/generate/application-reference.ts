/** The reference of the application API: every operation as an application asks for it, over REST and over SOAP. */
import { z } from 'zod';
import { APPLICATION_OPERATIONS, EventSchema, type OperationName } from '#contracts/application-api';
import { IDEMPOTENCY_HEADER, REST_OPERATIONS, type RestMember, type RestOperation } from '#contracts/application-openapi';
import { ERROR_KINDS } from '#contracts/errors';
import { SOAP_EVENT_WAIT_MS, soapServices } from '#contracts/soap';

type Schema = Readonly<Record<string, unknown>>;

/** In the order a newcomer needs them. */
const KINDS = {
  session: 'Sessions',
  query: 'Looking up',
  monitor: 'Monitors',
  command: 'Commands',
  event: 'Events',
  data: 'Directory',
} as const;
/** Members of members are named, those below are left to the OpenAPI document. */
const DEPTH_MAX = 2;

/** Several operations of the contract may be one of ours. */
const SOAP_NAMES = new Map<OperationName | 'nextEvent', string[]>();
for (const { name: service, operations } of soapServices().values())
  for (const { name, maps } of operations.values())
    SOAP_NAMES.set(maps, [...(SOAP_NAMES.get(maps) ?? []), `\`${service}.${name}\``]);

function scalar(schema: Schema): string {
  const { type, minimum, maximum, minLength, maxLength, pattern } = schema;
  const hasRange = minimum !== undefined && maximum !== undefined && Number(maximum) < Number.MAX_SAFE_INTEGER;
  const parts = [[type ?? 'any'].flat().join(' or ')];
  if (hasRange) parts.push(`${String(minimum)}–${String(maximum)}`);
  else if (typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER) parts.push(`≥ ${minimum}`);
  if (typeof maxLength === 'number') parts.push(`${typeof minLength === 'number' ? minLength : 0}–${maxLength} characters`);
  if (typeof pattern === 'string') parts.push(`\`${pattern}\``);
  return parts.join(' ');
}

/** A schema in a few words. */
function shapeOf(schema: Schema, depth = 0): string {
  const { const: constant, enum: words, anyOf, oneOf, items, properties, type } = schema;
  if (constant !== undefined) return `\`${JSON.stringify(constant)}\``;
  if (Array.isArray(words)) return words.map((word) => `\`${String(word)}\``).join(', ');
  const ways = (anyOf ?? oneOf) as Schema[] | undefined;
  if (ways !== undefined && JSON.stringify(ways) === EVENT_WAYS) return '[event](#shapes-of-events)';
  if (ways !== undefined) return [...new Set(ways.map((way) => shapeOf(way, depth)))].join(' or ');
  if (type === 'array') return `list of ${shapeOf((items ?? {}) as Schema, depth)}`;
  if (properties === undefined) return scalar(schema);
  if (depth >= DEPTH_MAX) return 'object';
  const required = new Set((schema['required'] ?? []) as string[]);
  const members = Object.entries(properties as Record<string, Schema>).map(
    ([name, member]) => `${name}${required.has(name) ? '' : '?'}: ${shapeOf(member, depth + 1)}`,
  );
  return `{ ${members.join('; ')} }`;
}

const EVENT = z.toJSONSchema(EventSchema, { io: 'output', target: 'draft-2020-12' }) as { readonly oneOf?: readonly Schema[] };
const EVENT_WAYS = JSON.stringify(EVENT.oneOf);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function memberRow({ name, place, required, schema }: RestMember): string {
  const said = place === 'header' ? `\`${IDEMPOTENCY_HEADER}\` header` : place;
  const preset = schema['default'] === undefined ? '' : `; ${JSON.stringify(schema['default'])} when absent`;
  const isNeeded = place === 'path' || (required && preset === '');
  const about = typeof schema['description'] === 'string' ? schema['description'] : '';
  return `| \`${name}\` | ${said} | ${isNeeded ? 'yes' : 'no'} | ${cell(shapeOf(schema))}${preset} | ${cell(about)} |`;
}

function answerOf({ name, status, emptyStatus }: RestOperation): string {
  if (status === 204) return 'Answers 204.';
  const { properties = {}, required = [] } = z.toJSONSchema(APPLICATION_OPERATIONS[name].response, {
    io: 'output',
    target: 'draft-2020-12',
  }) as { readonly properties?: Record<string, Schema>; readonly required?: readonly string[] };
  const empty = emptyStatus === status ? '' : `, or ${emptyStatus} when there is nothing to tell`;
  return `Answers ${status}${empty}:\n\n${memberTable(properties, required)}`;
}

const memberTable = (properties: Record<string, Schema>, required: readonly string[]): string =>
  [
    '| member | | |',
    '|---|---|---|',
    ...Object.entries(properties).map(
      ([member, schema]) =>
        `| \`${member}\` | ${required.includes(member) ? 'always' : 'sometimes'} | ${cell(shapeOf(schema, 1))} |`,
    ),
  ].join('\n');

/** What is in an event, by its category; some categories have several shapes. */
function eventShapes(): string {
  const shapes = (EVENT.oneOf ?? []).map((schema) => {
    const { properties, required } = schema as { readonly properties: Record<string, Schema>; readonly required: string[] };
    const category = String((properties['category'] as Schema)['const']);
    return `### ${category}\n\n${memberTable(properties, required)}\n`;
  });
  return shapes.join('\n');
}

function section(operation: RestOperation): string {
  const { name, method, path, members } = operation;
  const { doc, level } = APPLICATION_OPERATIONS[name];
  const soap = SOAP_NAMES.get(name);
  const rows = members.map(memberRow);
  return [
    `### ${name}`,
    '',
    `${doc}${level === 'advanced' ? ' For advanced sessions.' : ''}`,
    '',
    `REST \`${method} ${path}\` · SOAP ${soap === undefined ? '–' : soap.join(', ')}`,
    '',
    ...(rows.length === 0 ? [] : ['| member | where | needed | what | |', '|---|---|---|---|---|', ...rows, '']),
    answerOf(operation),
    '',
  ].join('\n');
}

export function applicationReference(): string {
  const ofKind = (kind: string) => REST_OPERATIONS.filter(({ name }) => APPLICATION_OPERATIONS[name].kind === kind);
  const chapters = Object.entries(KINDS).map(([kind, title]) => `## ${title}\n\n${ofKind(kind).map(section).join('\n')}`);
  const contents = Object.entries(KINDS).map(
    ([kind, title]) =>
      `- **${title}**: ${ofKind(kind)
        .map(({ name }) => `[${name}](#${name.toLowerCase()})`)
        .join(' · ')}`,
  );
  const codes = Object.entries(ERROR_KINDS).map(
    ([code, { status, title, retriable, action }]) =>
      `| \`${code}\` | ${status} | ${cell(title)} | ${retriable ? 'yes' : 'no'} | ${cell(action)} |`,
  );
  return `# Reference of the application API

Made from the contract (\`npm run generate\`): do not edit. How to begin: [Writing an application](../applications.md). Schemas in full: \`/v1/openapi.json\` and \`?wsdl\` at the tenant's address.

${REST_OPERATIONS.length} operations. Over REST a path is below the tenant's address, members of the path are filled in, those of the query and of the body have these names; every request but log-in has \`Authorization: Bearer <token>\`.
Over SOAP the members are elements of the request, spelt as in the 4.0 contract. The same operation does the same over both. Commands take an \`Idempotency-Key\` over REST.

${contents.join('\n')}

The polls for a single event (${(SOAP_NAMES.get('nextEvent') ?? []).join(', ')}) are over SOAP only; they wait ${SOAP_EVENT_WAIT_MS.default} ms when nothing is said, ${SOAP_EVENT_WAIT_MS.max} ms at most. Over REST a page of events does the same: [getEvents](#getevents).

${chapters.join('\n')}
## Shapes of events

${eventShapes()}
## Refusals

Over REST a problem document (RFC 9457) with these codes; over SOAP \`result="false"\` with \`CODE: detail\`, or the text old applications expect.

| code | status | title | may be tried again | what to do |
|---|---|---|---|---|
${codes.join('\n')}
`;
}
