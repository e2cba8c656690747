import type { Verdict } from './oracle.js';

const SHOWN_MAX = 10;

/** One line for each invariant, and below it what speaks against it. */
export function verdictLines(verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap(({ invariant, checked, violations }) => {
    const word = violations.length > 0 ? 'VIOLATED' : checked === 0 ? 'unproven' : 'holds   ';
    const more = violations.length - SHOWN_MAX;
    return [
      `${word}  ${invariant} (${checked} checked)`,
      ...violations.slice(0, SHOWN_MAX).map((violation) => `            ${violation}`),
      ...(more > 0 ? [`            and ${more} more`] : []),
    ];
  });
}

export const isViolated = (verdicts: readonly Verdict[]): boolean => verdicts.some(({ violations }) => violations.length > 0);
