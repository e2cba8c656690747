import { describe, expect, it } from 'vitest';
import { SlidingMaximum } from '../server/figures.js';
import { Trace } from './trace.js';

describe('the trace', () => {
  it('is bounded, numbered without holes, and says when lines are lost', () => {
    const trace = new Trace(3, () => ({ virtualMs: 1, wallMs: 2 }));
    for (let count = 1; count <= 5; count += 1) trace.note('hand', null, null, { count });
    expect(trace.read(0, 10).lines.map(({ n }) => n)).toEqual([3, 4, 5]);
    expect(trace.read(0, 10).lost).toBe(true);
    expect(trace.read(2, 10)).toMatchObject({ lost: false, last: 5 });
    expect(trace.read(3, 1).lines.map(({ n, detail }) => [n, detail['count']])).toEqual([[4, 4]]);
    expect(trace.read(99, 10)).toEqual({ lines: [], last: 5, lost: false });
  });
});

describe('the most in any sliding second', () => {
  it('counts what is less than a second apart', () => {
    const sliding = new SlidingMaximum();
    for (let atMs = 0; atMs < 5_000; atMs += 50) sliding.add(atMs);
    expect(sliding.max).toBe(20);
    for (let count = 0; count < 5_000; count += 1) sliding.add(10_000);
    expect(sliding.max).toBe(5_000);
    sliding.add(20_000);
    expect(sliding.max).toBe(5_000);
  });
});
