import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HolderSet } from './holder-set.js';

describe('R-MON-04: the sessions that hold a monitor', () => {
  it('are a set, in the order they came', () => {
    const step = fc.record({ adds: fc.boolean(), sessionId: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const holders = new HolderSet();
        const expected = new Set<number>();
        for (const { adds, sessionId } of steps) {
          if (adds) {
            holders.add(sessionId);
            expected.add(sessionId);
          } else expect(holders.delete(sessionId)).toBe(expected.delete(sessionId));
          expect([...holders]).toEqual([...expected]);
          expect(holders.size).toBe(expected.size);
          for (let id = 1; id <= 4; id += 1) expect(holders.has(id)).toBe(expected.has(id));
        }
      }),
    );
  });

  it.each([1, 2, 3])('may go while they are gone through: %i of them', (count) => {
    const holders = new HolderSet();
    for (let id = 1; id <= count; id += 1) holders.add(id);
    const seen: number[] = [];
    for (const id of holders) {
      seen.push(id);
      for (let other = 1; other <= count; other += 1) holders.delete(other);
    }
    expect(seen).toEqual([1]);
    expect(holders.size).toBe(0);
  });
});
