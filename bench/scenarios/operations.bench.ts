/** Operation round trip over REST and over SOAP: a phone looked up by number, which is a frame to the controller and one back, nothing cached; beside R1. */
import { median, quantile, type Figure } from '../figure.js';
import { cpuSecondsOf } from '../process-cost.js';
import { openRig } from '../rig.js';
import { inTurns } from '../rounds.js';
import { gatewayClient, linked, rawClient, type BenchClient } from './gateway-client.js';

const ROUNDS = 5;
const WARM_UP = 3000;
const SEQUENTIAL = 400;
const CONCURRENCY = 16;
const CONCURRENT = 6000;
const SOURCE = 'performance.md';
const PROFILE = 'over SOAP alone: writes to TLS 47 %, garbage collection 9 %, none of our own functions above 2.7 % (2026-11-28)';

interface Measured {
  readonly times: readonly number[];
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

function loadOf(phone: BenchClient['phone'], extensions: readonly string[]) {
  const operation = (index: number) => phone(extensions[index % extensions.length]!);
  const atOnce = async (count: number): Promise<void> => {
    let left = count;
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async (_, lane) => {
        while (left-- > 0) await operation(lane);
      }),
    );
  };
  return { operation, atOnce };
}

const measure = (phone: BenchClient['phone'], pid: number, extensions: readonly string[]) => async (): Promise<Measured> => {
  const { operation, atOnce } = loadOf(phone, extensions);
  const times: number[] = [];
  for (let index = 0; index < SEQUENTIAL; index++) {
    const since = performance.now();
    await operation(index);
    times.push(performance.now() - since);
  }
  const cpu = cpuSecondsOf(pid);
  const since = performance.now();
  await atOnce(CONCURRENT);
  const seconds = (performance.now() - since) / 1000;
  return { times, perSecond: CONCURRENT / seconds, perCpuSecond: CONCURRENT / (cpuSecondsOf(pid) - cpu) };
};

/** Of one face, the baseline in turns with it. */
async function compared(
  rounds: number,
  baseline: () => Promise<Measured>,
  subject: () => Promise<Measured>,
  face: string,
): Promise<Figure[]> {
  const turns = await inTurns(rounds, baseline, subject);
  const pair = (of: (measured: readonly Measured[]) => number) => ({
    value: of(turns.subject),
    baseline: { name: 'R1', value: of(turns.baseline) },
  });
  const times = (measured: readonly Measured[]) => measured.flatMap((one) => [...one.times]);
  return [
    {
      name: `operation response over ${face}, p50`,
      unit: 'ms',
      ...pair((all) => median(times(all))),
      goal: { at: 'most', bound: 1.5, source: SOURCE },
    },
    { name: `operation response over ${face}, p99`, unit: 'ms', ...pair((all) => quantile(times(all), 0.99)) },
    {
      name: `operations over ${face} per second, ${CONCURRENCY} at once`,
      unit: '/s',
      ...pair((all) => median(all.map(({ perSecond }) => perSecond))),
      goal: { at: 'least', bound: 0.7, source: SOURCE },
    },
    {
      name: `operations over ${face} per CPU-second of the gateway`,
      unit: '/CPU-s',
      ...pair((all) => median(all.map(({ perCpuSecond }) => perCpuSecond))),
      goal: { at: 'least', bound: 0.7, source: SOURCE },
      profile: PROFILE,
    },
  ];
}

export async function operations(): Promise<Figure[]> {
  const rig = await openRig({ phones: 2 * CONCURRENCY });
  try {
    const raw = await rig.baseline('raw-gateway');
    const gateway = await rig.gateway();
    const rawSide = rawClient(rig, raw, CONCURRENCY);
    const gatewaySide = gatewayClient(rig, gateway, CONCURRENCY);
    await linked(gatewaySide, rig.extensions[0]!);
    for (const phone of [rawSide.phone, gatewaySide.phone, gatewaySide.phoneBySoap])
      await loadOf(phone, rig.extensions).atOnce(WARM_UP);
    const baseline = measure(rawSide.phone, raw.pid, rig.extensions);
    const overRest = measure(gatewaySide.phone, gateway.pid, rig.extensions);
    const overSoap = measure(gatewaySide.phoneBySoap, gateway.pid, rig.extensions);
    const figures = [
      ...(await compared(ROUNDS, baseline, overRest, 'REST')),
      ...(await compared(ROUNDS, baseline, overSoap, 'SOAP')),
    ];
    await rawSide.close();
    await gatewaySide.close();
    return figures;
  } finally {
    await rig.close();
  }
}
