/** R-LIM-01 fifteen hundred sessions on one instance, by each way to events: every one of them sees every event, in order, none twice. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import { eventually } from '#testkit/eventually';
import { attributeOf, envelope, requestElement, soap, textOf } from './clients.js';
import { eventPlant, type EventPlant, type LoggedIn } from './event-plant.js';
import { liveOf, openSocket, openStream } from './event-readers.js';
import { startReceiver, type Receiver } from './receiver.js';

const SESSIONS = 1500;
const BURSTS = [1, 3];
/** Requests that a client makes at once. */
const AT_ONCE = 50;
let plant: EventPlant;
let sessions: LoggedIn[];
/** Events that every session has had so far. */
let rung = 0;
/** A connection for each session. */
let agent: Agent;
beforeAll(async () => {
  plant = await eventPlant({ outbound: { http: true, ranges: ['127.0.0.0/8'] } });
  sessions = [];
  for (let at = 0; at < SESSIONS; at += 1) sessions.push(await plant.session());
  agent = new Agent({ keepAlive: true, maxSockets: SESSIONS, ...plant.northbound.credentials });
}, 120_000);
afterAll(async () => {
  agent?.destroy();
  await plant?.close();
});

type Watched = { readonly events: readonly ApplicationEvent[] };

async function openAll<T>(open: (session: LoggedIn) => Promise<T>): Promise<T[]> {
  const opened: T[] = [];
  for (let at = 0; at < SESSIONS; at += AT_ONCE) opened.push(...(await Promise.all(sessions.slice(at, at + AT_ONCE).map(open))));
  return opened;
}

/** The phone's call is held and retrieved in turn: what is missing, doubled or out of order shows. */
const isInTurn = (types: readonly string[]): boolean => {
  const other = types[0] === 'CALL_HELD' ? 'CALL_RETRIEVED' : 'CALL_HELD';
  return types.every((type, at) => type === (at % 2 === 0 ? types[0] : other) && /^CALL_(HELD|RETRIEVED)$/.test(type));
};

/** Lets phones ring in bursts; every reader has to see all of it and nothing else. */
async function ringAndWatch(readers: readonly Watched[]): Promise<void> {
  const told: string[] = [];
  const before = readers.map(({ events }) => liveOf(events).length);
  for (const burst of BURSTS) {
    told.push(...plant.ring(burst));
    rung += burst;
    const isThere = ({ events }: Watched, at: number) => liveOf(events).length >= before[at]! + told.length;
    await eventually(() => readers.every(isThere), {
      what: `${told.length} events at ${readers.length} readers`,
      deadlineMs: 60_000,
    });
  }
  for (const [at, { events }] of readers.entries()) {
    const seen = liveOf(events).slice(before[at]);
    if (seen.join() !== told.join()) expect(seen, `reader ${at}`).toEqual(told);
    const dense = events.every(({ seq }, index) => seq === events[0]!.seq + index);
    expect(dense, `reader ${at} has numbers without holes`).toBe(true);
  }
}

