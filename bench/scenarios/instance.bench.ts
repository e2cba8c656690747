/** Start and idle memory of incarnations, beside a plain node process (R5). */
import { setTimeout as delay } from 'node:timers/promises';
import { median, sum, type Figure } from '../figure.js';
import { cpuSecondsOf, proportionalMemoryOf } from '../process-cost.js';
import { openRig, type Peer, type Rig } from '../rig.js';
import { inTurns } from '../rounds.js';

const ROUNDS = 11;
const IDLE_INSTANCES = 10;
/** Long enough for links, the first beats and the code cache of a first start. */
const SETTLE_MS = 4000;
const SOURCE = 'performance.md';
const PROFILE =
  '39 % node and its modules for TLS until our head runs, 14 % our modules, 8 % TLS contexts, 8 % code cache, 6 % epoch and journal, 5 % small collections (2026-11-28)';

async function end(peer: Peer): Promise<void> {
  const ended = new Promise((resolve) => peer.process.once('exit', resolve));
  peer.process.kill('SIGKILL');
  await ended;
}

const startCost = (start: () => Promise<Peer>) => async () => {
  const peer = await start();
  const cost = { ms: peer.startMs, cpuMs: cpuSecondsOf(peer.pid) * 1000 };
  await end(peer);
  return cost;
};

async function starts(rig: Rig): Promise<Figure[]> {
  // the first start on a machine makes the code cache
  const first = await rig.gateway();
  await delay(SETTLE_MS);
  await end(first);
  const { baseline, subject } = await inTurns(
    ROUNDS,
    startCost(() => rig.baseline('plain-node')),
    startCost(() => rig.gateway()),
  );
  const goal = { at: 'most', bound: 2, source: SOURCE } as const;
  const ms = ({ ms: value }: { readonly ms: number }) => value;
  const cpuMs = (costs: readonly { readonly cpuMs: number }[]) => sum(costs.map((cost) => cost.cpuMs)) / costs.length;
  return [
    {
      name: 'instance start: process to first connection accepted',
      value: median(subject.map(ms)),
      unit: 'ms',
      baseline: { name: 'R5', value: median(baseline.map(ms)) },
      goal,
      profile: PROFILE,
    },
    {
      name: 'instance start: CPU until then',
      value: cpuMs(subject),
      unit: 'ms',
      baseline: { name: 'R5', value: cpuMs(baseline) },
      remark: `mean of ${ROUNDS}, in ticks of 10 ms`,
    },
  ];
}

/** All of them at once, so that what they share is counted in parts. */
async function idleMemory(rig: Rig): Promise<Figure[]> {
  const peers: Peer[] = [];
  for (let index = 0; index < IDLE_INSTANCES; index++) peers.push(await rig.gateway());
  const plain = await rig.baseline('plain-node');
  await delay(SETTLE_MS);
  const each = sum(peers.map(({ pid }) => proportionalMemoryOf(pid))) / IDLE_INSTANCES;
  const alone = proportionalMemoryOf(plain.pid);
  await Promise.all([...peers, plain].map(end));
  return [
    {
      name: 'memory of an idle instance (proportional set size)',
      value: each,
      unit: 'MB',
      goal: { at: 'most', bound: 20, source: `${SOURCE}: 50 instances in 1.0 GB` },
      remark: `mean of ${IDLE_INSTANCES} instances that run at once, each with a link; a plain node process beside them ${alone.toFixed(1)} MB`,
    },
  ];
}

export async function instance(): Promise<Figure[]> {
  const rig = await openRig({ phones: 2 });
  try {
    return [...(await starts(rig)), ...(await idleMemory(rig))];
  } finally {
    await rig.close();
  }
}
