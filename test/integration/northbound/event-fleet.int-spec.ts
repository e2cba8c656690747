/** R-LIM-01 fifteen hundred sessions on one instance, by each way to events: every one of them sees every event, in order, none twice. */
import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import { eventually } from '#testkit/eventually';
import { eventPlant, type EventPlant, type LoggedIn } from './event-plant.js';
import { liveOf, openPolls, openSocket, openStream } from './event-readers.js';
import { startReceiver, type Receiver } from './receiver.js';

const SESSIONS = 300;
const BURSTS = [1, 7, 2];
/** Connections and handshakes that a client makes at once. */
const AT_ONCE = 50;

let plant: EventPlant;
let sessions: LoggedIn[];
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
    const agent = new Agent({ keepAlive: true, maxSockets: SESSIONS });
    const readers = sessions.map((session) => openPolls(plant.northbound, session, agent));
    await eventually(() => readers.every(({ events }) => events.length > 0), { what: 'the first polls', deadlineMs: 60_000 });
    await ringAndWatch(readers);
    for (const reader of readers) reader.close();
    agent.destroy();
  }, 180_000);

  it('by server-sent events', async () => {
    const readers = await openAll((session) => openStream(plant.northbound, session));
    await ringAndWatch(readers);
    for (const reader of readers) reader.close();
  }, 180_000);

  it('by WebSocket', async () => {
    const readers = await openAll((session) => openSocket(plant.northbound, session));
    await ringAndWatch(readers);
    for (const reader of readers) reader.close();
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
