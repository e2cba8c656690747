/**
 * R-CC-04 Everything that applications are sent of a whole day, by every way, against the OpenAPI document as the gateway serves it: judged by a validator that
 * shares nothing with the contract's own schemas, and strict about members that the document does not have. Over SOAP the same day, by every poll
 * and both hosted handlers, against the facts of the original's contract.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ApplicationEvent } from '#contracts/application-api';
import type { AccessDocument } from '#contracts/gateway-admin';
import { sha256Hex } from '#pki/api-keys';
import { eventually } from '#testkit/eventually';
import { type CallPlant, startCallPlant } from '../call-plant.js';
import { argumentsOf, ourName } from '../northbound/clients.js';
import { checkRequest, checkResponse } from '../northbound/contract-check.js';
import { startReceiver, type Receiver } from '../northbound/receiver.js';
import { CALL_CASES } from './calls.cases.js';
import { CREDENTIALS, type Members, PUBLIC_KEY_PEM, RestFace } from './faces.js';
import { hostBySoap, pollBySoap, type SoapPoll, type SoapReading } from './soap-readers.js';
import { EQUIPMENT, World } from './world.js';

const DEVICES = ['2001', '2002', '2003', '2004', '2005', '2006', '2007', '2009', '2010', '2011', '2012', '2015', '2101', '2110'];
const OTHERS: readonly (readonly [operation: string, members: Members])[] = [
  ['getLineAppearanceId', { primeDn: '2001', buttonNum: 2 }],
  ['advGetRingGroupId', { ringGroupDn: '2301' }],
  ['advGetHuntGroupId', { huntGroupDn: '2302' }],
  ['advGetACD2GroupId', { acd2GroupDn: '2401' }],
  ['advGetACD2PathId', { pathDn: '2402' }],
  ['advGetACDXGroupId', { acdXGroupDn: '2403' }],
];
const WHOLE = [
  'monitorPRGPresence',
  'advMonitorAllTrunkFeatures',
  'advMonitorACD2AgentFeatures',
  'advMonitorACDExpress',
  'advMonitorConferences',
  'advMonitorAllBridges',
];

type Json = Record<string, unknown>;
type Of = Pick<World, 'sessionId'>;
interface Reading {
  /** What came, each as its text, and what the document calls it. */
  readonly frames: { readonly kind: string; readonly text: string }[];
  readonly events: ApplicationEvent[];
  readonly close: () => void;
}

let plant: CallPlant;
let receiver: Receiver;
let readings: Record<'server-sent events' | 'WebSocket' | 'long poll', Reading>;
/** Sessions that are ended by somebody else than their application. */
let leavers: Record<'server-sent events' | 'WebSocket', Reading>;
let leaversReceiver: Receiver;
const POLLS: readonly SoapPoll[] = ['getEvent', 'advGetEvent', 'getNumberedEvent', 'getRestEvent'];
const HANDLERS = ['handleEvent', 'advHandleEvent'] as const;
let overSoap: Record<SoapPoll | (typeof HANDLERS)[number], SoapReading>;
let validators: Readonly<Record<string, ValidateFunction>>;
let isOver = false;

/** The document’s schemas, with every reference within it. */
async function published(base: string): Promise<typeof validators> {
  const document = (await (await fetch(`${base}/v1/openapi.json`)).json()) as {
    paths: Record<string, { get?: { operationId: string; responses: Record<string, { content: Json }> } }>;
    components: { schemas: Record<string, Json> };
  };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'document', ...document });
  const of = (path: string) => ajv.compile({ $ref: `document#/${path}` });
  const page = Object.entries(document.paths).find(([, { get }]) => get?.operationId === 'getEvents')![0];
  const pointer = page.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
  return {
    Event: of('components/schemas/Event'),
    SocketMessage: of('components/schemas/SocketMessage'),
    WebhookMessage: of('components/schemas/WebhookMessage'),
    page: of(`paths/${pointer}/get/responses/200/content/application~1json/schema`),
  };
}

