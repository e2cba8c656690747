/** Operation round trip: a phone looked up by number, which is a frame to the controller and one back, nothing cached; beside R1. */
import type { Figure } from '../figure.js';
import { median, quantile } from '../figure.js';
import { cpuSecondsOf } from '../process-cost.js';
import { openRig } from '../rig.js';
import { gatewayClient, linked, rawClient, type BenchClient } from './gateway-client.js';

const SEQUENTIAL = 1500;
const CONCURRENCY = 16;
const CONCURRENT = 4000;

interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

async function measure(client: BenchClient, pid: number, extensions: readonly string[]): Promise<Measured> {
  const operation = (index: number) => client.phone(extensions[index % CONCURRENCY]!);
  for (let index = 0; index < 300; index++) await operation(index);
  const times: number[] = [];
  for (let index = 0; index < SEQUENTIAL; index++) {
    const since = performance.now();
    await operation(index);
    times.push(performance.now() - since);
  }
  const cpu = cpuSecondsOf(pid);
  const since = performance.now();
  let left = CONCURRENT;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async (_, lane) => {
      while (left-- > 0) await operation(lane);
    }),
  );
  const seconds = (performance.now() - since) / 1000;
  return {
    p50: median(times),
    p99: quantile(times, 0.99),
    perSecond: CONCURRENT / seconds,
    perCpuSecond: CONCURRENT / (cpuSecondsOf(pid) - cpu),
  };
}

export async function operations(): Promise<Figure[]> {
  const rig = await openRig({ phones: 2 * CONCURRENCY });
  try {
    const raw = await rig.baseline('raw-gateway');
    const gateway = await rig.gateway();
    const rawSide = rawClient(rig, raw, CONCURRENCY);
    const gatewaySide = gatewayClient(rig, gateway, CONCURRENCY);
    await linked(gatewaySide, rig.extensions[0]!);
    const baseline = await measure(rawSide, raw.pid, rig.extensions);
    const ours = await measure(gatewaySide, gateway.pid, rig.extensions);
    await rawSide.close();
    await gatewaySide.close();
    const guide = 'performance.md';
    return [
      {
        name: 'operation response, p50',
        value: ours.p50,
        unit: 'ms',
        baseline: { name: 'R1', value: baseline.p50 },
        goal: { at: 'most', bound: 1.5, source: guide },
      },
      { name: 'operation response, p99', value: ours.p99, unit: 'ms', baseline: { name: 'R1', value: baseline.p99 } },
      {
        name: `operations per second, ${CONCURRENCY} at once`,
        value: ours.perSecond,
        unit: '/s',
        baseline: { name: 'R1', value: baseline.perSecond },
        goal: { at: 'least', bound: 0.7, source: guide },
      },
      {
        name: 'operations per CPU-second of the gateway',
        value: ours.perCpuSecond,
        unit: '/CPU-s',
        baseline: { name: 'R1', value: baseline.perCpuSecond },
        goal: { at: 'least', bound: 0.7, source: guide },
      },
    ];
  } finally {
    await rig.close();
  }
}