describe(`R-LIM-01 R-CC-04 ${SESSIONS} sessions at once`, () => {
  it('by long poll', async () => {
    let on = true;
    const readers = sessions.map(({ sessionId, token }) => {
      const events: ApplicationEvent[] = [];
      const poll = async (): Promise<void> => {
        for (let after = ''; on;) {
          const path = `/v1/sessions/${sessionId}/events?wait=30&max=100${after === '' ? '' : `&after=${after}`}`;
          const headers = { authorization: `Bearer ${token}` };
          const { status, text } = await plant.northbound.send('GET', path, { headers, agent });
          if (status !== 200) throw new Error(text);
          const page = JSON.parse(text) as { events: ApplicationEvent[]; cursor: string };
          events.push(...page.events);
          after = page.cursor;
        }
      };
      return { events, ended: poll() };
    });
    await ringAndWatch(readers);
    on = false;
    rung += plant.ring(1).length;
    await Promise.all(readers.map(({ ended }) => ended));
  }, 180_000);

  it('by the polls of SOAP for one event each', async () => {
    let on = true;
    // behind the monitor's own event and those that the long polls had
    const from = 1 + rung;
    const readers = sessions.map(({ sessionId }) => {
      const [numbers, types]: [number[], string[]] = [[], []];
      const poll = async (): Promise<void> => {
        for (let eventNumber = from; on;) {
          const { text } = await plant.northbound.send('POST', '/axis2/services/StandardCCService', {
            headers: { 'content-type': 'text/xml; charset=utf-8' },
            body: envelope(requestElement('getNumberedEvent', { sessionId, timeout: 30_000, eventNumber })),
            agent,
          });
          if (attributeOf(text, 'result') !== 'true') throw new Error(text);
          eventNumber = Number(attributeOf(text, 'eventNumber'));
          numbers.push(eventNumber);
          types.push(textOf(text, 'type')!);
        }
      };
      return { numbers, types, ended: poll() };
    });
    let told = 0;
    for (const burst of [1, 2]) {
      told += plant.ring(burst).length;
      await eventually(() => readers.every(({ numbers }) => numbers.length >= told), { what: 'every event', deadlineMs: 60_000 });
    }
    on = false;
    told += plant.ring(1).length;
    await Promise.all(readers.map(({ ended }) => ended));
    rung += told;
    expect(new Set(readers.map(({ numbers }) => numbers.join()))).toEqual(new Set([[1, 2, 3, 4].map((at) => from + at).join()]));
    expect(new Set(readers.map(({ types }) => types.join())).size).toBe(1);
    expect(isInTurn(readers[0]!.types), readers[0]!.types.join()).toBe(true);
  }, 180_000);

  it('by server-sent events', async () => {
    const readers = await openAll((session) => openStream(plant.northbound, session, { agent }));
    await ringAndWatch(readers);
    for (const reader of readers) reader.close();
  }, 180_000);

  it('by WebSocket, with a window of one event', async () => {
    const readers = await openAll(async (session) => {
      const reader = await openSocket(plant.northbound, session, `?window=1&after=1.0.${1 + rung}`);
      reader.socket.on('message', (data: Buffer) => (data.includes('"events"') ? reader.acknowledge() : undefined));
      return reader;
    });
    await ringAndWatch(readers);
    for (const reader of readers) reader.close();
  }, 180_000);

  it('by handlers over SOAP, each with its own address', async () => {
    const types = new Map(sessions.map(({ sessionId }) => [`/${sessionId}`, [] as string[]]));
    const taken = envelope('<h:handleEventResponse xmlns:h="urn:x"><h:return>true</h:return></h:handleEventResponse>');
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        types.get(request.url!)!.push(/<(?:\w+:)?type>(\w+)</.exec(Buffer.concat(chunks).toString())![1]!);
        response.end(taken);
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    await openAll(async ({ sessionId }) => {
      const eventHandlerURL = `http://127.0.0.1:${port}/${sessionId}`;
      const { text } = await soap(plant.northbound, 'registerEventHandler', { sessionId, eventHandlerURL });
      expect(attributeOf(text, 'result')).toBe('true');
    });
    let told = 0;
    for (const burst of [1, 3]) {
      told += plant.ring(burst).length;
      await eventually(() => [...types.values()].every((own) => own.length >= told), { what: 'every event', deadlineMs: 60_000 });
    }
    rung += told;
    expect(new Set([...types.values()].map((own) => own.join())).size).toBe(1);
    const own = types.values().next().value!;
    expect([own.length, isInTurn(own)], own.join()).toEqual([4, true]);
    receiver.closeAllConnections();
    receiver.close();
  }, 180_000);

  it('by webhooks, each with its own handler', async () => {
    const to = await startReceiver();
    const byHandler = new Map<string, ApplicationEvent[]>();
    const receiver: Receiver = Object.assign(to, {
      answer: (hit: Receiver['hits'][number], response: Parameters<NonNullable<Receiver['answer']>>[1]) => {
        const { data } = JSON.parse(hit.body) as {
          data: { handlerId: string; challenge?: string; events?: ApplicationEvent[] };
        };
        if (data.challenge === undefined) byHandler.get(data.handlerId)!.push(...data.events!);
        else byHandler.set(data.handlerId, []);
        response.end(JSON.stringify({ challenge: data.challenge }));
      },
    });
    await openAll(async ({ sessionId, token }) => {
      const answer = await plant.northbound.send('PUT', `/v1/sessions/${sessionId}/handler`, {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url: receiver.url }),
      });
      expect(answer.status).toBe(200);
    });
    await eventually(() => byHandler.size === SESSIONS, { what: 'every challenge', deadlineMs: 60_000 });
    await ringAndWatch([...byHandler.values()].map((events) => ({ events })));
    await receiver.close();
  }, 180_000);
});
