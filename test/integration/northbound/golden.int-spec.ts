/**
 * R-SES-05 Every operation of the contract over both faces: the arguments arrive as the same request whichever face they came by, and the answer has
 * every member: over REST as the response is, over SOAP as an envelope that is built here from the contract's facts alone. The engine behind is
 * one that answers each operation with a response that fits its schema.
 */
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { APPLICATION_OPERATIONS, type OperationName } from '#contracts/application-api';
import { REST_OPERATIONS } from '#contracts/application-openapi';
import type { Engine } from '../../../apps/gateway/src/northbound-port.js';
import { argumentsOf, FACTS, ourName, rest, serviceOf, soap } from './clients.js';
import { fitting, type MemberSchema } from '../../../tools/fuzz/fitting.js';
import { callEvent, pageOf } from './little-engine.js';
import { runNorthbound, type RunningNorthbound } from './running-northbound.js';

type Values = Readonly<Record<string, unknown>>;
const requests: { readonly name: string; readonly request: unknown }[] = [];
const engine = {
  execute: (name: OperationName, request: unknown) => {
    requests.push({ name, request });
    return Promise.resolve({ ok: true, value: sampleOf(name) });
  },
  readEvents: (request: unknown) => {
    requests.push({ name: 'getEvents', request });
    return Promise.resolve({ ok: true, value: { ...pageOf(sampleOf('getEvents') as never), epoch: { major: 3, minor: 1 } } });
  },
  nextEvent: () => Promise.resolve({ ok: true, value: { event: callEvent, eventNumber: 1 } }),
} as unknown as Engine;

let northbound: RunningNorthbound;
beforeAll(async () => {
  northbound = await runNorthbound(engine);
});
afterAll(() => northbound.close());

/** A response with every member, optional ones included. */
function sampleOf(name: OperationName): Values {
  const { response } = APPLICATION_OPERATIONS[name];
  const sample = fitting('', z.toJSONSchema(response, { io: 'output' }) as MemberSchema) as Record<string, unknown>;
  // a page of a log: its events stand one after another up to its cursor
  if (name === 'getEvents') {
    const { events } = sample as { events: object[] };
    const placed = events.map((event, at) => ({ ...event, epoch: { major: 3, minor: 1 }, seq: at + 1 }));
    Object.assign(sample, { events: placed, cursor: `3.1.${events.length}` });
  }
  expect(response.safeParse(sample), `the sample of ${name}`).toMatchObject({ success: true });
  return sample;
}
/** A request with every member but the idempotency key, which SOAP has not. */
function requestOf(name: OperationName): Values {
  const { members } = REST_OPERATIONS.find((operation) => operation.name === name)!;
  const sent = members.filter((member) => member.name !== 'idempotencyKey');
  return Object.fromEntries(sent.map((member) => [member.name, fitting(member.name, member.schema)]));
}

async function overRest(name: OperationName, members: Values) {
  const { method, path } = APPLICATION_OPERATIONS[name].rest;
  const left = { ...members };
  const filled = path.replace(/\{(\w+)\}/g, (_all, member: string) => {
    const value = encodeURIComponent(String(left[member]));
    delete left[member];
    return value;
  });
  const inBody = method === 'POST' || method === 'PUT';
  const query = inBody ? '' : new URLSearchParams(left as Record<string, string>).toString();
  const body = inBody && Object.keys(left).length > 0 ? { body: left } : {};
  return rest(northbound, method, query === '' ? filled : `${filled}?${query}`, { token: 'a-token', ...body });
}

describe('golden answers over REST', () => {
  for (const name of Object.keys(APPLICATION_OPERATIONS) as OperationName[]) {
    it(`${name}: request and response pass whole`, async () => {
      requests.length = 0;
      const members = requestOf(name);
      const answer = await overRest(name, members);
      expect(requests).toEqual([{ name, request: members }]);
      const sample = sampleOf(name);
      expect(answer.status).toBe(Object.keys(sample).length === 0 ? 204 : name === 'login' || name === 'loginUser' ? 201 : 200);
      expect(answer.text === '' ? {} : JSON.parse(answer.text)).toEqual(sample);
    });
  }
});

