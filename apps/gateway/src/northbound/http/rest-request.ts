/** From the places of a REST request (path, query, header, body) to the request of an operation, checked against its schema. */
import type { OperationName, OperationRequest } from '#contracts/application-api';
import { IDEMPOTENCY_HEADER, type MemberPlace, type RestOperation } from '#contracts/application-rest';
import { REST_TABLE } from '#contracts/gateway-tables';
import type { Outcome } from '../../northbound-port.js';
import { hasBody, isUtf8, mediaType, onlyHeader, type Incoming } from '../incoming.js';
import { plainRequest, readRequest } from '../../shapes/shapes.js';
import { ownText } from '../own-text.js';
import { refuse, refuseArguments } from '../refusal.js';
import { decode, type RouteMatch } from './routes.js';
import { FORBIDDEN_NAMES, readJson } from './strict-json.js';

type Values = Map<string, unknown>;

/** At once where there is no body and the arguments are plain. Rejects only when the peer went away. */
export function readRestRequest(
  incoming: Incoming,
  { operation, parameters }: RouteMatch,
): Outcome<OperationRequest<OperationName>> | Promise<Outcome<OperationRequest<OperationName>>> {
  const values: Values = new Map();
  for (const [name, text] of parameters) values.set(name, typed(operation, name, text));
  const query = readQuery(operation, incoming.query, values);
  if (!query.ok) return query;
  const header = readIdempotencyKey(operation, incoming, values);
  if (!header.ok) return header;
  return hasBody(incoming.message) ? withMembers(operation, incoming, values) : shaped(operation, values);
}

async function withMembers(
  operation: RestOperation,
  incoming: Incoming,
  values: Values,
): Promise<Outcome<OperationRequest<OperationName>>> {
  const body = await readMembers(operation, incoming, values);
  return body.ok ? shaped(operation, values) : body;
}

function shaped(
  { name }: RestOperation,
  values: Values,
): Outcome<OperationRequest<OperationName>> | Promise<Outcome<OperationRequest<OperationName>>> {
  const given: Record<string, unknown> = Object.fromEntries(values);
  const plain = plainRequest(name, given);
  if (plain !== undefined) return { ok: true, value: plain };
  return readRequest(name, given).then((read) => (read.ok ? read : refuseArguments(read.errors)));
}

const done: Outcome<undefined> = { ok: true, value: undefined };

interface Taken {
  readonly place: MemberPlace;
  readonly type: unknown;
}
const TAKEN: ReadonlyMap<string, ReadonlyMap<string, Taken>> = new Map(
  REST_TABLE.map(({ name, members }) => [
    name,
    new Map(members.map((member) => [member.name, { place: member.place, type: member.schema['type'] }])),
  ]),
);

const takes = (operation: RestOperation, name: string, place: MemberPlace): boolean =>
  TAKEN.get(operation.name)?.get(name)?.place === place;

const unknown = (name: string, where: string): Outcome<never> =>
  refuseArguments([{ path: name, message: `is no ${where} of this operation` }]);

/** Numbers and truth values in paths and queries have one spelling; any other stays a text, which the schema then refuses. */
function typed(operation: RestOperation, name: string, text: string): unknown {
  const type = TAKEN.get(operation.name)?.get(name)?.type;
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return type === 'integer' && /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}

function readQuery(operation: RestOperation, query: string | undefined, values: Values): Outcome<undefined> {
  if (query === undefined || query === '') return done;
  for (const part of query.split('&')) {
    const mark = part.indexOf('=');
    const name = decode(mark === -1 ? part : part.slice(0, mark));
    const text = decode(mark === -1 ? '' : part.slice(mark + 1).replaceAll('+', '%20'));
    if (name === undefined || text === undefined) return refuse('MALFORMED_REQUEST', 'the query cannot be decoded');
    const seconds = name === 'wait' && takes(operation, 'waitMs', 'query');
    const member = seconds ? 'waitMs' : name;
    if (!takes(operation, member, 'query')) return unknown(name, 'query parameter');
    if (values.has(member)) return refuseArguments([{ path: name, message: 'is given twice' }]);
    const value = typed(operation, member, text);
    values.set(member, seconds && typeof value === 'number' ? value * 1000 : value);
  }
  return done;
}

function readIdempotencyKey(operation: RestOperation, { message }: Incoming, values: Values): Outcome<undefined> {
  const key = onlyHeader(message, IDEMPOTENCY_HEADER);
  if (key === undefined || !takes(operation, 'idempotencyKey', 'header')) return done;
  if (key === false) return refuseArguments([{ path: 'Idempotency-Key', message: 'is given twice' }]);
  values.set('idempotencyKey', ownText(key));
  return done;
}

async function readMembers(operation: RestOperation, incoming: Incoming, values: Values): Promise<Outcome<undefined>> {
  const { message, arrival } = incoming;
  if (operation.method !== 'POST' && operation.method !== 'PUT')
    return refuse('MALFORMED_REQUEST', `${operation.method} takes no body`);
  const media = mediaType(message);
  if (
    media?.type !== 'application/json' ||
    !isUtf8(media.parameters.get('charset')) ||
    onlyHeader(message, 'content-encoding') !== undefined
  ) {
    return refuse('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json in UTF-8, not compressed');
  }
  const body = await arrival.body();
  if (!body.ok) return body;
  if (body.value.length === 0) return done;
  const json = readJson(body.value);
  if (!json.ok) return refuse('MALFORMED_REQUEST', json.detail);
  if (json.value === null || typeof json.value !== 'object' || Array.isArray(json.value))
    return refuse('MALFORMED_REQUEST', 'the body must be a JSON object');
  for (const [name, value] of Object.entries(json.value)) {
    if (FORBIDDEN_NAMES.has(name) || !takes(operation, name, 'body')) return unknown(name, 'member');
    values.set(name, value);
  }
  return done;
}
