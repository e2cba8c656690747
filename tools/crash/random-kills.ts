/** Kills at random moments while ten instances come up (issue: each comes up exactly once, whatever dies). The seed decides who and when. */
import type { ControlPlane } from './control-plane.js';
import { judge } from './judge.js';
import type { Provider } from './provider.js';
import { type OperationAnswer } from './provider.js';
import type { Say } from './saga-walk.js';
import { listenersBelow } from './witness.js';

const INSTANCES = 10;
const DELAY_MIN_MS = 100;
const DELAY_MAX_MS = 2500;
/** Then ten instances must come up undisturbed: who is killed without end gets nowhere, and that is no fault of his. */
const KILLS_PER_BATCH_MAX = 6;
/** The others wait until the programs serve again, so that there is a middle to hit, however busy the machine is. */
const KILLED_WHILE_STARTING = 0.25;

export interface RandomKillsOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly say: Say;
}

/** Small, fast and the same everywhere (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Answers how many kills hit in the middle: always `rounds`. Throws at the first violation. Ends without instances. */
export async function randomKills(plane: ControlPlane, provider: Provider, options: RandomKillsOptions): Promise<number> {
  const random = randomFrom(options.seed);
  const programs = [plane.worker, plane.orchestrator];
  const deaths = () => programs.reduce((sum, program) => sum + program.deaths, 0);
  const before = deaths();
  for (const program of programs) program.supervised = true;
  let kills = 0;
  for (let batch = 1; kills < options.rounds; batch += 1) kills += await oneBatch(plane, provider, options, random, kills, batch);
  for (const program of programs) program.supervised = false;
  if (deaths() !== before)
    throw new Error(`a program that served ended by itself:\n${programs.map((each) => each.lastLines()).join('\n')}`);
  return kills;
}

async function oneBatch(
  plane: ControlPlane,
  provider: Provider,
  { rounds, say }: RandomKillsOptions,
  random: () => number,
  before: number,
  batch: number,
): Promise<number> {
  const began = performance.now();
  const asked: Promise<OperationAnswer>[] = Array.from({ length: INSTANCES }, (_, index) =>
    provider.ask(provider.newAsk('create'), index),
  );
  const answered = Promise.all(asked);
  answered.catch(() => undefined);
  let kills = 0;
  while (before + kills < rounds && kills < KILLS_PER_BATCH_MAX) {
    if (random() >= KILLED_WHILE_STARTING) await Promise.all([plane.worker.ready(), plane.orchestrator.ready()]);
    await new Promise((resolve) => setTimeout(resolve, DELAY_MIN_MS + random() * (DELAY_MAX_MS - DELAY_MIN_MS)));
    const up = listenersBelow(plane.block.prefix).filter((name) => name.endsWith(':9443')).length;
    if (up >= INSTANCES) break;
    const victim = (['worker', 'orchestrator', 'postgres'] as const)[Math.floor(random() * 3)]!;
    kills += 1;
    say(`kill ${before + kills}: ${victim}, ${up} of ${INSTANCES} instances up`);
    await killAndStart(plane, victim, random() * 300);
  }
  const operations = await answered;
  for (const operation of operations) await provider.done(operation);
  const ids = operations.map(({ targetId }) => targetId);
  await judge(plane, provider, ids);
  for (const id of ids) {
    const lives = plane.witness.started.filter(({ instanceId }) => instanceId === id).length;
    if (lives !== 1) throw new Error(`instance ${id} came up ${lives} times`);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`batch ${batch}: ${INSTANCES} instances came up once each, ${kills} kills in the middle, ${seconds} s`);
  const deleted = await Promise.all(ids.map((id) => provider.ask(provider.newAsk('delete', id))));
  for (const operation of deleted) await provider.done(operation);
  await judge(plane, provider, []);
  return kills;
}

async function killAndStart(plane: ControlPlane, victim: 'worker' | 'orchestrator' | 'postgres', awayMs: number): Promise<void> {
  const { postgres } = plane;
  const program = victim === 'worker' ? plane.worker : plane.orchestrator;
  await (victim === 'postgres' ? postgres.kill() : program.kill());
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  if (victim === 'postgres') await postgres.start();
  else program.start();
}