interface Node {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Values;
  readonly children: Node[];
  text: string;
}
function parse(xml: string): Node {
  const parser = new SaxesParser({ xmlns: true });
  const open: Node[] = [{ name: '', namespace: '', attributes: {}, children: [], text: '' }];
  parser.on('opentag', ({ local: name, uri: namespace, attributes }) => {
    const own = Object.values(attributes).filter(({ uri }) => uri === '');
    const node = {
      name,
      namespace,
      attributes: Object.fromEntries(own.map(({ local, value }) => [local, value])),
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on('text', (text) => (open.at(-1)!.text += text));
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return open[0]!.children[0]!;
}

type Fact = string | Readonly<Record<string, readonly Fact[]>>;
const complexFacts = (type: string, near: string): { namespace: string; fields: readonly Fact[] } | undefined => {
  const found = Object.entries(FACTS.schemas)
    .filter(([, { types }]) => Object.hasOwn(types, type))
    // `result` is in several schemas: the service's own family first
    .sort(([a], [b]) => Number(near.startsWith(b)) * b.length - Number(near.startsWith(a)) * a.length)[0];
  return found === undefined ? undefined : { namespace: found[0], fields: found[1].types[type] as readonly Fact[] };
};

/** The element that the facts ask for, for a value in our words. */
function golden(name: string, namespace: string, type: string, value: unknown): Node {
  const complex = complexFacts(type, namespace);
  if (complex === undefined)
    return { name, namespace, attributes: {}, children: [], text: String(value as string | number | boolean) };
  const attributes: Record<string, unknown> = {};
  const children: Node[] = [];
  for (const fact of complex.fields) {
    if (typeof fact !== 'string') throw new Error(`${type} has an anonymous type; no result of these operations has`);
    const [, attribute, field = '', fieldType = ''] = /^(@?)(\w+):(\w+)/.exec(fact)!;
    const given = valueOf(value as Values, field);
    if (attribute === '@') attributes[field] = String((given as string | undefined) ?? (fieldType === 'boolean' ? false : 0));
    else if (given !== undefined)
      for (const each of Array.isArray(given) ? (given as unknown[]) : [given])
        children.push(golden(field, complex.namespace, fieldType, each));
  }
  return { name, namespace, attributes, children, text: '' };
}
const valueOf = (value: Values, field: string): unknown => value[ourName(field)] ?? value[field];

/** Where the contract nests or spells what our API says in one member. */
const call = ({ callEvent: view }: Values): Values => {
  const { devices: _devices, icpId, globalCallId, eventTime, accountCode, parties, cause: _cause, ...same } = view as Values;
  const attribute = (attributeName: string, attributeValue: unknown, attributeType: string) => ({
    attributeName,
    attributeValue,
    attributeType,
  });
  return {
    callEvent: {
      ...same,
      cause: 'UNKNOWN',
      callEventAttribute: [
        attribute('CURRENT_GLOBAL_CALL_ID', globalCallId, 'STRING'),
        attribute('ICP_ID', icpId, 'LONG_INTEGER'),
      ],
      device: [],
      party: parties,
      accountCode: (accountCode as Values)['value'],
      accountCodeType: 'VERIFIED_ACCOUNT_CODE',
      callEventTime: eventTime,
    },
  };
};
const tuple = (value: Values): Values => ({ ...value, numberOfFields: (value['fields'] as unknown[]).length });
const found = ({ tuples }: Values): Values => ({
  tuples: { tuple: (tuples as Values[]).map(tuple), numberOfTuples: (tuples as unknown[]).length },
});
const written = ({ retTuple }: Values): Values => ({ retTuple: tuple(retTuple as Values) });
const NESTED: Readonly<Record<string, (sample: Values) => Values>> = {
  getCallStatus: call,
  advGetCallStatus: call,
  getAllTuples: found,
  getFirstTuple: found,
  getNextTuple: found,
  searchFirstNTuples: found,
  searchNextNTuples: found,
  insertTuple: written,
  updateTuple: written,
  getDeiMetaData: ({ deiDescriptors }) => ({ deiMetadata: { deiDesctiptor: deiDescriptors } }),
  getNotification: (sample) => ({
    ...sample,
    originalTuple: tuple(sample['originalTuple'] as Values),
    updatedTuple: tuple(sample['updatedTuple'] as Values),
  }),
};
/** Over SOAP another operation of ours, or a misspelt one. */
const OURS: Readonly<Record<string, OperationName>> = {
  loginEx: 'login',
  loginApp: 'login',
  cancelGetEvent: 'cancelGetEvents',
  advCancelACDResezeWorkTimer: 'advCancelACDReseizeWorkTimer',
};
/** Polls for one event have no response of their own in our API (soap-wire.int-spec.ts). */
const POLLS = new Set(['getEvent', 'advGetEvent', 'getNumberedEvent', 'getRestEvent']);

describe('golden envelopes over SOAP', () => {
  const services = ['SessionService', 'StandardCCService', 'DataAccessService'];
  const operations = services.flatMap((service) => Object.keys(FACTS.services[service]!.operations));

  it('there are 140 of them', () => {
    expect(operations.length).toBe(10 + 117 + 13);
  });

  for (const operation of operations.filter((each) => !POLLS.has(each))) {
    it(`${operation}: the same request as over REST, and the envelope of the contract`, async () => {
      requests.length = 0;
      const ours = OURS[operation] ?? (operation as OperationName);
      const taken = new Set(argumentsOf(operation).flatMap(({ name }) => [name, ourName(name)]));
      const members = Object.fromEntries(Object.entries(requestOf(ours)).filter(([name]) => taken.has(name)));
      const answer = await soap(northbound, operation, members);
      expect(requests, answer.text).toEqual([{ name: ours, request: members }]);

      const sample = sampleOf(ours);
      const { targetNamespace, operations: facts } = FACTS.services[serviceOf(operation)]!;
      const type = /:(\w+)/.exec(facts[operation]!.out[0]!)![1]!;
      const value = { ...members, ...(NESTED[ours]?.(sample) ?? sample), result: true };
      const response = parse(answer.text).children.at(-1)!.children[0]!;
      expect(response).toMatchObject({ name: `${operation}Response`, namespace: targetNamespace });
      expect(response.children).toEqual([golden('return', targetNamespace, type, value)]);
    });
  }
});
