import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monitorLimits, NO_MONITORS, roomForGateways } from './monitor-limits.js';
import type { Controller } from './resources.js';

type MonitoredController = Pick<Controller, 'platform' | 'release' | 'deviceLicence'>;

const controller = (more: Partial<MonitoredController> = {}): MonitoredController => ({
  platform: 'virtual',
  release: '9.4',
  deviceLicence: 700,
  ...more,
});

describe('monitors at a controller', () => {
  it('R-LIM-07 limits follow release, platform and device licence', () => {
    const rows: readonly [Partial<MonitoredController>, number, number][] = [
      [{ release: '6.0 SP3' }, 5600, 10_000],
      [{ release: '7.0', deviceLicence: 5600 }, 5600, 10_000],
      [{ release: '7.0 SP1' }, 5600, 10_000],
      [{ release: '7.0 SP1', deviceLicence: 5600 }, 17_000, 30_000],
      [{ release: '9.4', deviceLicence: 5600 }, 17_000, 30_000],
      [{ platform: 'cx-ii', release: '6.0 SP3' }, 2000, 5000],
      [{ platform: 'mxe-iii', release: '9.4', deviceLicence: 5600 }, 2000, 5000],
      [{ release: '2.0 SP1', platform: 'multi-instance', deviceLicence: 5600 }, 5600, 10_000],
    ];
    for (const [more, total, shared] of rows)
      expect(monitorLimits(controller(more)), JSON.stringify(more)).toEqual({ total, shared });
  });

  it('R-LIM-07 what other systems use lowers our room, counter by counter, and never below nothing', () => {
    const count = fc.record({ total: fc.integer({ min: 0, max: 20_000 }), shared: fc.integer({ min: 0, max: 40_000 }) });
    fc.assert(
      fc.property(count, fc.record({ devices: count, features: count }), (limits, others) => {
        const room = roomForGateways(limits, others);
        for (const kind of ['devices', 'features'] as const)
          for (const counter of ['total', 'shared'] as const) {
            expect(room[kind][counter]).toBeGreaterThanOrEqual(0);
            const sum = room[kind][counter] + others[kind][counter];
            expect(sum).toBe(Math.max(limits[counter], others[kind][counter]));
          }
      }),
    );
    expect(roomForGateways({ total: 5600, shared: 10_000 }, NO_MONITORS).devices).toEqual({ total: 5600, shared: 10_000 });
  });
});
