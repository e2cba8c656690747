/**
 * Events pushed: by WebSocket beside R1, by webhook beside R3. One traffic, told by the controller to the gateway and to the baseline at the
 * same times, pushed by both to as many sessions; what a CPU-second of each process delivers.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { median, type Figure } from '../figure.js';
import { cpuSecondsOf } from '../process-cost.js';
import { openRig, type Peer, type Rig } from '../rig.js';
import { gatewayClient, linked, rawClient, type PushClient } from './gateway-client.js';

const PHONES = 60;
const WARM_UP_MS = 3000;
const WINDOW_MS = 3000;
const WINDOWS = 5;
const CONNECTIONS = 16;

interface Way {
  readonly name: string;
  readonly sessions: number;
  readonly phonesPerSession: number;
  readonly callsPerHour: number;
  readonly baseline: 'R1' | 'R3';
  readonly goal: number;
  readonly profile?: string;
}
const WEBSOCKET: Way = {
  name: 'WebSocket',
  sessions: 400,
  phonesPerSession: 6,
  callsPerHour: 60_000,
  baseline: 'R1',
  goal: 0.8,
  profile:
    '66 % writes to TLS, 5 % garbage collection, none of our own functions above 2 % (2026-11-28, with other work on the machine)',
};
const WEBHOOK: Way = {
  name: 'webhook',
  sessions: 40,
  phonesPerSession: 15,
  callsPerHour: 120_000,
  baseline: 'R3',
  goal: 0.75,
};

interface Side {
  readonly client: PushClient;
  readonly peer: Peer;
  /** Once in each event of a message. */
  readonly mark: string;
}
interface Count {
  events: number;
  messages: number;
}

/** Counts marks in pieces of text that may end anywhere; one for each connection. */
function counter(mark: string, count: Count): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const text = rest + piece;
    let from = 0;
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, from)) {
      count.events += 1;
      from = at + mark.length;
    }
    rest = text.slice(Math.max(from, text.length - mark.length + 1));
    count.messages += 1;
  };
}

/** Takes every message, and answers challenges. */
async function startReceiver(mark: string, count: Count): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      const challenge = /"challenge":"([^"]+)"/.exec(text)?.[1];
      if (challenge !== undefined) return void response.end(JSON.stringify({ challenge }));
      counter(mark, count)(text);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

async function follow(rig: Rig, { client, peer, mark }: Side, way: Way) {
  const count: Count = { events: 0, messages: 0 };
  const receiver = way === WEBHOOK ? await startReceiver(mark, count) : undefined;
  const handles: number[] = [];
  for (const dn of rig.extensions) handles.push(await client.phone(dn));
  const lanes = Array.from({ length: CONNECTIONS }, async (_, lane) => {
    for (let index = lane; index < way.sessions; index += CONNECTIONS) {
      const session = await client.session();
      for (let at = 0; at < way.phonesPerSession; at += 1)
        await client.monitor(session, handles[(index * 7 + at) % handles.length]!);
      if (receiver === undefined) await client.socket(session, counter(mark, count));
      else await client.hook(session, receiver.url);
    }
  });
  await Promise.all(lanes);
  return {
    read: () => ({ ...count, cpu: cpuSecondsOf(peer.pid), at: performance.now() }),
    end: async () => {
      await client.close();
      receiver?.server.closeAllConnections();
      receiver?.server.close();
    },
  };
}

async function measure(way: Way): Promise<Figure[]> {
  const rig = await openRig({ phones: PHONES });
  try {
    const raw = await rig.baseline('raw-push');
    const gateway = await rig.gateway();
    const client = gatewayClient(rig, gateway, CONNECTIONS);
    await linked(client, rig.extensions[0]!);
    const baseline = await follow(rig, { client: rawClient(rig, raw, CONNECTIONS), peer: raw, mark: '"serial":' }, way);
    const subject = await follow(rig, { client, peer: gateway, mark: '"eventId":' }, way);
    await rig.traffic(way.callsPerHour);
    await delay(WARM_UP_MS);
    const windows = { baseline: [] as Window[], subject: [] as Window[] };
    for (let window = 0; window < WINDOWS; window += 1) {
      const before = { baseline: baseline.read(), subject: subject.read() };
      await delay(WINDOW_MS);
      windows.baseline.push(between(before.baseline, baseline.read()));
      windows.subject.push(between(before.subject, subject.read()));
    }
    await rig.traffic(null);
    await baseline.end();
    await subject.end();
    const pair = (of: (window: Window) => number) => ({
      value: median(windows.subject.map(of)),
      baseline: { name: way.baseline, value: median(windows.baseline.map(of)) },
    });
    return [
      { name: `events per second by ${way.name} to ${way.sessions} sessions`, unit: '/s', ...pair(({ perSecond }) => perSecond) },
      {
        name: `events by ${way.name} per CPU-second of the gateway`,
        unit: '/CPU-s',
        ...pair(({ perCpuSecond }) => perCpuSecond),
        goal: { at: 'least', bound: way.goal, source: 'performance.md' },
        ...(way.profile === undefined ? {} : { profile: way.profile }),
        remark: `both at once, median of ${WINDOWS} windows of ${WINDOW_MS / 1000} s`,
      },
    ];
  } finally {
    await rig.close();
  }
}

interface Window {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}
type Reading = Count & { readonly cpu: number; readonly at: number };
const between = (before: Reading, after: Reading): Window => ({
  perSecond: ((after.events - before.events) * 1000) / (after.at - before.at),
  perCpuSecond: (after.events - before.events) / (after.cpu - before.cpu),
});

export const websocket = (): Promise<Figure[]> => measure(WEBSOCKET);
export const webhook = (): Promise<Figure[]> => measure(WEBHOOK);
