/** When a failed delivery is tried again: quickly at first, for three days in all (75 h 35 min), then the handler is given up. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const RETRY_TOTAL_MS = 75 * HOUR + 35 * MINUTE;
const STEPS = [SECOND, 5 * SECOND, 15 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE];
const HOURS = [1, 2, 4, 8, 12, 23].map((hours) => hours * HOUR);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** Milliseconds from a failure to the next try. */
export const RETRY_DELAYS_MS: readonly number[] = [...STEPS, ...HOURS, RETRY_TOTAL_MS - sum(STEPS) - sum(HOURS)];
/** Of a delay, up or down: so that receivers that come back are not asked by all at once. */
export const RETRY_JITTER = 0.2;

/** 410 and the end of the schedule end it; else the time to the next try. Parameters as for {@link retryDelayMs}. */
export function afterFailure(
  status: number | undefined,
  failures: number,
  random: number,
): { readonly delayMs: number } | { readonly givenUp: string } {
  if (status === 410) return { givenUp: 'the receiver answered 410' };
  const delayMs = retryDelayMs(failures, random);
  return delayMs === undefined ? { givenUp: 'the receiver took nothing for three days' } : { delayMs };
}

/**
 * @param failures in a row, 1 or more
 * @param random from 0 (included) to 1
 * @returns undefined: given up
 */
export function retryDelayMs(failures: number, random: number): number | undefined {
  const delay = RETRY_DELAYS_MS[failures - 1];
  return delay === undefined ? undefined : delay * (1 + RETRY_JITTER * (2 * random - 1));
}
