/** Bad requests over SOAP, from the contract's facts: each is wrong in one way that is known. */
import { onTheWire, type BadRequest } from './bad-http.js';
import type { Target } from './bad-rest.js';
import { argumentsOf, envelope, FACTS, requestElement, serviceOf } from './contract-requests.js';
import { HOSTILE_TEXTS } from './hostile-values.js';
import type { Seeded } from './seeded.js';
import { hostileDocuments } from './hostile-xml.js';

/** What the gateway hosts; the other services are the applications'. */
const OPERATIONS = ['SessionService', 'StandardCCService', 'DataAccessService'].flatMap((service) =>
  Object.keys(FACTS.services[service]!.operations),
);

/** Members with a value of a simple type, and those that are objects, with one that fits. */
interface Shape {
  readonly simple: ReadonlyMap<string, string>;
  readonly complex: Readonly<Record<string, unknown>>;
}
const TUPLE = { field: ['5550', 'Ann'], numberOfFields: 2, viewId: 0, isShared: true };
const OBJECTS: Readonly<Record<string, unknown>> = {
  tuple: TUPLE,
  searchCondition: {
    searchPredicate: [{ value: '55', searchOperator: 'SO_STARTS_WITH', fieldId: 0, caseInsensitive: true }],
  },
};
const shapes = new Map(
  OPERATIONS.map((operation): readonly [string, Shape] => {
    const fields = argumentsOf(operation);
    return [
      operation,
      {
        simple: new Map(fields.filter(({ type }) => !Object.hasOwn(OBJECTS, type)).map(({ name, type }) => [name, type])),
        complex: Object.fromEntries(
          fields.filter(({ type }) => Object.hasOwn(OBJECTS, type)).map(({ name, type }) => [name, OBJECTS[type]]),
        ),
      },
    ];
  }),
);
const membersOf = (operation: string): readonly string[] => [...shapes.get(operation)!.simple.keys()];
const isText = (operation: string, name: string): boolean => shapes.get(operation)!.simple.get(name) === 'string';

const BY_NAME: Readonly<Record<string, unknown>> = {
  companyName: 'Acme',
  applicationName: 'demo',
  version: '4.0',
  icpIpAddress: '192.0.2.77',
  coachType: 'COACH_ALL',
  timeout: 0,
  eventNumber: 0,
  n: 3,
  deiId: 99_999,
  localCallId: 31337,
};
const BY_TYPE: Readonly<Record<string, unknown>> = { string: '5550', boolean: 'true', long: 424242, int: 7 };

type Members = Record<string, unknown>;
const fitting = (operation: string, target: Target): Members => ({
  ...Object.fromEntries(
    [...shapes.get(operation)!.simple].map(([name, type]) => [
      name,
      name === 'sessionId' ? target.sessionId : (BY_NAME[name] ?? BY_TYPE[type]),
    ]),
  ),
  ...shapes.get(operation)!.complex,
});

