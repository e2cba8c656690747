import { describe, expect, it } from 'vitest';
import { steadyClock } from './steady-clock.js';

describe('I12 the clock of deadlines that the worker writes and compares', () => {
  it.each([3_600_000, -3_600_000])('goes on when the wall clock is set by %i ms', (jump) => {
    const at = { wall: Date.UTC(2026, 0, 1), monotonic: 1234 };
    const now = steadyClock(
      () => at.wall,
      () => at.monotonic,
    );
    const before = now();
    expect(before).toBe(Date.UTC(2026, 0, 1));
    at.wall += jump + 5000;
    at.monotonic += 5000;
    expect(now() - before).toBe(5000);
  });
});
