/** Many seeds, one seed, and the power of the test. */
import { PLANTED_FAULTS } from './planted/planted-faults.js';
import { runSeed, type SeedResult } from './run-seed.js';

type Print = (line: string) => void;

/** Of so many seeds one is run twice: the same seed must do the same. */
const TWICE_EVERY = 100;
const FAILURES_SHOWN = 10;

const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(1);

export const replayCommand = (seed: number, plant?: string): string =>
  `npm run simulate -- --seed ${seed} --trace${plant === undefined ? '' : ` --plant ${plant}`}`;

/** What is wrong with this seed, for a person; nothing for a good one. */
export function complaintsOf(result: SeedResult): string[] {
  const { seed, violations, hash } = result;
  const found = violations.map(({ invariant, atMs, text }) => `seed ${seed}: ${invariant} at ${atMs} ms: ${text}`);
  const isRepeated = seed % TWICE_EVERY === 0;
  if (isRepeated && runSeed(seed).hash !== hash) found.push(`seed ${seed}: not deterministic, its second run had another trace`);
  return found;
}

/** True when nothing was violated. */
export function runMany(from: number, count: number, print: Print): boolean {
  const sinceMs = performance.now();
  let [failed, steps, virtualMs] = [0, 0, 0];
  for (let seed = from; seed < from + count; seed += 1) {
    const result = runSeed(seed);
    steps += result.steps;
    virtualMs += result.virtualMs;
    const complaints = complaintsOf(result);
    if (complaints.length === 0) continue;
    failed += 1;
    if (failed > FAILURES_SHOWN) continue;
    for (const complaint of complaints) print(complaint);
    print(`  again: ${replayCommand(seed)}`);
  }
  print(
    `${count} seeds from ${from}: ${failed} failed; ${steps} steps, ${(virtualMs / 3_600_000).toFixed(1)} h of virtual time in ${seconds(sinceMs)} s`,
  );
  return failed === 0;
}

export function replay(seed: number, trace: boolean, plantName: string | undefined, print: Print): boolean {
  const plant = PLANTED_FAULTS.find(({ name }) => name === plantName);
  if (plantName !== undefined && plant === undefined) {
    print(`there is no planted fault ${plantName}`);
    return false;
  }
  const result = runSeed(seed, { trace, ...(plant === undefined ? {} : { plant }) });
  for (const line of result.trace) print(line);
  for (const { invariant, atMs, text } of result.violations) print(`${invariant} at ${atMs} ms: ${text}`);
  print(`seed ${seed}: ${result.violations.length} violations, trace ${result.hash}, ${result.steps} steps`);
  return result.violations.length === 0;
}

/** The first seed that finds the fault, and by what; undefined when none does. */
export function seedsToFind(name: string, seedsMax: number): { readonly seeds: number; readonly by: string } | undefined {
  const plant = PLANTED_FAULTS.find((fault) => fault.name === name)!;
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const [violation] = runSeed(seed, { plant }).violations;
    // what the seed shows without the fault is not found by it
    if (violation !== undefined && runSeed(seed).violations.length === 0)
      return { seeds: seed, by: `${violation.invariant}: ${violation.text}` };
  }
  return undefined;
}

/** True when every fault was found. */
export function runPlanted(names: readonly string[], seedsMax: number, print: Print): boolean {
  const unknown = names.filter((name) => PLANTED_FAULTS.every((fault) => fault.name !== name));
  if (unknown.length > 0) {
    print(`there is no planted fault ${unknown.join(', ')}; there are: ${PLANTED_FAULTS.map(({ name }) => name).join(', ')}`);
    return false;
  }
  const chosen = PLANTED_FAULTS.filter(({ name }) => names.length === 0 || names.includes(name));
  const counts: number[] = [];
  for (const { name, what } of chosen) {
    const found = seedsToFind(name, seedsMax);
    if (found !== undefined) counts.push(found.seeds);
    print(`${name}: ${found === undefined ? `NOT FOUND in ${seedsMax} seeds` : `${found.seeds} seeds`} (${what})`);
    if (found !== undefined) print(`    ${found.by.split('\n')[0]!.slice(0, 160)}`);
  }
  counts.sort((a, b) => a - b);
  print(
    `${counts.length} of ${chosen.length} found; median ${counts[Math.floor(counts.length / 2)] ?? '-'} seeds, most ${counts.at(-1) ?? '-'}`,
  );
  return counts.length === chosen.length;
}
