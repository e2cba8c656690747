/** Requests to the admin interface that must be refused, made from the routes' own schemas: every route, every kind of fault. */
import { z } from 'zod';
import { BODY_BYTES_MAX } from '../../apps/call-manager-sim/src/admin/admin-server.js';
import { ROUTES, type Method, type Route } from '../../apps/call-manager-sim/src/admin/routes.js';
import { HOSTILE_TEXTS } from './hostile-values.js';
import type { Seeded } from './seeded.js';

export interface BadAdminRequest {
  readonly method: string;
  readonly path: string;
  /** Method and pattern of the path it was made for. */
  readonly operation: string;
  /** What is wrong, for the message of a failing test. */
  readonly fault: string;
  readonly body: Buffer | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Numbers that exist. */
export interface Known {
  readonly address: string;
  readonly dn: string;
}

const long = (size: number): string => 'x'.repeat(size);
/** Stands for text that JSON.stringify would never write. */
const raw = (text: string): string => `\u0001raw:${text}\u0001`;
const encode = (value: unknown): Buffer =>
  Buffer.from(
    JSON.stringify(value).replace(
      /"\\u0001raw:((?:[^"\\]|\\.)*?)\\u0001"/g,
      (_, text: string) => JSON.parse(`"${text}"`) as string,
    ),
  );

const VALID: Readonly<Record<string, unknown>> = {
  dn: '2001',
  number: '2002',
  from: '0301',
  atMs: 0,
  ms: 10,
  callsPerHour: 1_000,
};

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.oneOf ?? schema.anyOf ?? [schema];
}

function validValue(name: string, schema: JsonSchema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (Object.hasOwn(VALID, name)) return VALID[name];
  if (schema.type === 'array') return [validObject(alternatives(schema.items ?? {})[0] ?? {})];
  return schema.type === 'string' ? '2001' : 1;
}

function validObject(schema: JsonSchema): Record<string, unknown> {
  const names = schema.required ?? [];
  return Object.fromEntries(names.map((name) => [name, validValue(name, schema.properties?.[name] ?? {})]));
}

/** Values that no member of this type can have. */
function wrongValues(schema: JsonSchema): [string, unknown][] {
  const wrong: [string, unknown][] = [
    ['null', null],
    ['object', { a: 1 }],
    ['operator', { $ne: 1 }],
    ['deep list', JSON.parse('['.repeat(40) + ']'.repeat(40))],
    ['__proto__ inside', raw('{"__proto__":{"admin":true}}')],
    ['infinite', raw('1e400')],
    ['NaN', raw('NaN')],
  ];
  if (schema.type !== 'boolean') wrong.push(['boolean', true]);
  if (schema.type !== 'array') wrong.push(['list', ['2001']]);
  if (schema.type === 'array') wrong.push(['empty list', []], ['list of nulls', [null]], ['list of lists', [[[]]]]);
  if (schema.type === 'string') wrong.push(['number', 7], ['empty text', ''], ['long text', long(5_000)]);
  else wrong.push(['text', 'true'], ['empty text', '']);
  if (schema.type === 'integer' || schema.type === 'number') wrong.push(['negative', -1], ['huge', 1e300]);
  if (schema.type === 'integer') wrong.push(['fraction', 0.5]);
  if (schema.enum || schema.const !== undefined)
    wrong.push(['another word', 'explode'], ['the word and more', `${String(schema.enum?.[0] ?? schema.const)} `]);
  return wrong;
}

function faultsIn(schema: JsonSchema, wrap: (value: unknown) => unknown): [string, Buffer][] {
  const base = validObject(schema);
  const faults: [string, Buffer][] = [];
  for (const name of schema.required ?? []) faults.push([`missing ${name}`, encode(wrap({ ...base, [name]: undefined }))]);
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    for (const [kind, value] of wrongValues(member))
      faults.push([`${name} is ${kind}`, encode(wrap({ ...base, [name]: value }))]);
    if (member.type !== 'array') continue;
    for (const one of alternatives(member.items ?? {})) {
      const inner = faultsIn(one, (value) => wrap({ ...base, [name]: [value] }));
      faults.push(...inner.map(([what, bytes]): [string, Buffer] => [`${name}: ${what}`, bytes]));
    }
  }
  for (const name of ['id', 'x', 'byHand', 'do ', long(300)])
    faults.push([`extra ${name.slice(0, 12)}`, encode(wrap({ ...base, [name]: 1 }))]);
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString'])
    faults.push([
      `member ${name}`,
      encode(
        wrap(
          raw(`{"${name}":{"admin":true}${JSON.stringify(base).slice(1) === '}' ? '}' : `,${JSON.stringify(base).slice(1)}`}`),
        ),
      ),
    ]);
  return faults;
}

