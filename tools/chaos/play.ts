/** Plays seeded faults, one or two at a time, each healed and waited for, under load; the history tells the rest. */
import { setTimeout as delay } from 'node:timers/promises';
import { commands } from './commands.js';
import { finalState, untilBack } from './convergence.js';
import { catalogue, type Fault } from './faults.js';
import { Load } from './load.js';
import { judge, type Verdict } from './oracle.js';
import { Random } from './random.js';
import type { Site } from './site.js';

export interface PlayOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly say: (line: string) => void;
}

const SIZE = { applications: 4, phonesEach: 9, callsPerHour: 9_000 };
const HELD_MS = [300, 9000] as const;
const PHASE_MS = 3000;
const BACK_WITHIN_MS = 90_000;

/** One or two faults that do not meet. */
export function choose(faults: readonly Fault[], random: Random): Fault[] {
  const first = faults[random.below(faults.length)]!;
  const others = faults.filter(({ group }) => group !== first.group);
  return random.next() < 0.5 ? [first] : [first, others[random.below(others.length)]!];
}

async function inject(site: Site, fault: Fault, say: PlayOptions['say']): Promise<void> {
  const name = `${fault.fault} ${fault.target}`;
  const whom = await fault.inject(site).catch((error: unknown) => `not injected: ${(error as Error).message}`);
  say(`${new Date().toISOString()}  ${name.padEnd(34)} ${whom}`);
}

async function round(site: Site, random: Random, say: PlayOptions['say']): Promise<void> {
  await delay(random.between(0, PHASE_MS));
  const chosen = choose(catalogue(site), random);
  const held = random.between(...HELD_MS);
  for (const fault of chosen) await inject(site, fault, say);
  await delay(held);
  for (const fault of chosen) await fault.heal(site).catch(() => undefined);
  const ms = await untilBack(site, BACK_WITHIN_MS);
  say(
    `${new Date().toISOString()}  healed after ${(held / 1000).toFixed(1)} s, ${ms === undefined ? `not back within ${BACK_WITHIN_MS / 1000} s` : `back after ${(ms / 1000).toFixed(1)} s`}`,
  );
}

/** Leaves the system as it found it: nothing held, no traffic, no session of its own. */
export async function play(site: Site, { seed, minutes, say }: PlayOptions): Promise<Verdict[]> {
  const random = new Random(seed);
  const load = await Load.begin(site, SIZE, seed);
  try {
    const endCommands = commands(load, new Random(seed + 1));
    const deadline = performance.now() + minutes * 60_000;
    do await round(site, random, say);
    while (performance.now() < deadline);
    await endCommands();
    await untilBack(site, BACK_WITHIN_MS);
    await load.calm();
    const state = await finalState(load);
    await load.calm();
    site.note({ kind: 'final', state });
    return judge(site.history);
  } finally {
    await load.end();
  }
}
