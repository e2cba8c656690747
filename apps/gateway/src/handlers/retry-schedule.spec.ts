import { describe, expect, it } from 'vitest';
import { afterFailure, retryDelayMs } from './retry-schedule.js';

const HOUR = 3_600_000;

describe('tries of a delivery', () => {
  it('come soon at first, ever later, spread by a fifth, and for three days and a half in all', () => {
    const delays: number[] = [];
    for (let failures = 1; ; failures += 1) {
      const delay = retryDelayMs(failures, 0.5);
      if (delay === undefined) break;
      expect([retryDelayMs(failures, 0)! / delay, retryDelayMs(failures, 1)! / delay]).toEqual([
        expect.closeTo(0.8),
        expect.closeTo(1.2),
      ]);
      delays.push(delay);
    }
    expect(delays[0]).toBe(1000);
    expect(delays.length).toBeGreaterThan(10);
    for (const [at, delay] of delays.slice(1, -1).entries()) expect(delay).toBeGreaterThan(delays[at]!);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(72 * HOUR);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThan(80 * HOUR);
    expect(afterFailure(500, delays.length, 0.5)).toHaveProperty('delayMs');
    expect(afterFailure(500, delays.length + 1, 0.5)).toEqual({ givenUp: expect.stringMatching(/three days/) as string });
  });

  it('end at 410, whichever try it was, and at no other status', () => {
    for (const failures of [1, 5])
      expect(afterFailure(410, failures, 0.5)).toEqual({ givenUp: expect.stringMatching(/410/) as string });
    for (const status of [undefined, 301, 400, 404, 409, 429, 500, 503])
      expect(afterFailure(status, 1, 0.5), String(status)).toEqual({ delayMs: 1000 });
  });
});
