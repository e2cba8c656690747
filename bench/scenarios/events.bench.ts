/**
 * Events to long-polling sessions: one traffic, told by the controller to the gateway and to R2 at the same times, read from both by the
 * same number of sessions; what a CPU-second of each process delivers. Both at once rather than in turns, because how many events an
 * answer holds depends on how busy the machine is, and that decides the figure.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { median, type Figure } from '../figure.js';
import { cpuSecondsOf } from '../process-cost.js';
import { openRig, type Rig } from '../rig.js';
import { gatewayClient, linked, rawClient, type BenchClient } from './gateway-client.js';

const PHONES = 100;
const SESSIONS = 40;
const PHONES_PER_SESSION = 25;
const CALLS_PER_HOUR = 180_000;
const WARM_UP_MS = 3000;
const WINDOW_MS = 4000;
const WINDOWS = 5;

interface Side {
  readonly client: BenchClient;
  readonly pid: number;
  /** Once in each event of an answer. */
  readonly mark: string;
}
interface Reading {
  readonly events: number;
  readonly answers: number;
  readonly cpu: number;
  readonly at: number;
}
interface Window {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly perAnswer: number;
}

/** Sessions with monitors, each with a reader that polls until told to end. */
async function follow(rig: Rig, { client, pid, mark }: Side) {
  const handles: number[] = [];
  for (const dn of rig.extensions) handles.push(await client.phone(dn));
  const sessions: number[] = [];
  for (let index = 0; index < SESSIONS; index++) {
    const session = await client.session();
    sessions.push(session);
    await Promise.all(
      Array.from({ length: PHONES_PER_SESSION }, (_, at) => client.monitor(session, handles[(index * 7 + at) % handles.length]!)),
    );
  }
  let [delivered, answers, on] = [0, 0, true];
  const readers = sessions.map(async (session) => {
    while (on) {
      const body = await client.poll(session).catch(() => '');
      if (body === '') return;
      answers += 1;
      for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) delivered += 1;
    }
  });
  return {
    read: (): Reading => ({ events: delivered, answers, cpu: cpuSecondsOf(pid), at: performance.now() }),
    end: async () => {
      on = false;
      await client.close();
      await Promise.allSettled(readers);
    },
  };
}

function between(before: Reading, after: Reading): Window {
  const events = after.events - before.events;
  return {
    perSecond: (events * 1000) / (after.at - before.at),
    perCpuSecond: events / (after.cpu - before.cpu),
    perAnswer: events / (after.answers - before.answers),
  };
}

async function windows(rig: Rig, sides: readonly [Side, Side]): Promise<[Window[], Window[]]> {
  const followers = [await follow(rig, sides[0]), await follow(rig, sides[1])] as const;
  await rig.traffic(CALLS_PER_HOUR);
  await delay(WARM_UP_MS);
  const measured: [Window[], Window[]] = [[], []];
  for (let window = 0; window < WINDOWS; window++) {
    const before = followers.map(({ read }) => read());
    await delay(WINDOW_MS);
    for (const side of [0, 1] as const) measured[side].push(between(before[side]!, followers[side].read()));
  }
  await rig.traffic(null);
  for (const follower of followers) await follower.end();
  return measured;
}

export async function events(): Promise<Figure[]> {
  const rig = await openRig({ phones: PHONES });
  try {
    const raw = await rig.baseline('raw-gateway');
    const gateway = await rig.gateway();
    const client = gatewayClient(rig, gateway, SESSIONS + PHONES_PER_SESSION);
    await linked(client, rig.extensions[0]!);
    const [baseline, subject] = await windows(rig, [
      { client: rawClient(rig, raw, SESSIONS + PHONES_PER_SESSION), pid: raw.pid, mark: '"serial":' },
      { client, pid: gateway.pid, mark: '"eventId":' },
    ]);
    const pair = (of: (window: Window) => number) => ({
      value: median(subject.map(of)),
      baseline: { name: 'R2', value: median(baseline.map(of)) },
    });
    return [
      { name: `events per second to ${SESSIONS} long-polling sessions`, unit: '/s', ...pair(({ perSecond }) => perSecond) },
      {
        name: 'events by long poll per CPU-second of the gateway',
        unit: '/CPU-s',
        ...pair(({ perCpuSecond }) => perCpuSecond),
        goal: { at: 'least', bound: 0.75, source: 'performance.md' },
        profile: '22 % garbage collection, 18 % writes to TLS, none of our own functions above 2.8 % (2026-11-28)',
        remark: `both at once, median of ${WINDOWS} windows of ${WINDOW_MS / 1000} s`,
      },
      { name: 'events in one answer, on average', unit: '', ...pair(({ perAnswer }) => perAnswer) },
    ];
  } finally {
    await rig.close();
  }
}
