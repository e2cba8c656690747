import { describe, expect, it } from 'vitest';
import type { Database } from '#persistence/database';
import { createLogger } from '#telemetry/logger';
import { InstanceLoop } from './instance.loop.js';

/** Nudges only: the sweep, which reads the store, is not started here. */
const loopOf = (reconcile: (instanceId: string, signal: AbortSignal) => Promise<number | null>) =>
  new InstanceLoop({
    database: {} as Database,
    logger: createLogger('worker', 'silent'),
    sweepIntervalMs: 1000,
    now: Date.now,
    reconcile,
  });

describe('nudges of an instance', () => {
  it('run one at a time; any number during a run make one more, which begins after them', async () => {
    const open: (() => void)[] = [];
    let active = 0;
    const loop = loopOf(async () => {
      active += 1;
      expect(active).toBe(1);
      await new Promise<void>((resolve) => open.push(resolve));
      active -= 1;
      return null;
    });
    const first = loop.nudge('a');
    const later = [loop.nudge('a'), loop.nudge('a'), loop.nudge('a')];
    expect(open).toHaveLength(1);
    open[0]!();
    await first;
    await Promise.resolve();
    expect(open).toHaveLength(2);
    open[1]!();
    await Promise.all(later);
    expect(open).toHaveLength(2);
    await loop.stop();
  });

  it('of different instances do not wait for each other', async () => {
    const seen: string[] = [];
    const never = new Promise<null>(() => undefined);
    const loop = loopOf((instanceId) => {
      seen.push(instanceId);
      return instanceId === 'stuck' ? never : Promise.resolve(null);
    });
    void loop.nudge('stuck');
    await loop.nudge('free');
    expect(seen).toEqual(['stuck', 'free']);
  });

  it('whose run fails are answered and run again when asked', async () => {
    let runs = 0;
    const loop = loopOf(async () => {
      runs += 1;
      throw new Error('boom');
    });
    await loop.nudge('a');
    await loop.nudge('a');
    expect(runs).toBe(2);
    await loop.stop();
  });

  it('look again at the time a plan named, and not after the end', async () => {
    let runs = 0;
    let second: () => void;
    const again = new Promise<void>((resolve) => (second = resolve));
    const loop = loopOf(async () => {
      runs += 1;
      if (runs === 2) second();
      return runs === 1 ? Date.now() + 5 : Date.now() + 60_000;
    });
    await loop.nudge('a');
    await again;
    await loop.stop();
    await loop.nudge('a');
    expect(runs).toBe(2);
  });
});
