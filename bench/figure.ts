/** What a benchmark prints: a figure beside its goal and the baseline measured in the same run (guides: ratios, not absolute times). */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the figure is compared with, measured in this run. */
  readonly baseline?: { readonly name: string; readonly value: number };
  /** A bound on value / baseline, or on the value itself where there is no baseline; absent: shown without a goal. */
  readonly goal?: { readonly at: 'most' | 'least'; readonly bound: number; readonly source: string };
  /** Where the goal is not met: what the profile of the gateway showed, and when it was taken. */
  readonly profile?: string;
  /** How it was measured, where that has to be known to read it. */
  readonly remark?: string;
}

export interface Judged extends Figure {
  readonly ratio: number | undefined;
  /** undefined where there is no goal. */
  readonly met: boolean | undefined;
}

export function judge(figure: Figure): Judged {
  const ratio = figure.baseline === undefined ? undefined : figure.value / figure.baseline.value;
  const compared = ratio ?? figure.value;
  const met =
    figure.goal === undefined
      ? undefined
      : figure.goal.at === 'most'
        ? compared <= figure.goal.bound
        : compared >= figure.goal.bound;
  return { ...figure, ratio, met };
}

const round = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

/** One line for people: where the goal is not met, by how much, and what the profile shows. */
export function lineOf({ name, value, unit, baseline, ratio, goal, met, remark, profile }: Judged): string {
  const parts = [`${name.padEnd(58)} ${round(value).padStart(9)} ${unit.padEnd(10)}`];
  if (baseline !== undefined) parts.push(`${round(ratio!)} x ${baseline.name} (${round(baseline.value)})`);
  if (goal !== undefined) {
    const of = baseline === undefined ? ` ${unit}` : ' x';
    const missedBy = `${round(Math.abs((ratio ?? value) - goal.bound))}${of}`;
    const outcome = met ? 'met' : `NOT MET by ${missedBy}`;
    parts.push(`goal ${goal.at === 'most' ? '<=' : '>='} ${goal.bound}${of} [${goal.source}]: ${outcome}`);
  }
  if (remark !== undefined) parts.push(`(${remark})`);
  if (met === false) parts.push(`profile: ${profile ?? 'none taken'}`);
  return parts.join('  ');
}

/** The value below which `share` (0 to 1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
