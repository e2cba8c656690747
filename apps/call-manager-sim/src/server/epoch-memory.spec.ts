import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hello } from '../wire/request.decoder.js';
import { EpochMemory } from './epoch-memory.js';

const hello = (instanceId: string, epochMajor: number, epochMinor: number): Hello => ({
  type: 'HELLO',
  nonce: Buffer.alloc(8),
  epochMajor,
  epochMinor,
  instanceId,
  address: '127.0.0.1',
  callbackPort: 49_500,
});

describe('epochs a controller has seen', () => {
  it('I2 what gets in never decreases, per instance and in whatever order they come', () => {
    const epochs = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(3), fc.nat(3)), { maxLength: 40 });
    fc.assert(
      fc.property(epochs, (tries) => {
        const memory = new EpochMemory();
        const last = new Map<string, number>();
        for (const [instance, major, minor] of tries) {
          const order = major * 10 + minor;
          const stale = memory.isStale(hello(instance, major, minor));
          expect(stale).toBe(order < (last.get(instance) ?? 0));
          if (stale) continue;
          memory.saw(hello(instance, major, minor));
          last.set(instance, order);
        }
      }),
    );
  });

  it('holds so many instances and no more: the one not heard of for longest goes', () => {
    const memory = new EpochMemory(2);
    for (const name of ['a', 'b', 'a', 'c']) memory.saw(hello(name, 5, 0));
    expect(['a', 'b', 'c'].map((name) => memory.isStale(hello(name, 4, 9)))).toEqual([true, false, true]);
    memory.forget();
    expect(memory.isStale(hello('a', 0, 0))).toBe(false);
  });
});
