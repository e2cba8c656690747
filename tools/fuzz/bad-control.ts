/** Wrong requests made from the contract: for every route, by kind of fault, from a seed. Nothing in them is right enough to have an effect. */
import { CONTROL_API_BOUNDS, CONTROL_ROUTE_LIST, type ControlRoute } from '#contracts/control-api';
import { z } from 'zod';
import { Seeded } from './seeded.js';

export interface BadControlRequest {
  readonly route: ControlRoute;
  /** What is wrong with it. */
  readonly fault: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** Ids that exist, of the tenant whose key is used, and of another one. */
export interface KnownIds {
  readonly mine: Readonly<Record<string, string>>;
  readonly foreign: Readonly<Record<string, string>>;
}

export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly format?: string;
}

const VALID: Readonly<Record<string, unknown>> = {
  name: 'fine',
  slug: 'fine',
  companyName: 'Fine',
  address: '10.77.77.77',
  platform: 'virtual',
  release: '9.4',
  email: 'fine@example.org',
};
const long = (size: number): string => 'x'.repeat(size);
/** Stands for text that JSON.stringify would never write. */
const RAW = (text: string): string => `\u0001raw:${text}\u0001`;
export const encode = (value: unknown): Buffer =>
  Buffer.from(
    JSON.stringify(value).replace(
      /"\\u0001raw:((?:[^"\\]|\\.)*?)\\u0001"/g,
      (_, text: string) => JSON.parse(`"${text}"`) as string,
    ),
  );

export const bodySchema = (route: ControlRoute): JsonSchema =>
  z.toJSONSchema(route.body!, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

export function validBody(route: ControlRoute, ids: KnownIds): Record<string, unknown> {
  const { properties = {}, required = [] } = bodySchema(route);
  return Object.fromEntries(
    Object.keys(properties)
      .filter((name) => required.includes(name))
      .map((name) => [name, name === 'clusterId' ? ids.mine['cluster'] : VALID[name]]),
  );
}

/** Values that no member of this kind can have. */
function wrongValues(schema: JsonSchema): [string, unknown][] {
  const types = new Set((schema.anyOf ?? [schema]).map(({ type }) => type));
  const wrong: [string, unknown][] = [
    ['list', types.has('array') ? [[]] : []],
    ['deep', JSON.parse('['.repeat(20) + ']'.repeat(20))],
    ['too deep', RAW('['.repeat(60) + ']'.repeat(60))],
    ['__proto__ inside', RAW('{"__proto__":{"role":"admin"}}')],
    ['constructor inside', RAW('{"constructor":{"prototype":{"x":1}}}')],
    ['operator', { $ne: 1 }],
    ['infinite', RAW('1e400')],
    ['huge number', RAW('123456789012345678901234567890')],
    ['NaN', RAW('NaN')],
  ];
  if (!types.has('null')) wrong.push(['null', null]);
  if (schema.type !== 'boolean') wrong.push(['boolean', true]);
  if (schema.type !== 'string' && schema.anyOf === undefined && schema.enum === undefined) wrong.push(['text', 'true']);
  if (schema.type !== 'object') wrong.push(['object', { a: 1 }]);
  if (!types.has('integer')) wrong.push(['number', 7], ['fraction', 1.5]);
  if (types.has('integer')) wrong.push(['negative', -1], ['fraction', 0.5], ['above', 10_000_000]);
  if (schema.type === 'string' || schema.anyOf !== undefined) {
    wrong.push(
      ['empty text', ''],
      ['long text', long(5000)],
      ['NUL', RAW('"a\\u0000b"')],
      ['half a character', RAW('"\\ud800"')],
      ['line break', 'a\nb'],
      ['escape', '\u001b[31mred'],
      ['right-to-left', 'a\u202eb'],
    );
    wrong.push(['only spaces', '   '], ['leading space', ' a']);
  }
  return wrong;
}

function bodyFaults(route: ControlRoute, ids: KnownIds): [string, Buffer][] {
  const { properties = {}, required = [] } = bodySchema(route);
  const base = validBody(route, ids);
  const faults: [string, Buffer][] = required.map((name) => [`missing ${name}`, encode({ ...base, [name]: undefined })]);
  for (const [name, schema] of Object.entries(properties)) {
    for (const [kind, value] of wrongValues(schema)) faults.push([`${name} is ${kind}`, encode({ ...base, [name]: value })]);
    for (const [inner, innerSchema] of Object.entries(schema.properties ?? {})) {
      for (const [kind, value] of wrongValues(innerSchema))
        faults.push([`${name}.${inner} is ${kind}`, encode({ ...base, [name]: { [inner]: value } })]);
    }
    if (name === 'clusterId')
      faults.push(['clusterId of another tenant', encode({ ...base, clusterId: ids.foreign['cluster'] })]);
    faults.push([`${name} twice`, Buffer.from(`{${JSON.stringify(name)}:1,${JSON.stringify(name)}:2}`)]);
  }
  if (required.length === 0) faults.push(['nothing in it', Buffer.from('{}')]);
  for (const name of ['id', 'tenantId', 'version', 'role', 'sha256', 'icpId', 'x'.repeat(300)])
    faults.push([`extra ${name.slice(0, 20)}`, encode({ ...base, [name]: 1 })]);
  for (const name of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])
    faults.push([`member ${name}`, Buffer.from(`{"${name}":{"admin":true},${JSON.stringify(base).slice(1)}`)]);
  return faults;
}

