/** Sends a face its cases, a few at a time, with right requests of somebody else in between, and says what came of it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Face, Finding, Made, Reached, Report } from './cases.js';
import { Seeded } from './seeded.js';

export interface RunOptions {
  readonly seed: number;
  readonly cases: number;
  /** The first case. */
  readonly from?: number;
  readonly onProgress?: (done: number) => void;
}

const GOOD_EVERY = 100;
/** More would say nothing new. */
const FINDINGS_MAX = 20;
const ANSWER_WITHIN_MS = 10_000;
/** So much may be held after all cases that was not in the middle: caches, and code compiled since. */
const HEAP_GROWTH_MAX = 8 * 2 ** 20;

/** Nothing is rejected: what went wrong is a finding. */
export async function runCases<C extends Made>(
  face: Face<C>,
  { seed, cases, from = 0, onProgress }: RunOptions,
): Promise<Report> {
  const reached: Record<Reached, number> = { parser: 0, checks: 0, handler: 0 };
  const findings: Finding[] = [];
  const times = { good: [] as number[], bad: [] as number[] };
  const met = new Set<string>();
  const since = performance.now();
  const cpu = process.cpuUsage();
  const before = await face.state();
  const finding = (index: number, what: string, wrong: string, shown = '') => {
    if (findings.length < FINDINGS_MAX) findings.push({ index, what, wrong, shown });
  };
  let next = from;
  let done = 0;
  const good = async (lane: number, index: number) => {
    const began = performance.now();
    await withinTime(face.good(lane)).catch((error: unknown) =>
      finding(index, 'a right request of somebody else', textOf(error)),
    );
    times.good.push(performance.now() - began);
  };
  const one = async (lane: number, index: number) => {
    const made = face.make(Seeded.ofCase(seed, index));
    met.add(made.operation);
    const began = performance.now();
    try {
      const { reached: how, wrong } = await withinTime(face.send(lane, made, `f-${index}`));
      reached[how] += 1;
      if (wrong !== undefined) finding(index, made.what, wrong, face.show(made));
    } catch (error) {
      finding(index, made.what, textOf(error), face.show(made));
    }
    times.bad.push(performance.now() - began);
    done += 1;
    if (index % GOOD_EVERY === 0) await good(lane, index);
  };
  const untilCase = async (end: number) => {
    const work = async (_: unknown, lane: number) => {
      while (next < end && findings.length < FINDINGS_MAX) {
        await one(lane, next++);
        if (done % 1000 === 0) onProgress?.(done);
      }
    };
    await Promise.all(Array.from({ length: face.lanes }, work));
    return heapInUse();
  };
  const middle = await untilCase(from + Math.ceil(cases / 2));
  const heapGrowth = (await untilCase(from + cases)) - middle;
  if (heapGrowth > HEAP_GROWTH_MAX)
    finding(next - 1, 'all cases', `the heap grew by ${heapGrowth} bytes in the second half of them`);
  await face.hangUp();
  const after = await face.state();
  if (after !== before) finding(next - 1, 'all cases', `something has changed: ${firstDifference(before, after)}`);
  for (const failure of face.failures().slice(0, 3)) finding(next - 1, 'all cases', `failed on our side: ${textOf(failure)}`);
  if (({} as Record<string, unknown>)['polluted'] !== undefined)
    finding(next - 1, 'all cases', 'Object.prototype has a new member');
  const used = process.cpuUsage(cpu);
  return {
    face: face.name,
    seed,
    cases: done,
    reached,
    met: { operations: met.size, of: face.operations },
    findings,
    times,
    heapGrowth,
    seconds: (performance.now() - since) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
  };
}

async function withinTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

let collect: (() => void) | undefined;
function heapInUse(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed;
}

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : (JSON.stringify(error) ?? String(error));

function firstDifference(before: string, after: string): string {
  let at = 0;
  while (before[at] === after[at]) at += 1;
  return `${before.slice(Math.max(0, at - 60), at + 60)} → ${after.slice(Math.max(0, at - 60), at + 60)}`;
}
