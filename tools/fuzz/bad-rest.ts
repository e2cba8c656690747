/** Bad requests over REST, from the operations' own schemas: each is wrong in one way that is known. */
import { REST_OPERATIONS, type RestMember, type RestOperation } from '#contracts/application-openapi';
import { fitting } from './fitting.js';
import { onTheWire, type BadRequest } from './bad-http.js';
import { hostileFor } from './hostile-values.js';
import type { Seeded } from './seeded.js';

export interface Target {
  readonly sessionId: number;
  readonly token: string;
  readonly foreignSessionId: number;
}

type Values = Record<string, unknown>;
type Mutation = (operation: RestOperation, target: Target, random: Seeded) => BadRequest | undefined;

const WRONG: readonly unknown[] = [
  null,
  true,
  [],
  {},
  { $ne: 1 },
  { id: {} },
  [[1]],
  -1,
  1.5,
  1e308,
  9007199254740993,
  'x'.repeat(40),
  '',
  '-1',
  '0x10',
  ' 1',
  '1e3',
  'NaN',
  '٣',
];

function build(
  operation: RestOperation,
  target: Target,
  changes: Values,
  options: {
    drop?: string;
    token?: string | null;
    sessionId?: unknown;
    body?: string | Uint8Array;
    type?: string;
    query?: string;
  } = {},
): BadRequest {
  const value = (member: RestMember): unknown =>
    Object.hasOwn(changes, member.name)
      ? changes[member.name]
      : member.name === 'sessionId'
        ? (options.sessionId ?? target.sessionId)
        : fitting(member.name, member.schema);
  const of = (place: string) => operation.members.filter((member) => member.place === place && member.name !== options.drop);
  const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(asText(value(operation.members.find((member) => member.name === name)!))),
  );
  const query = [
    ...of('query').map((member) => `${member.name}=${encodeURIComponent(asText(value(member)))}`),
    ...(options.query === undefined ? [] : [options.query]),
  ].join('&');
  const bodyMembers = Object.fromEntries([
    ...of('body').map((member) => [member.name, value(member)] as const),
    ...Object.entries(changes).filter(([name]) => !operation.members.some((member) => member.name === name)),
  ]);
  const body =
    options.body ?? (takesBody(operation) && Object.keys(bodyMembers).length > 0 ? JSON.stringify(bodyMembers) : undefined);
  const token = options.token === undefined ? target.token : options.token;
  return {
    what: operation.name,
    operation: operation.name,
    method: operation.method,
    path: `${path}${query === '' ? '' : `?${query}`}`,
    headers: [
      ...(token === null ? [] : [['authorization', `Bearer ${token}`] as const]),
      ...(body === undefined ? [] : [['content-type', options.type ?? 'application/json'] as const]),
    ],
    ...(body === undefined ? {} : { body }),
  };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const withSession = (operation: RestOperation): boolean => operation.members.some(({ name }) => name === 'sessionId');
const takesBody = ({ method }: RestOperation): boolean => method === 'POST' || method === 'PUT';
const isBad = (member: RestMember, value: unknown): boolean => {
  // In a path or query everything is text: what spells a number is one.
  const seen =
    member.place === 'body'
      ? value
      : /^(0|[1-9]\d{0,15})$/.test(asText(value)) && member.schema['type'] === 'integer'
        ? Number(asText(value))
        : asText(value);
  if (member.schema['type'] === 'integer') return !Number.isSafeInteger(seen) || (seen as number) < 0;
  if (typeof seen !== 'string') return true;
  const { pattern, maxLength } = member.schema as { pattern?: string; maxLength?: number };
  return (pattern !== undefined && !new RegExp(pattern).test(seen)) || (maxLength !== undefined && seen.length > maxLength);
};

const sent = (operation: RestOperation): readonly RestMember[] => operation.members.filter(({ place }) => place !== 'header');

const missing: Mutation = (operation, target, random) => {
  const required = operation.members.filter((member) => member.required && member.place !== 'path');
  return required.length === 0 ? undefined : build(operation, target, {}, { drop: random.pick(required).name });
};
const extra: Mutation = (operation, target, random) => {
  const name = random.pick([
    'tenantId',
    'role',
    'epoch',
    'isAdmin',
    'sessionid',
    'objectID',
    'x'.repeat(300),
    '$where',
    'ünknown',
  ]);
  return takesBody(operation)
    ? build(operation, target, { [name]: random.pick(WRONG) })
    : build(operation, target, {}, { query: `${encodeURIComponent(name)}=1` });
};
const wrongType: Mutation = (operation, target, random) => {
  const member = random.pick(sent(operation));
  const value = random.pick(WRONG);
  return isBad(member, value) && asText(value) !== '' ? build(operation, target, { [member.name]: value }) : undefined;
};
const oversized: Mutation = (operation, target, random) => {
  const member = random.pick(sent(operation));
  const value =
    member.schema['type'] === 'integer'
      ? random.pick([2 ** 53, 1e21, '9'.repeat(17), '9'.repeat(600)])
      : '7'.repeat(random.pick([201, 800, 1500]));
  return isBad(member, value) ? build(operation, target, { [member.name]: value }) : undefined;
};
const foreign: Mutation = (operation, target, random) => {
  if (!withSession(operation)) return build(operation, target, {});
  return random.pick([
    () => build(operation, target, {}, { sessionId: target.foreignSessionId }),
    () => build(operation, target, {}, { sessionId: random.below(2 ** 31) }),
    () => build(operation, target, {}, { token: null }),
    () => build(operation, target, {}, { token: `x${target.token.slice(1)}y` }),
  ])();
};
/** Asks for something that may not be there: operations that ask for nothing cannot be wrong in this way. */
const asksFor = ({ members }: RestOperation): boolean =>
  members.some(({ name }) => ['icpIpAddress', 'icpId', 'objectId', 'localPassword'].includes(name));
