/** What a face under bad input is for the runner, and what a run of it says. */
import type { Seeded } from './seeded.js';

/** How far a request got: refused by the first parser, by the checks of its arguments, or by the operation itself. */
export type Reached = 'parser' | 'checks' | 'handler';
export interface Verdict {
  readonly reached: Reached;
  /** Why the answer is not as it must be; absent where it is. */
  readonly wrong?: string;
}
export interface Made {
  /** Kind of fault and operation, for people. */
  readonly what: string;
  /** What it was made for: an operation, a path. A run says how many of them it met. */
  readonly operation: string;
}

/** One face that is up. A case goes by one lane, and a lane has one case at a time. */
export interface Face<C extends Made = Made> {
  readonly name: string;
  readonly lanes: number;
  /** All that cases are made for. */
  readonly operations: number;
  make(random: Seeded): C;
  /** Sends the case and judges the answer. Rejects where there is none. */
  send(lane: number, made: C, id: string): Promise<Verdict>;
  /** A right request of somebody else; rejects when its answer is not the usual one. */
  good(lane: number): Promise<void>;
  /** All that an application could have changed. */
  state(): Promise<string>;
  /** What failed on the side of the face, as it logged it. */
  failures(): readonly unknown[];
  /** Closes what the lanes hold; the face stays up. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
  /** As it can be sent again by hand. */
  show(made: C): string;
}

export interface Finding {
  readonly index: number;
  readonly what: string;
  readonly wrong: string;
  readonly shown: string;
}
export interface Report {
  readonly face: string;
  readonly seed: number;
  readonly cases: number;
  /** How many got so far. */
  readonly reached: Readonly<Record<Reached, number>>;
  /** Of so many operations so many were met. */
  readonly met: { readonly operations: number; readonly of: number };
  readonly findings: readonly Finding[];
  /** Milliseconds. */
  readonly times: { readonly good: readonly number[]; readonly bad: readonly number[] };
  /** Bytes in use after a collection, from the middle of the run to its end. */
  readonly heapGrowth: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
const ms = (value: number): string => value.toFixed(2);

/** One line, and one for each finding. */
export function reportLines({
  face,
  seed,
  cases,
  reached,
  met,
  findings,
  times,
  heapGrowth,
  seconds,
  cpuSeconds,
}: Report): string[] {
  const share = (count: number) => `${Math.round((100 * count) / cases)} %`;
  const compared = (at: number) => `${ms(quantile(times.bad, at))} beside ${ms(quantile(times.good, at))} ms`;
  return [
    `bad-input ${face} (seed ${seed}): ${cases} cases, ${met.operations} of ${met.of} operations, ` +
      `${share(cases - reached.parser)} past the first parser, ${share(reached.handler)} reached a handler; ` +
      `bad beside good: p50 ${compared(0.5)}, p99 ${compared(0.99)}; ` +
      `heap ${heapGrowth >= 0 ? '+' : ''}${(heapGrowth / 2 ** 20).toFixed(1)} MB in the second half; ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU-s; ` +
      `${findings.length} findings`,
    ...findings.map(
      ({ index, what, wrong, shown }) => `FINDING ${face} --seed ${seed} --only ${index} (${what}): ${wrong}\n  ${shown}`,
    ),
  ];
}

/** By operation, so that one with many faults is met no more often than one with few. */
export function byOperation<T>(items: readonly T[], operationOf: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(operationOf(item), [...(groups.get(operationOf(item)) ?? []), item]);
  return [...groups.values()];
}