function rawFaults(): [string, Buffer][] {
  return [
    ['not UTF-8', Buffer.concat([Buffer.from('{"number":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')])],
    ['cut JSON', Buffer.from('{"number":"2')],
    ['two documents', Buffer.from('{}{}')],
    ['XML', Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')],
    ['a list', Buffer.from('[]')],
    ['a text', Buffer.from('"2001"')],
    ['a number', Buffer.from('1e999')],
    ['null', Buffer.from('null')],
    ['byte order mark', Buffer.from('\ufeff{}')],
    ['nested 10,000 deep', Buffer.from('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000))],
    ['too large', Buffer.from(`{"number":"${long(BODY_BYTES_MAX)}"}`)],
  ];
}

const ARGUMENTS = [
  '0',
  '..%2f..',
  '%00',
  '__proto__',
  'constructor',
  "'%20OR%201=1--",
  long(300),
  'null',
  '-1',
  '%F0%9F%92%A9',
  '2001%20',
  '%E0%A4%A',
];
const QUERIES = [
  'x=1',
  '__proto__=1',
  'after=-1',
  'after=1.5',
  'after=abc',
  'after=',
  'after=1&after=2',
  'limit=0',
  'limit=10001',
  'limit[]=1',
  `after=${'9'.repeat(20)}`,
];

function pathOf({ path }: Route, known: Known, argument?: string): string {
  const own = path[1] === 'controllers' ? known.address : path[1] === 'trunks' ? '1' : known.dn;
  return `/${path.map((part) => (part === ':' ? (argument ?? own) : part)).join('/')}`;
}

const operationOf = ({ path }: Route, method: string): string => `${method} /${path.join('/')}`;
const schemaOf = (body: Method['body']): JsonSchema | null =>
  body ? (z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as JsonSchema) : null;

function badOf(route: Route, method: string, { body, query }: Method, known: Known): BadAdminRequest[] {
  const path = pathOf(route, known);
  const schema = schemaOf(body);
  const good = schema ? encode(validObject(alternatives(schema)[0] ?? {})) : undefined;
  const operation = operationOf(route, method);
  const requests: BadAdminRequest[] = [];
  const add = (fault: string, bytes: Buffer | undefined, at = path, headers = {}) =>
    requests.push({ method, path: at, operation, fault, body: bytes, headers });
  if (schema) {
    for (const one of alternatives(schema)) for (const [fault, bytes] of faultsIn(one, (value) => value)) add(fault, bytes);
    for (const [fault, bytes] of rawFaults()) add(fault, bytes);
  } else if (method !== 'GET') {
    for (const text of ['{"a":1}', '[]', '"a"', '{}']) add(`an unasked body ${text}`, Buffer.from(text));
  }
  if (route.path.includes(':'))
    for (const argument of ARGUMENTS) add(`argument ${argument.slice(0, 12)}`, good, pathOf(route, known, argument));
  for (const one of QUERIES) if (!query || one !== 'x') add(`query ${one.slice(0, 12)}`, good, `${path}?${one}`);
  for (const key of ['', 'Bearer ', `Bearer ${long(500)}`, 'Basic YTpi'])
    add(`key ${key.slice(0, 10)}`, good, path, { authorization: key });
  for (const other of ['PATCH', 'OPTIONS'])
    requests.push({ method: other, path, operation, fault: 'another method', body: undefined });
  return requests;
}

/** Every kind of fault at every route and method. */
export function badRequests(known: Known): BadAdminRequest[] {
  return ROUTES.flatMap((route) => Object.entries(route.methods).flatMap(([method, one]) => badOf(route, method, one, known)));
}

const WITH_ARGUMENT = ROUTES.filter(({ path }) => path.includes(':'));
/** Keys that a phone without a call cannot press. */
const NO_CALL = ['answer', 'clear', 'hold', 'retrieve'] as const;
const FITTING_TEXTS = HOSTILE_TEXTS.filter((text) => Buffer.byteLength(text) <= 42);

/** Fits the route's schema, with hostile texts where it takes some, and cannot be done: nothing has this number, or nothing is to be done there. */
export function refusedByDesk(known: Known, random: Seeded): BadAdminRequest {
  if (random.below(8) === 0) return script(random);
  const route = random.pick(WITH_ARGUMENT);
  const [method, { body }] = random.pick(Object.entries(route.methods));
  const alternative = random.pick(alternatives(schemaOf(body) ?? {}));
  const given = body === null ? undefined : withHostileTexts(alternative, random);
  const last = route.path.at(-1)!;
  const isIdle = route.path[1] === 'phones' && NO_CALL.some((name) => name === last) && random.below(2) === 0;
  const nobody = random.pick([
    String(700_000 + random.below(99_999)),
    encodeURIComponent(random.pick(FITTING_TEXTS)),
    '127.0.0.77',
  ]);
  return {
    method,
    path: pathOf(route, known, isIdle ? known.dn : nobody),
    operation: operationOf(route, method),
    fault: isIdle ? 'a key without a call' : 'nothing has this number',
    body: given === undefined ? undefined : encode(given),
  };
}

function withHostileTexts(schema: JsonSchema, random: Seeded): Record<string, unknown> {
  const given = validObject(schema);
  for (const name of ['number', 'text', 'name'])
    if (schema.properties?.[name]?.type === 'string' && random.below(2) === 0) given[name] = random.pick(FITTING_TEXTS);
  return given;
}

/** One of its steps is of a phone that nobody has. */
function script(random: Seeded): BadAdminRequest {
  const step = (dn: string) => ({ do: 'call', dn, number: random.pick(FITTING_TEXTS), atMs: random.below(86_400_000) });
  const steps = Array.from({ length: 1 + random.below(20) }, () => step('2001'));
  steps.splice(random.below(steps.length), 1, step(String(70_000 + random.below(9999))));
  return {
    method: 'POST',
    path: '/v1/scripts',
    operation: 'POST /v1/scripts',
    fault: 'a phone that nobody has',
    body: Buffer.from(JSON.stringify({ steps })),
  };
}