/** Fits the schema, but means nothing the engine has. */
const unknownThing: Mutation = (operation, target) => (asksFor(operation) ? build(operation, target, {}) : undefined);
/** Fits the schema with hostile values wherever it takes some, and asks for what is not there, or in a session that is not the caller's. */
const hostileFitting: Mutation = (operation, target, random) => {
  const changes: Values = {};
  for (const member of sent(operation)) {
    const value =
      member.name === 'sessionId' || random.below(4) === 0 ? undefined : hostileFor(member.name, member.schema, random);
    if (value !== undefined && (member.place === 'body' || !isBad(member, value))) changes[member.name] = value;
  }
  const own = asksFor(operation) && random.below(2) === 0;
  if (!own && !withSession(operation) && !asksFor(operation)) return undefined;
  const idempotencyKey = random.pick([null, 'k'.repeat(64), "k-'--"]);
  const made = build(
    operation,
    target,
    changes,
    own ? {} : random.pick([{ sessionId: target.foreignSessionId }, { sessionId: random.below(2 ** 31) }, { token: null }]),
  );
  return idempotencyKey === null ? made : { ...made, headers: [...made.headers, ['idempotency-key', idempotencyKey]] };
};
/** Wrong on the wire, in a request that would be refused in any case. */
const wire: Mutation = (operation, target, random) =>
  withSession(operation) ? onTheWire(build(operation, target, {}, { sessionId: target.foreignSessionId }), random) : undefined;
const twice: Mutation = (operation, target, random) => {
  const query = operation.members.filter(({ place }) => place === 'query');
  const body = operation.members.filter(({ place }) => place === 'body');
  if (query.length > 0) return build(operation, target, {}, { query: `${random.pick(query).name}=1` });
  if (body.length === 0) return undefined;
  const member = random.pick(body);
  return build(
    operation,
    target,
    {},
    { body: `{"${member.name}":1,"${member.name}":${JSON.stringify(fitting(member.name, member.schema))}}` },
  );
};
const hostileBody: Mutation = (operation, target, random) => {
  if (!takesBody(operation)) return { ...build(operation, target, {}, { body: '{}' }) };
  return random.pick([
    () => build(operation, target, {}, { body: `{"__proto__":{"polluted":true},"a":1}` }),
    () => build(operation, target, {}, { body: `{"constructor":{"prototype":{"polluted":true}}}` }),
    () => build(operation, target, {}, { body: `{"a":{"\\u005f_proto__":{"polluted":true}}}` }),
    () => build(operation, target, {}, { body: `{"a":${'['.repeat(random.pick([33, 500, 20_000]))}` }),
    () => build(operation, target, {}, { body: `{"a":${'['.repeat(60)}${']'.repeat(60)}}` }),
    () => build(operation, target, {}, { body: `{${Array.from({ length: 1200 }, (_v, at) => `"k${at}":1`).join(',')}}` }),
    () => build(operation, target, {}, { body: new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]) }),
    () => build(operation, target, {}, { body: `\ufeff{}` }),
    () => build(operation, target, {}, { body: '{"a":"\\ud800"}' }),
    () =>
      build(
        operation,
        target,
        {},
        { body: random.pick(['[]', '1', 'null', '"x"', '{', '{"a":}', "{'a':1}", '{"a":NaN}', '{} {}', '<a/>']) },
      ),
    () => build(operation, target, {}, { body: `{"a":"${'x'.repeat(70_000)}"}` }),
    () =>
      build(
        operation,
        target,
        {},
        {
          body: '{"a":1}',
          type: random.pick([
            'text/plain',
            'application/xml',
            'application/json; charset=utf-16',
            'multipart/form-data',
            'application/json, text/html',
          ]),
        },
      ),
  ])();
};
const hostilePath: Mutation = (operation, target, random) => {
  const { path, ...rest } = build(operation, target, {});
  return {
    ...rest,
    path: random.pick([
      `/${path}`,
      path.replace('/v1', '/v1/.'),
      path.replace('/v1', '/%76%31/..'),
      `${path.split('?')[0]}%00`,
      `${path.split('?')[0]}/`,
      `${path.split('?')[0]}%2f..`,
      path.replace('/v1', '/V1'),
      `${path}${path.includes('?') ? '&' : '?'}%zz=1`,
    ]),
  };
};
const otherMethod: Mutation = (operation, target, random) => {
  const method = random.pick(['PUT', 'PATCH', 'TRACE', 'PROPFIND']);
  if (REST_OPERATIONS.some(({ path, method: known }) => path === operation.path && known === method)) return undefined;
  return { ...build(operation, target, {}), method, body: '' };
};

const MUTATIONS: readonly Mutation[] = [
  missing,
  extra,
  extra,
  wrongType,
  wrongType,
  wrongType,
  oversized,
  oversized,
  foreign,
  foreign,
  foreign,
  unknownThing,
  unknownThing,
  ...Array.from({ length: 11 }, () => hostileFitting),
  wire,
  twice,
  hostileBody,
  hostileBody,
  hostilePath,
  otherMethod,
];

export function badRestRequest(target: Target, random: Seeded): BadRequest {
  for (;;) {
    const mutation = random.pick(MUTATIONS);
    const made = mutation(random.pick(REST_OPERATIONS), target, random);
    if (made !== undefined) return { ...made, what: `${mutation.name} ${made.what}` };
  }
}