const post = (operation: string, xml: string | Uint8Array, headers: Record<string, string> = {}): BadRequest => ({
  what: operation,
  operation,
  method: 'POST',
  path: `/axis2/services/${serviceOf(operation)}`,
  headers: Object.entries({ 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:${operation}"`, ...headers }),
  body: xml,
});
const call = (operation: string, members: Members): BadRequest => post(operation, envelope(requestElement(operation, members)));

type Mutation = (operation: string, target: Target, random: Seeded) => BadRequest | undefined;

const WRONG_NUMBERS = [
  '',
  ' ',
  'abc',
  '1.0',
  '1e3',
  '0x10',
  '-5',
  '--1',
  '9223372036854775808',
  '9007199254740993',
  '9'.repeat(40),
  '1 2',
  '٣',
  'true',
  '1,000',
];

/** Numbers that could be ids, and are none. */
const HOSTILE_NUMBERS = [0, 1, 2 ** 31 - 1, 4_000_000_000, 2 ** 53 - 1, 424242];

/** Members that no operation takes a default for. */
const REQUIRED = new Set([
  'sessionId',
  'objectId',
  'localCallId',
  'icpId',
  'companyName',
  'applicationName',
  'primeDn',
  'number',
  'icpIpAddress',
  'deiId',
]);
const missing: Mutation = (operation, target, random) => {
  // an attribute of the contract that says nothing is 0 or false, a timeout is the usual one
  const names = membersOf(operation).filter((name) => REQUIRED.has(name));
  if (names.length === 0) return undefined;
  const { [random.pick(names)]: _dropped, ...rest } = fitting(operation, target);
  return call(operation, rest);
};
const extra: Mutation = (operation, target, random) =>
  call(operation, {
    ...fitting(operation, target),
    [random.pick(['tenantId', '__proto__x', 'constructor', 'prototype', 'hasOwnProperty', 'role', 'x'.repeat(200)])]: random.pick(
      ['1', 'true', ''],
    ),
  });
const wrongNumber: Mutation = (operation, target, random) => {
  const names = membersOf(operation).filter((name) => !isText(operation, name));
  return names.length === 0
    ? undefined
    : call(operation, { ...fitting(operation, target), [random.pick(names)]: random.pick(WRONG_NUMBERS) });
};
const wrongText: Mutation = (operation, target, random) => {
  const names = membersOf(operation).filter((name) => isText(operation, name));
  if (names.length === 0) return undefined;
  const name = random.pick(names);
  return call(operation, {
    ...fitting(operation, target),
    [name]: random.pick([
      'x'.repeat(201),
      'x'.repeat(5000),
      "'; drop table sessions; --",
      '../../etc/passwd',
      '${jndi:x}',
      '<script>',
      'é'.repeat(120),
    ]),
  });
};
const foreign: Mutation = (operation, target, random) =>
  !membersOf(operation).includes('sessionId')
    ? call(operation, fitting(operation, target))
    : call(operation, {
        ...fitting(operation, target),
        sessionId: random.pick([0, 1, target.foreignSessionId + 1, random.below(2 ** 31), 2 ** 53 - 1]),
      });
const asksFor = (operation: string): boolean =>
  membersOf(operation).some((name) => ['icpIpAddress', 'icpId', 'objectId', 'localPassword'].includes(name));
const unknownThing: Mutation = (operation, target) =>
  asksFor(operation) ? call(operation, fitting(operation, target)) : undefined;
/** Values of the right type, and hostile; asks for what is not there, or in a session that is not. */
const hostileFitting: Mutation = (operation, target, random) => {
  const members = fitting(operation, target);
  for (const [name, type] of shapes.get(operation)!.simple) {
    if (name === 'sessionId' || random.below(3) === 0) continue;
    if (type === 'string' && !Object.hasOwn(BY_NAME, name)) members[name] = random.pick(HOSTILE_TEXTS);
    else if (['objectId', 'localCallId', 'icpId', 'deiId'].includes(name)) members[name] = random.pick(HOSTILE_NUMBERS);
  }
  const own = asksFor(operation) && random.below(2) === 0;
  if (own) return call(operation, members);
  if (!membersOf(operation).includes('sessionId')) return undefined;
  return call(operation, { ...members, sessionId: random.pick([0, target.foreignSessionId + 1, random.below(2 ** 31)]) });
};
const wire: Mutation = (operation, target, random) =>
  membersOf(operation).includes('sessionId')
    ? onTheWire(call(operation, { ...fitting(operation, target), sessionId: 1 }), random)
    : undefined;
const twice: Mutation = (operation, target, random) => {
  const xml = requestElement(operation, fitting(operation, target));
  // what may be repeated is not wrong when it is
  const elements = [...xml.matchAll(/<(\w:(?!(?:field|deiId)>)\w+)>[^<]*<\/\1>/g)].map(([all]) => all);
  if (elements.length === 0) return undefined;
  const one = random.pick(elements);
  return post(operation, envelope(xml.replace(one, `${one}${one}`)));
};
const nested: Mutation = (operation, target, random) => {
  const xml = requestElement(operation, fitting(operation, target));
  const leaves = [...xml.matchAll(/<(\w:\w+)>([^<]*)<\/\1>/g)];
  if (leaves.length === 0) return undefined;
  const match = random.pick(leaves);
  const inner = random.pick([
    '<a xmlns=""/>',
    '<s:sessionId>1</s:sessionId>',
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
    '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:1"/>',
  ]);
  return post(operation, envelope(xml.replace(match[0], `<${match[1]}>${inner}</${match[1]}>`)));
};
const otherNamespace: Mutation = (operation, target, random) =>
  post(
    operation,
    envelope(
      requestElement(operation, fitting(operation, target)).replace(
        /xmlns:(\w)="[^"]*"/,
        (_all, prefix: string) => `xmlns:${prefix}="${random.pick(['urn:x', 'http://mitel.com/oig/da', 'HTTP://MITEL.COM/'])}"`,
      ),
    ),
  );
const hostileAttribute: Mutation = (operation, target, random) =>
  post(
    operation,
    envelope(
      requestElement(operation, fitting(operation, target)).replace(
        /(<s:\w+ xmlns:s="[^"]*")/,
        `$1 ${random.pick(['href="#1"', 'id="x"', '__proto__="x"', 'constructor="y"', `a="${'x'.repeat(9000)}"`])}`,
      ),
    ),
  );
const hostileXml: Mutation = (operation, target, random) => {
  const xml = envelope(requestElement(operation, fitting(operation, target)));
  return random.pick([
    () => post(operation, random.pick(hostileDocuments(xml))),
    () => post(operation, random.pick(hostileDocuments(xml))),
    () => post(operation, random.pick(hostileDocuments(xml))),
    () => post(operation, `<?xml-stylesheet href="x"?>${xml}`),
    () => post(operation, `${'<a>'.repeat(random.pick([17, 900]))}`),
    () => post(operation, xml.replace('<e:Body>', `<e:Body>${'<a>'.repeat(40)}${'</a>'.repeat(40)}`)),
    () => post(operation, xml.replace('<e:Body>', `<e:Body ${Array.from({ length: 70 }, (_v, at) => `a${at}="1"`).join(' ')}>`)),
    () => post(operation, xml.replace('<e:Body>', `<e:Body><${'n'.repeat(300)}/>`)),
    () => post(operation, xml.replace('</e:Body>', '</e:Body><e:Body/>')),
    () =>
      post(
        operation,
        xml.replace(/<e:Body>.*<\/e:Body>/s, (body) => `${body}${body}`),
      ),
    () =>
      post(
        operation,
        xml.replace(/<e:Body>(.*)<\/e:Body>/s, (_all, one: string) => `<e:Body>${one}${one}</e:Body>`),
      ),
    () =>
      post(operation, xml.replace('<e:Body>', '<e:Header><w:Security xmlns:w="urn:w" e:mustUnderstand="1"/></e:Header><e:Body>')),
    () => post(operation, xml, { soapaction: `"urn:${operation === 'logout' ? 'login' : 'logout'}"` }),
    () =>
      post(operation, xml, {
        'content-type': random.pick([
          'application/json',
          'text/xml; charset=utf-16',
          'multipart/related; type="application/xop+xml"',
          'text/plain',
        ]),
      }),
    () => post(operation, xml.slice(0, 20 + random.below(xml.length - 21))),
    () => post(operation, xml.replace('<e:Body>', '<e:Body>&undefined;')),
    () => post(operation, xml.replace(/e:/g, '')),
    () => post(operation, xml.replace('</e:Envelope>', `<!--${'x'.repeat(70_000)}--></e:Envelope>`)),
    () =>
      post(
        operation,
        envelope(
          `<s:${random.pick(['toString', '__proto__', 'constructor', 'shutdown', 'makeCall'])} xmlns:s="http://mitel.com/oig/session/SessionService"/>`,
        ),
      ),
  ])();
};

const MUTATIONS: readonly Mutation[] = [
  missing,
  missing,
  extra,
  wrongNumber,
  wrongNumber,
  wrongNumber,
  wrongText,
  wrongText,
  foreign,
  foreign,
  unknownThing,
  unknownThing,
  ...Array.from({ length: 24 }, () => hostileFitting),
  wire,
  twice,
  nested,
  otherNamespace,
  hostileAttribute,
  hostileXml,
  hostileXml,
];

export const SOAP_OPERATION_COUNT = OPERATIONS.length;

export function badEnvelope(target: Target, random: Seeded): BadRequest {
  for (;;) {
    const mutation = random.pick(MUTATIONS);
    const made = mutation(random.pick(OPERATIONS), target, random);
    if (made !== undefined) return { ...made, what: `${mutation.name} ${made.what}` };
  }
}
