import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateMeter, SlidingCount } from './sliding-count.js';

describe('a sliding count', () => {
  it('R-LIM-08 counts what the last hour had, to one bucket, whatever the order of times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 300 }), (gaps) => {
        const [windowMs, bucketMs] = [36_000, 100];
        const count = new SlidingCount(windowMs, windowMs / bucketMs);
        const times: number[] = [];
        let now = 1_000_000;
        for (const gap of gaps) {
          now += gap;
          times.push(now);
          count.add(now);
          const used = count.at(now);
          expect(used).toBeLessThanOrEqual(times.filter((at) => at > now - windowMs).length);
          expect(used).toBeGreaterThanOrEqual(times.filter((at) => at > now - windowMs + bucketMs).length);
        }
        expect(count.at(now + 2 * windowMs)).toBe(0);
      }),
    );
  });
});

describe('a rate', () => {
  it('R-LIM-11 tells exactly which one is too many in any sliding second, and when the next may come', () => {
    const rate = new RateMeter(20);
    for (let at = 0; at < 20; at += 1) expect(rate.take(at * 10)).toBe(true);
    expect(rate.waitMs(990)).toBe(10);
    expect(rate.used(990)).toBe(20);
    expect(rate.take(999)).toBe(false);
    expect(rate.exceeded).toBe(1);
    expect(rate.waitMs(2000)).toBe(0);
    expect(rate.used(2000)).toBe(0);
  });
});