async function openStream(base: string, { sessionId }: Of, token: string): Promise<Reading> {
  const [frames, events]: [Reading['frames'], ApplicationEvent[]] = [[], []];
  const abort = new AbortController();
  const answer = await fetch(`${base}/v1/sessions/${sessionId}/events/stream`, {
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  });
  const take = (message: string) => {
    const told = /^id: \S+\ndata: (.*)$/.exec(message);
    if (told === null) return;
    frames.push({ kind: 'Event', text: told[1]! });
    events.push(JSON.parse(told[1]!) as ApplicationEvent);
  };
  const reading = async () => {
    let text = '';
    for await (const chunk of answer.body!) {
      const parts = (text + Buffer.from(chunk as Uint8Array).toString('latin1')).split('\n\n');
      text = parts.pop()!;
      parts.forEach(take);
    }
  };
  void reading().catch(() => undefined);
  return { frames, events, close: () => abort.abort() };
}

async function openSocket(base: string, { sessionId }: Of, token: string): Promise<Reading> {
  const [frames, events]: [Reading['frames'], ApplicationEvent[]] = [[], []];
  const url = `${base.replace('http', 'ws')}/v1/sessions/${sessionId}/events/socket`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  socket.on('message', (data: Buffer) => {
    frames.push({ kind: 'SocketMessage', text: data.toString() });
    events.push(...((JSON.parse(data.toString()) as { events?: ApplicationEvent[] }).events ?? []));
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { frames, events, close: () => socket.terminate() };
}

function poll(base: string, { sessionId }: Of, token: string): Reading {
  const [frames, events]: [Reading['frames'], ApplicationEvent[]] = [[], []];
  const reading = async () => {
    for (let cursor = ''; !isOver;) {
      const query = `?wait=20${cursor === '' ? '' : `&after=${cursor}`}`;
      const answer = await fetch(`${base}/v1/sessions/${sessionId}/events${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (answer.status !== 200) return;
      const text = await answer.text();
      frames.push({ kind: 'page', text });
      const page = JSON.parse(text) as { events: ApplicationEvent[]; cursor: string };
      events.push(...page.events);
      ({ cursor } = page);
    }
  };
  void reading().catch(() => undefined);
  return { frames, events, close: () => undefined };
}

const QUIET_MS = 700;

/** Nothing has come for a while. What an instance tells as its last, a poll that is between two answers misses. */
async function quiet(told: () => number): Promise<void> {
  let [seen, since] = [told(), performance.now()];
  const isQuiet = () => {
    if (told() !== seen) [seen, since] = [told(), performance.now()];
    return performance.now() - since > QUIET_MS;
  };
  await eventually(isQuiet, { what: 'nothing more to tell', deadlineMs: 30_000 });
}

/** Logs in and monitors everything there is for a session of that level. */
async function watcher(level: 'standard' | 'advanced' = 'advanced'): Promise<{ readonly world: World; readonly token: string }> {
  const face = new RestFace(plant.base);
  const world = new World(plant, face);
  world.sessionId = await face.login(level);
  for (const dn of DEVICES) {
    await world.ask('monitorObject', await world.device(dn));
    await world.ask('monitorFeatures', await world.device(dn));
  }
  if (level === 'standard') return { world, token: face.token };
  for (const [operation, members] of OTHERS) await world.ask('monitorObject', { objectId: await world.id(operation, members) });
  for (const operation of WHOLE) await world.ask(operation, { icpId: 1 });
  return { world, token: face.token };
}

async function sendTo({ url }: Receiver, { sessionId }: Of, token: string): Promise<void> {
  const set = await fetch(`${plant.base}/v1/sessions/${sessionId}/handler`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });
  expect(set.status, await set.text()).toBe(200);
}

/** An application whose sessions are read by every way that pushes is taken off the list; only these stay. */
async function leave(staying: AccessDocument['applications']): Promise<void> {
  const logIn = async () => {
    const body = JSON.stringify({ ...CREDENTIALS, applicationName: 'crm' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${plant.base}/v1/sessions`, { method: 'POST', headers, body });
    return (await answer.json()) as { sessionId: number; token: string };
  };
  const [stream, socket, hooked] = [await logIn(), await logIn(), await logIn()];
  leaversReceiver = await startReceiver();
  leavers = {
    'server-sent events': await openStream(plant.base, stream, stream.token),
    WebSocket: await openSocket(plant.base, socket, socket.token),
  };
  await sendTo(leaversReceiver, hooked, hooked.token);
  await plant.allowOnly(staying);
  const all = [...Object.values(leavers).map(({ events }) => events), leaversReceiver.events];
  await eventually(() => all.every((events) => events.at(-1)?.type === 'session.terminated'), {
    what: 'the end of the sessions told by every way that pushes',
  });
}

/** Everything that can be done with calls and devices, one after the other, then a link that is lost. */
async function day(world: World): Promise<void> {
  for (const [operation, one] of Object.entries(CALL_CASES)) {
    try {
      const members = { sessionId: world.sessionId, ...(await one.ready(world)) };
      const taken = argumentsOf(operation).flatMap(({ name }) => [name, ourName(name)]);
      await world.face.call(operation, Object.fromEntries(Object.entries(members).filter(([name]) => taken.includes(name))));
      await one.after?.(world);
    } finally {
      await world.tidy();
    }
  }
  await world.ring('2001', '2403');
  await world.tidy();
  await world.hand('1', 'come-in', { from: '0301234', number: '2002' }, 'trunks');
  await world.tidy();
  await world.hand('2010', 'out-of-service');
  await world.hand('2010', 'in-service');
  await world.talk('2001', '2002');
  const faults = `/v1/controllers/${plant.controller}/faults`;
  await plant.witness('POST', faults, { kind: 'refuse-links' });
  await plant.witness('POST', faults, { kind: 'drop-links', how: 'abrupt' });
  await world.ring('2003', '2004');
  await plant.witness('DELETE', faults);
}

beforeAll(async () => {
  const secrets = { applicationPasswordSha256: sha256Hex('app'), localPasswordSha256: sha256Hex('local'), allowed: true };
  const walker = {
    id: '00000000-0000-4000-8000-0000000000a1',
    name: CREDENTIALS.applicationName,
    type: 'generic',
    advanced: true,
  } as const;
  plant = await startCallPlant({
    equipment: EQUIPMENT,
    more: {
      applications: [
        { ...walker, ...secrets, signing: { publicKeyPem: PUBLIC_KEY_PEM, legacy: false } },
        // by which the plant looks whether its controller is there
        { id: '00000000-0000-4000-8000-0000000000a3', name: 'crm', type: 'generic', advanced: false, ...secrets },
      ],
      outbound: { http: true, ranges: ['127.0.0.0/8'] },
    },
  });
  receiver = await startReceiver();
  validators = await published(plant.base);
  const [stream, socket, polling, hooked, actor] = [
    await watcher(),
    await watcher(),
    await watcher(),
    await watcher(),
    await watcher(),
  ];
  readings = {
    'server-sent events': await openStream(plant.base, stream.world, stream.token),
    WebSocket: await openSocket(plant.base, socket.world, socket.token),
    'long poll': poll(plant.base, polling.world, polling.token),
  };
  await sendTo(receiver, hooked.world, hooked.token);
  const bySoap: [string, SoapReading][] = [];
  for (const operation of POLLS) {
    const { world } = await watcher();
    if (operation === 'getRestEvent') await world.ask('registerRestSession', { restSessionId: world.sessionId });
    bySoap.push([operation, pollBySoap(plant.base, operation, world.sessionId)]);
  }
  for (const operation of HANDLERS) {
    const { world } = await watcher(operation === 'handleEvent' ? 'standard' : 'advanced');
    bySoap.push([operation, await hostBySoap(plant.base, operation, world.sessionId)]);
  }
  overSoap = Object.fromEntries(bySoap) as typeof overSoap;
  await day(actor.world);
  const isRestored = (events: readonly ApplicationEvent[]) => {
    const gap = events.findLastIndex(({ type }) => type === 'EVENT_GAP');
    return gap >= 0 && events.slice(gap).some(({ source, type }) => source === 'snapshot' && type === 'CALL_RECEIVED');
  };
  const all = () => [...Object.values(readings).map(({ events }) => events), receiver.events];
  await eventually(() => all().every(isRestored), {
    what: 'the day told by every way, the lost link included',
    deadlineMs: 30_000,
  });
  const isBack = ({ envelopes }: SoapReading) => envelopes.some((text) => /ICP_COMMUNICATION_EVENT[^]*>CONNECTED</.test(text));
  await eventually(() => HANDLERS.every((operation) => isBack(overSoap[operation])), { what: 'the day told to handlers' });
  await Promise.all(Object.values(overSoap).map((reading) => reading.end()));
  await leave([{ ...walker, ...secrets, signing: { publicKeyPem: PUBLIC_KEY_PEM, legacy: false } }]);
  await quiet(() => all().reduce((count, { length }) => count + length, 0));
  await plant.stopInstance();
  await eventually(() => all().every((events) => events.at(-1)?.type === 'OIG_SHUTDOWN'), {
    what: 'the shutdown told by every way',
  });
  isOver = true;
}, 90_000);
afterAll(async () => {
  for (const { close } of [...Object.values(readings ?? {}), ...Object.values(leavers ?? {})]) close();
  await receiver?.close();
  await leaversReceiver?.close();
  await plant?.close();
});

const hooks = () =>
  [receiver, leaversReceiver].flatMap(({ challenges, hits }) =>
    [...challenges, ...hits].map(({ body }) => ({ kind: 'WebhookMessage', text: body })),
  );
const framesBy = (): readonly (readonly [string, readonly Reading['frames'][number][]])[] => [
  ...Object.entries(readings).map(
    ([way, { frames }]) => [way, [...frames, ...(leavers[way as keyof typeof leavers]?.frames ?? [])]] as const,
  ),
  ['webhook', hooks()],
];

function faultsOf({ kind, text }: Reading['frames'][number]): string {
  const isValid = validators[kind]!(JSON.parse(text));
  return isValid ? '' : `${kind}: ${JSON.stringify(validators[kind]!.errors?.slice(0, 3))} in ${text.slice(0, 400)}`;
}

/** Copies with one member too many, in each object whose members the document lists. */
function* withOneMore(frame: Reading['frames'][number]): Generator<Reading['frames'][number]> {
  const whole = JSON.parse(frame.text) as Json;
  const objects = (value: unknown, name: string): Json[] => {
    if (typeof value !== 'object' || value === null) return [];
    if (Array.isArray(value)) return value.flatMap((item) => objects(item, name));
    // roles have attributes of any name
    const own = name === 'attributes' ? [] : [value as Json];
    return [...own, ...Object.entries(value).flatMap(([member, inner]) => objects(inner, member))];
  };
  for (const object of objects(whole, '')) {
    object['memberOfNobody'] = 1;
    yield { kind: frame.kind, text: JSON.stringify(whole) };
    delete object['memberOfNobody'];
  }
}

describe('R-CC-04 everything that is sent is as the OpenAPI document says', () => {
  it('the day has something of everything, told alike by every way', () => {
    const types = (events: readonly ApplicationEvent[]) => new Set(events.map(({ category, type }) => `${category} ${type}`));
    const seen = types(readings.WebSocket.events);
    console.info(
      `${framesBy()
        .map(([way, { length }]) => `${way}: ${length} frames`)
        .join(', ')}; ${seen.size} types of events`,
    );
    expect([...seen]).toEqual(
      expect.arrayContaining([
        ...[
          'ORIGINATED',
          'DELIVERED',
          'RECEIVED',
          'ESTABLISHED',
          'HELD',
          'RETRIEVED',
          'CLEAR',
          'FAILED',
          'DIVERTED',
          'QUEUED',
        ].map((word) => `CALL_EVENT CALL_${word}`),
        ...['TRANSFERRED', 'CONFERENCED'].map((word) => `CALL_EVENT CALL_${word}`),
        'CALL_EVENT ACD_EXPRESS_GROUP_EVENT',
        'CALL_EVENT ACD2_PATH',
        'CALL_EVENT INFORMATION_UPDATE_EVENT',
        'GAP EVENT_GAP',
        'SYSTEM_EVENT ICP_COMMUNICATION_EVENT',
        'SYSTEM_EVENT OIG_SHUTDOWN',
      ]),
    );
    expect([...seen].filter((type) => type.startsWith('FEATURE_EVENT')).length).toBeGreaterThan(8);
    for (const events of [readings['server-sent events'].events, readings['long poll'].events, receiver.events])
      expect([...types(events)].sort()).toEqual([...seen].sort());
  });

  it.each(['server-sent events', 'WebSocket', 'long poll', 'webhook'])('every frame by %s', (way) => {
    const frames = framesBy().find(([name]) => name === way)![1];
    expect(frames.length).toBeGreaterThan(10);
    const faults = frames.map(faultsOf).filter((fault) => fault !== '');
    expect(faults.slice(0, 3)).toEqual([]);
  });

  it.each([
    ['OIG_SHUTDOWN', ['server-sent events', 'WebSocket', 'long poll', 'webhook']],
    ['session.terminated', ['server-sent events', 'WebSocket', 'webhook']],
  ])('%s is among them, by %j', (type, ways) => {
    const told = framesBy().flatMap(([way, frames]) => (frames.some(({ text }) => text.includes(`"${type}"`)) ? [way] : []));
    expect(told).toEqual(ways);
  });

  it('and the document would notice a member it does not have, wherever that were', () => {
    let tried = 0;
    // the last ones of each way are the ends of sessions
    for (const [, frames] of framesBy())
      for (const frame of frames.filter(({ text }, at) => text.length < 20_000 && (at < 60 || at >= frames.length - 5)))
        for (const spoiled of withOneMore(frame)) {
          tried += 1;
          expect(validators[spoiled.kind]!(JSON.parse(spoiled.text)), spoiled.text.slice(0, 2000)).toBe(false);
        }
    expect(tried).toBeGreaterThan(100);
  });
});

describe('R-CC-04 R-SES-05 every event of the day over SOAP is as the contract has it', () => {
  const familyOf = (text: string) =>
    /[<:]callEvent /.test(text) ? 'CALL_EVENT' : /[<:]featureEvent /.test(text) ? 'FEATURE_EVENT' : 'OTHER';

  it.each([...POLLS, ...HANDLERS])('%s: namespace, order, attributes and words of each', (operation) => {
    const { envelopes } = overSoap[operation];
    expect(envelopes.length).toBeGreaterThan(100);
    expect(new Set(envelopes.map(familyOf))).toEqual(new Set(['CALL_EVENT', 'FEATURE_EVENT', 'OTHER']));
    const judge = operation === 'handleEvent' || operation === 'advHandleEvent' ? checkRequest : checkResponse;
    for (const text of envelopes) judge(operation, text);
  });

  it('what only the advanced messages have words for is told there: the reason of an agent that is busy, a call whose features change', () => {
    const told = (operation: SoapPoll | (typeof HANDLERS)[number]) => overSoap[operation].envelopes.join('');
    for (const operation of ['advGetEvent', 'advHandleEvent', 'getNumberedEvent', 'getRestEvent'] as const) {
      expect(told(operation), operation).toContain('>ACD_AGENT_MAKE_BUSY_CODE<');
      expect(told(operation), operation).toContain('>INFORMATION_UPDATE<');
    }
    for (const operation of ['getEvent', 'handleEvent'] as const) {
      expect(told(operation), operation).not.toMatch(/ACD_AGENT_MAKE_BUSY_CODE|>INFORMATION_UPDATE</);
      expect(told(operation), operation).toContain('>INFORMATION_UPDATE_EVENT<');
    }
  });
});
