import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkMachine } from './link-machine.js';

const TIMINGS = { heartbeatMs: 1000, silenceMs: 6000, reconnectMinMs: 250, reconnectMaxMs: 10_000 };
const IDENTITY = { instanceId: 'i', epoch: { major: 1, minor: 0 }, address: '127.0.0.1', callbackPort: 49_500 };

/** A link whose every attempt fails at once: the pauses before its next ones, with this chance for each. */
function pausesOf(chances: readonly number[], failAfterMs = 0): number[] {
  const left = [...chances];
  const machine = new LinkMachine(IDENTITY, TIMINGS, { random: () => left.shift()!, nonce: () => 1n });
  let now = 0;
  machine.start();
  return chances.map(() => {
    now += failAfterMs;
    machine.ended(now, 'refused');
    const pause = machine.nextDeadline! - now;
    now += pause;
    const [early, due] = [machine.tick(now - 0.001), machine.tick(now)];
    if (early.length > 0 || !due.some(({ kind }) => kind === 'dial')) throw new Error(`not dialled when due: ${pause} ms`);
    return pause;
  });
}
const chance = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('R-CLU-05 back-off with jitter', () => {
  it('the pause doubles up to a bound, and is anything from half of that to all of it', () => {
    fc.assert(
      fc.property(fc.array(chance, { minLength: 1, maxLength: 60 }), fc.nat(5000), (chances, failAfterMs) => {
        pausesOf(chances, failAfterMs).forEach((pause, index) => {
          const grown = Math.min(TIMINGS.reconnectMaxMs, TIMINGS.reconnectMinMs * 2 ** index);
          expect(pause).toBeCloseTo(grown * (0.5 + 0.5 * chances[index]!), 6);
        });
      }),
    );
  });

  it('250 links that fail together do not come back together: no more than 30 of them within 100 ms at the sixth try', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = uniform(seed);
        const places = Array.from({ length: 250 }, () =>
          pausesOf(Array.from({ length: 6 }, random)).reduce((sum, pause) => sum + pause, 0),
        ).sort((left, right) => left - right);
        for (let index = 30; index < places.length; index += 1) expect(places[index]! - places[index - 30]!).toBeGreaterThan(100);
      }),
      { numRuns: 10 },
    );
  });
});

/** Even chances from a seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
