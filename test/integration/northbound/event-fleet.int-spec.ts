/** R-LIM-01 fifteen hundred sessions on one instance, by each way to events: every one of them sees every event, in order, none twice. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import { eventually } from '#testkit/eventually';
import type { EventPage } from '../../../apps/gateway/src/event-page.js';
import { EventPump } from '../../../apps/gateway/src/northbound/event-pump.js';
import { pageJson, pageMembers, pageMessages } from '../../../apps/gateway/src/northbound/http/event-json.js';
import { attributeOf, envelope, soap } from './clients.js';
import { eventPlant, type EventPlant, type LoggedIn } from './event-plant.js';
import { liveOf } from './event-readers.js';
import { startReceiver, type Receiver } from './receiver.js';

const SESSIONS = 1500;
const BURSTS = [1, 7, 2];
/** Requests that a client makes at once. */
const AT_ONCE = 50;
const contextOf = ({ token }: LoggedIn) => ({ face: 'rest', token, clientAddress: '192.0.2.9', requestId: 'fleet' }) as const;
const messagesOf = (text: string): ApplicationEvent[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as ApplicationEvent);

/** A stream without its connection: fifteen hundred of those would measure handshakes. What it writes is read as a client reads it. */
function follow(session: LoggedIn, eventsIn: (page: EventPage) => ApplicationEvent[], window?: number) {
  const events: ApplicationEvent[] = [];
  const write = (page: EventPage) => {
    events.push(...eventsIn(page));
    if (window !== undefined) setImmediate(() => pump.acknowledge(events.at(-1)!.seq));
    return true;
  };
  const end = (why: string) => {
    throw new Error(`a stream ended: ${why}`);
  };
  const pump = new EventPump({ write, end, cut: () => end('cut') }, 30_000, () => end('slow'), window);
  const opened = pump.start((listener) => plant.engine.openReader(session, contextOf(session), listener));
  if (!opened.ok) throw new Error(opened.refusal.detail);
  pump.begin();
  return { events, pump };
}

let plant: EventPlant;
let sessions: LoggedIn[];
/** Events that every session has had so far. */
let rung = 0;
beforeAll(async () => {
  plant = await eventPlant({ outbound: { http: true, ranges: ['127.0.0.0/8'] } });
  sessions = [];
  for (let at = 0; at < SESSIONS; at += 1) sessions.push(await plant.session());
}, 120_000);
afterAll(() => plant.close());

type Watched = { readonly events: readonly ApplicationEvent[] };

async function openAll<T>(open: (session: LoggedIn) => Promise<T>): Promise<T[]> {
  const opened: T[] = [];
  for (let at = 0; at < SESSIONS; at += AT_ONCE) opened.push(...(await Promise.all(sessions.slice(at, at + AT_ONCE).map(open))));
  return opened;
}

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
    const readers = sessions.map((session) => {
      const events: ApplicationEvent[] = [];
      let after: string | undefined;
      const poll = async (): Promise<void> => {
        while (on) {
          const request = { sessionId: session.sessionId, after, waitMs: 30_000, max: 100 };
          const page = await plant.engine.readEvents(request, contextOf(session));
          if (!page.ok) throw new Error(page.refusal.detail);
          const answer = JSON.parse(pageJson(page.value)) as { events: ApplicationEvent[]; cursor: string };
          events.push(...answer.events);
          after = answer.cursor;
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
    const readers = sessions.map((session) => {
      const events: ApplicationEvent[] = [];
      const context = { ...contextOf(session), face: 'soap' } as const;
      let numberedAfter = 0;
      const poll = async (): Promise<void> => {
        while (on) {
          const answer = await plant.engine.nextEvent({ sessionId: session.sessionId, waitMs: 30_000, numberedAfter }, context);
          if (!answer.ok) throw new Error(answer.refusal.detail);
          if (answer.value === undefined) continue;
          events.push(answer.value.event);
          numberedAfter = answer.value.eventNumber;
        }
      };
      return { events, ended: poll() };
    });
    // after number 0: what is held
    const hasAll = ({ events }: Watched) => liveOf(events).length === rung;
    await eventually(() => readers.every(hasAll), { what: 'what was there', deadlineMs: 60_000 });
    await ringAndWatch(readers);
    on = false;
    rung += plant.ring(1).length;
    await Promise.all(readers.map(({ ended }) => ended));
  }, 180_000);

  it('by server-sent events', async () => {
    const readers = sessions.map((session) => follow(session, (page) => messagesOf(pageMessages(page))));
    await ringAndWatch(readers);
    for (const { pump } of readers) pump.close();
  }, 180_000);

  it('by WebSocket, with a window of one event', async () => {
    const framed = (page: EventPage) => (JSON.parse(`{${pageMembers(page)}}`) as { events: ApplicationEvent[] }).events;
    const readers = sessions.map((session) => follow(session, framed, 1));
    const hasAll = ({ events }: Watched) => liveOf(events).length === rung;
    await eventually(() => readers.every(hasAll), { what: 'what was there', deadlineMs: 60_000 });
    await ringAndWatch(readers);
    for (const { pump } of readers) pump.close();
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
    // the phone's call is held and retrieved in turn: what is missing, doubled or out of order shows
    const first = types.values().next().value![0];
    const other = first === 'CALL_HELD' ? 'CALL_RETRIEVED' : 'CALL_HELD';
    expect(new Set([...types.values()].map((own) => own.join()))).toEqual(new Set([[first, other, first, other].join()]));
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