function rawFaults(): [string, Buffer, Record<string, string>?][] {
  const filler = Object.fromEntries(Array.from({ length: CONTROL_API_BOUNDS.keysMax + 1 }, (_, index) => [`k${index}`, 0]));
  return [
    ['not UTF-8', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')])],
    ['cut JSON', Buffer.from('{"name":"a"')],
    ['two documents', Buffer.from('{}{}')],
    ['XML', Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')],
    ['a list', Buffer.from('[]')],
    ['a text', Buffer.from('"name"')],
    ['a number', Buffer.from('1e999')],
    ['null', Buffer.from('null')],
    ['nested 10,000 deep', Buffer.from('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000))],
    ['too many members', Buffer.from(JSON.stringify(filler))],
    ['byte order mark', Buffer.from('\ufeff{"x":1}')],
    ['too large', Buffer.from(`{"name":"${long(CONTROL_API_BOUNDS.bodyBytesMax)}"}`)],
    ['text/plain', Buffer.from('{}'), { 'content-type': 'text/plain' }],
    ['a form', Buffer.from('name=a'), { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another charset', Buffer.from('{}'), { 'content-type': 'application/json; charset=utf-7' }],
    ['said to be packed', Buffer.from('{}'), { 'content-encoding': 'gzip' }],
  ];
}

const WRONG_IDS = [
  '0',
  '..%2f..',
  '%00',
  '__proto__',
  'constructor',
  '%7B%22$ne%22:1%7D',
  "'%20OR%201=1--",
  long(300),
  'null',
  'undefined',
  '00000000-0000-0000-0000-00000000000g',
  '%F0%9F%92%A9',
  '-1',
  'NaN',
  '%E2%80%AE',
];
const WRONG_QUERIES = [
  'limit=0',
  'limit=-1',
  'limit=501',
  'limit=1.5',
  'limit=abc',
  'limit=1e9',
  'limit=',
  'limit=1&limit=2',
  'limit[]=1',
  'cursor=',
  'cursor=%00',
  'cursor=AAAA',
  `cursor=${long(500)}`,
  'cursor=%27%20OR%201=1',
  'cursor=a&cursor=b',
  'timeoutSeconds=61',
  'timeoutSeconds=-1',
  'timeoutSeconds=x',
  'timeoutSeconds=NaN',
  'timeoutSeconds=Infinity',
];
const EXTRA_QUERIES = ['sort=name', '__proto__=1', 'constructor=1', '__proto__[x]=1', 'tenantId=1', 'a[b]=c', '%ff=1'];

export const fill = (route: ControlRoute, values: Readonly<Record<string, string>>): string =>
  route.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'missing');

function faultsOf(route: ControlRoute, ids: KnownIds): BadControlRequest[] {
  const path = fill(route, ids.mine);
  const json = { 'content-type': 'application/json' };
  const good = route.body === null ? undefined : encode(validBody(route, ids));
  const requests: BadControlRequest[] = [];
  const add = (fault: string, at: string, body: Buffer | undefined, headers: Record<string, string> = {}) =>
    requests.push({ route, fault, path: at, headers: { ...(body === undefined ? {} : json), ...headers }, body });
  for (const name of Object.keys(route.params.shape)) {
    for (const id of WRONG_IDS) add(`path ${name} is ${id.slice(0, 40)}`, fill(route, { ...ids.mine, [name]: id }), good);
    add(`path ${name} of another tenant`, fill(route, { ...ids.mine, [name]: ids.foreign[name]! }), good);
  }
  const known = Object.keys(route.query.shape);
  for (const query of WRONG_QUERIES.filter((text) => known.includes(text.split(/[=[]/)[0]!)))
    add(`query ${query.slice(0, 40)}`, `${path}?${query}`, good);
  for (const query of EXTRA_QUERIES) add(`query ${query}`, `${path}?${query}`, good);
  if (route.body !== null) for (const [fault, body] of bodyFaults(route, ids)) add(fault, path, body);
  else if (route.method === 'POST')
    for (const body of ['{"a":1}', '[1]', '"a"']) add(`an unasked body ${body}`, path, Buffer.from(body));
  if (route.method === 'POST' || route.method === 'PATCH')
    for (const [fault, body, headers] of rawFaults())
      if (route.body !== null || !/^null$/.test(fault)) add(fault, path, body, headers);
  if (route.method === 'GET' || route.method === 'DELETE') add('a body where there is none', path, Buffer.from('{}'));
  if (route.role !== 'public')
    for (const key of ['Bearer ', 'Bearer cbk_', `Bearer ${long(500)}`, 'Basic YTpi'])
      add(`key ${key.slice(0, 12)}`, path, good, { authorization: key });
  if (route.idempotent)
    for (const key of ['', 'a b', long(201), 'ü'])
      add(`idempotency key ${key.slice(0, 12)}`, path, good, { 'idempotency-key': key });
  if (route.ifMatch)
    for (const tag of ['"999999"', 'W/"1"', 'x', '"-1"', long(300)])
      add(`If-Match ${tag.slice(0, 12)}`, path, good, { 'if-match': tag });
  return requests;
}

/** Every kind of fault at every route, each alone. */
export const singleFaults = (ids: KnownIds): BadControlRequest[] => CONTROL_ROUTE_LIST.flatMap((route) => faultsOf(route, ids));

const WITH_BODY = CONTROL_ROUTE_LIST.filter(({ body }) => body !== null);

/** Up to three faults at once in one body. */
export function mixedFaults(ids: KnownIds, random: Seeded): BadControlRequest {
  const route = random.pick(WITH_BODY);
  const body: Record<string, unknown> = validBody(route, ids);
  const faults: string[] = [];
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const [name, schema] = random.pick(Object.entries(bodySchema(route).properties ?? {}));
    const [kind, value] = random.pick(wrongValues(schema));
    body[name] = value;
    faults.push(`${name} is ${kind}`);
  }
  return {
    route,
    fault: faults.join(', '),
    path: fill(route, ids.mine),
    headers: { 'content-type': 'application/json' },
    body: encode(body),
  };
}

/** Every kind of fault at every route, then `more` requests with up to three faults at once, chosen by the seed. */
export function badRequests(ids: KnownIds, seed: number, more: number): BadControlRequest[] {
  const random = new Seeded(seed);
  return [...singleFaults(ids), ...Array.from({ length: more }, () => mixedFaults(ids, random))];
}
