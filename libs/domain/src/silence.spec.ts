import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEATS, SilenceCounter } from './silence.js';

describe('the silence of an instance', () => {
  it('counts from the last answer, and before the first from when asking began', () => {
    const counter = new SilenceCounter(1000);
    counter.turn(1500);
    expect(counter.silentMs(2000)).toBe(1000);
    counter.heard(2200);
    counter.turn(3000);
    expect(counter.silentMs(3200)).toBe(1000);
  });

  it('begins anew after a gap of the asker, before and after its first turn: its own absence is nobody’s death', () => {
    const counter = new SilenceCounter(0);
    counter.turn(BEATS.gapMs);
    expect(counter.silentMs(2 * BEATS.gapMs + 1)).toBe(0);
    counter.turn(2 * BEATS.gapMs + 1);
    expect(counter.silentMs(2 * BEATS.gapMs + 101)).toBe(100);
  });

  it('is never longer than the time since the last answer, the beginning or the last gap, whatever the order', () => {
    const steps = fc.array(fc.record({ forMs: fc.integer({ min: 0, max: 5000 }), heard: fc.boolean() }), { maxLength: 50 });
    fc.assert(
      fc.property(steps, (taken) => {
        const counter = new SilenceCounter(0);
        let [now, from] = [0, 0];
        for (const { forMs, heard } of taken) {
          now += forMs;
          if (forMs > BEATS.gapMs) from = now;
          counter.turn(now);
          if (heard) counter.heard((from = now));
          expect(counter.silentMs(now)).toBe(now - from);
        }
      }),
    );
  });
});
