/**
 * R-LIM-01, R-LIM-03, R-MON-03: a full instance. Applications set 50,000 monitors at 100 controllers by bulk requests of 1,500 sessions, each of which
 * reads its events by a socket; against the floor that the pace of monitor starts sets, and how much memory the instance has then.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { INSTANCE_LIMITS, MONITOR_STARTS_PER_SECOND } from '#domain/limits';
import { openFailoverPlant, until, type FailoverPlant } from '../failover-plant.js';
import type { Figure } from '../figure.js';
import { cpuSecondsOf, proportionalMemoryOf } from '../process-cost.js';
import { CREDENTIALS } from '../rig.js';

const SIZE = { controllers: 100, monitorsEach: INSTANCE_LIMITS.monitors / 100 };
const SESSIONS = INSTANCE_LIMITS.sessions;
/** So many log-ins and sockets are under way at once. */
const AT_ONCE = 50;
/** Until what was only needed for setting is gone. */
const SETTLE_MS = 10_000;
const SOURCE = 'performance.md';
const PROFILE =
  'JavaScript 133 to 170 MB (93 after a collection, a third of it directories), 81 native (52 of them OpenSSL and buffers of node for 1,500 sockets), the rest the program (2026-11-28)';

interface OpenSession {
  readonly path: string;
  readonly token: string;
}

export async function capacity(): Promise<Figure[]> {
  const plant = await openFailoverPlant(SIZE, false);
  const { tls, headers, base } = plant.northbound;
  const dispatcher = new Agent({ connections: AT_ONCE, headersTimeout: 0, bodyTimeout: 0, connect: tls });
  const sockets: WebSocket[] = [];
  try {
    const { pid } = await plant.start();
    const connected = async () =>
      (await plant.status())?.controllers.every(({ state }) => state === 'CONNECTED') === true ? true : undefined;
    await until(connected, 60_000, 'all links');
    const post = async (path: string, body: object, token?: string): Promise<string> => {
      const answer = await request(`${base}${path}`, {
        dispatcher,
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
      return text;
    };
    const sessions = await inGroups(SESSIONS, async (): Promise<OpenSession> => {
      const { sessionId, token } = JSON.parse(await post('/v1/sessions', CREDENTIALS)) as { sessionId: number; token: string };
      return { path: `/v1/sessions/${sessionId}`, token };
    });
    const sessionsMb = proportionalMemoryOf(pid!);
    let eventBytes = 0;
    await inGroups(SESSIONS, async (index) => {
      const { path, token } = sessions[index]!;
      const socket = new WebSocket(`${base.replace('https', 'wss')}${path}/events/socket`, {
        ...tls,
        headers: { ...headers, authorization: `Bearer ${token}` },
      });
      sockets.push(socket);
      socket.on('message', (data: Buffer) => (eventBytes += data.length));
      await new Promise<void>((opened, failed) => socket.once('open', () => opened()).once('error', failed));
    });

    const socketsMb = proportionalMemoryOf(pid!);
    const cpuBefore = cpuSecondsOf(pid!);
    const since = performance.now();
    await inGroups(SESSIONS, async (index) => {
      const objectIds = plant.objectIds.filter((_, at) => at % SESSIONS === index);
      await post(`${sessions[index]!.path}/monitors/bulk`, { objectIds }, sessions[index]!.token);
    });
    const doneAt = await until(() => allStanding(plant), 300_000, 'the last monitor');
    const tookS = (doneAt - since) / 1000;
    const cpuS = cpuSecondsOf(pid!) - cpuBefore;
    await delay(SETTLE_MS);
    const { standing, startsPerSecondMax } = await plant.truth();
    const report = (await plant.status())!;
    if (standing !== INSTANCE_LIMITS.monitors || report.sessions.used !== SESSIONS)
      throw new Error(`${standing} monitors stand and ${report.sessions.used} sessions are there`);
    const name = `${standing} monitors at ${SIZE.controllers} controllers`;
    return [
      {
        name: `${name}, first request to last one standing`,
        value: tookS,
        unit: 's',
        baseline: { name: 'pacing floor', value: SIZE.monitorsEach / MONITOR_STARTS_PER_SECOND },
        goal: { at: 'most', bound: 1.02, source: SOURCE },
        remark: 'seen every 100 ms',
      },
      {
        name: `${name}, set a second`,
        value: standing / tookS,
        unit: '/s',
        remark: `${(standing / cpuS).toFixed(0)} per CPU-second`,
      },
      {
        name: `memory of a full instance (proportional set size)`,
        value: proportionalMemoryOf(pid!),
        unit: 'MB',
        goal: { at: 'most', bound: 128, source: SOURCE },
        profile: PROFILE,
        remark: `with ${SESSIONS} sessions ${sessionsMb.toFixed(0)} MB, with a socket each ${socketsMb.toFixed(0)} MB, ${(eventBytes / 1e6).toFixed(0)} MB of events read`,
      },
      {
        name: `monitor starts a second at one controller, most: ${name}`,
        value: startsPerSecondMax,
        unit: '/s',
        goal: { at: 'most', bound: MONITOR_STARTS_PER_SECOND, source: 'R-MON-03' },
      },
    ];
  } finally {
    for (const socket of sockets) socket.terminate();
    await dispatcher.destroy();
    await plant.close();
  }
}

async function allStanding(plant: FailoverPlant): Promise<number | undefined> {
  const status = await plant.status();
  return status?.devices.standing === INSTANCE_LIMITS.monitors ? performance.now() : undefined;
}

/** The results in order; {@link AT_ONCE} under way at a time. */
async function inGroups<T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < count; from += AT_ONCE)
    results.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => one(from + at)))));
  return results;
}
