/** Events to long-polling sessions: the same traffic at the gateway and at R2; what a CPU-second of the process delivers. */
import type { Figure } from '../figure.js';
import { cpuSecondsOf } from '../process-cost.js';
import { openRig, type Rig } from '../rig.js';
import { gatewayClient, linked, rawClient, type BenchClient } from './gateway-client.js';

const PHONES = 120;
const SESSIONS = 60;
const PHONES_PER_SESSION = 20;
const CALLS_PER_HOUR = 360_000;
const WARM_UP_MS = 2000;
const MEASURE_MS = 8000;

interface Measured {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly perAnswer: number;
}

async function measure(rig: Rig, client: BenchClient, pid: number, mark: string): Promise<Measured> {
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
  let delivered = 0;
  let answers = 0;
  let on = true;
  const readers = sessions.map(async (session) => {
    while (on) {
      const body = await client.poll(session).catch(() => '');
      if (body === '') return;
      answers += 1;
      for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) delivered += 1;
    }
  });
  await rig.traffic(CALLS_PER_HOUR);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  const before = { delivered, answers, cpu: cpuSecondsOf(pid), at: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, MEASURE_MS));
  const seconds = (performance.now() - before.at) / 1000;
  const cpu = cpuSecondsOf(pid) - before.cpu;
  const events = delivered - before.delivered;
  const polls = answers - before.answers;
  on = false;
  await rig.traffic(null);
  await client.close();
  await Promise.allSettled(readers);
  return { perSecond: events / seconds, perCpuSecond: events / cpu, perAnswer: events / polls };
}

export async function events(): Promise<Figure[]> {
  const rig = await openRig({ phones: PHONES });
  try {
    const raw = await rig.baseline('raw-gateway');
    const baseline = await measure(rig, rawClient(rig, raw, SESSIONS + 8), raw.pid, '"serial":');
    raw.process.kill('SIGKILL');
    const gateway = await rig.gateway();
    const client = gatewayClient(rig, gateway, SESSIONS + 8);
    await linked(client, rig.extensions[0]!);
    const ours = await measure(rig, client, gateway.pid, '"eventId":');
    return [
      {
        name: `events per second to ${SESSIONS} long-polling sessions`,
        value: ours.perSecond,
        unit: '/s',
        baseline: { name: 'R2', value: baseline.perSecond },
      },
      {
        name: 'events by long poll per CPU-second of the gateway',
        value: ours.perCpuSecond,
        unit: '/CPU-s',
        baseline: { name: 'R2', value: baseline.perCpuSecond },
        goal: { at: 'least', bound: 0.75, source: 'performance.md' },
      },
      {
        name: 'events in one answer, on average',
        value: ours.perAnswer,
        unit: '',
        baseline: { name: 'R2', value: baseline.perAnswer },
      },
    ];
  } finally {
    await rig.close();
  }
}
