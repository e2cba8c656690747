import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessDocument, InstanceStatusReport } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS, type MonitorCounts } from '#domain/limits';
import { NO_MONITORS } from '#domain/monitor-limits';
import type { Controller, InstanceSpec } from '#domain/resources';
import type { ClusterMember } from './access-document.content.js';
import { kindGrantsAt } from './monitor-kind-grants.js';

const ICP_ID = 7;
/** Above what there is room for, so that this counts. */
const CAP = 6000;
const controllerOf = (otherMonitors: MonitorCounts = NO_MONITORS): Controller =>
  ({ icpId: ICP_ID, platform: 'virtual', release: '9.4', deviceLicence: 700, otherMonitors }) as Controller;
type Kinds = NonNullable<AccessDocument['controllers'][number]['monitorKinds']>;

/** An instance that obeys its newest document and reports at once, or has never had one. */
function memberOf(id: string, kinds: Kinds | undefined, devices: number, wanted: boolean, confirmed = true): ClusterMember {
  const use = (used: number, wants = false) => ({ used, cap: 0, others: 0, wanted: wants });
  const monitorKinds = {
    devices: { total: use(devices, wanted), shared: use(devices) },
    features: { total: use(0), shared: use(0) },
  };
  const controllers = kinds === undefined ? [] : [{ icpId: ICP_ID, monitorKinds: kinds }];
  return {
    spec: { id, limits: INSTANCE_LIMITS } as InstanceSpec,
    newest: kinds === undefined ? undefined : ({ controllers } as unknown as AccessDocument),
    confirmed,
    report: confirmed ? ({ controllers: [{ icpId: ICP_ID, monitorKinds }] } as unknown as InstanceStatusReport) : undefined,
    hasRun: true,
  };
}

describe('parts of what a controller bears', () => {
  it('R-LIM-07 one instance has all that other systems leave', () => {
    const others = { devices: { total: 600, shared: 4000 }, features: { total: 5600, shared: 0 } };
    const { devices, features } = kindGrantsAt(controllerOf(others), 5000, [memberOf('a', undefined, 0, false)]).get('a')!;
    expect(devices.total).toEqual({ granted: 5000, room: 5000, others: 600, full: true });
    expect(devices.shared).toEqual({ granted: 6000, room: 6000, others: 4000, full: true });
    expect(features.total).toMatchObject({ granted: 0, room: 0, others: 5600 });
    expect(features.shared).toMatchObject({ granted: 10_000 });
  });

  it('R-LIM-07 devices are not shared out where R-LIM-04 lets all instances together have no more', () => {
    const grants = kindGrantsAt(controllerOf(), 5000, [memberOf('a', undefined, 0, false), memberOf('b', undefined, 0, false)]);
    for (const id of ['a', 'b']) {
      expect(grants.get(id)?.devices.total).toMatchObject({ granted: 5600, room: 5600 });
      expect(grants.get(id)?.devices.shared.granted).toBeLessThanOrEqual(5000);
    }
  });

  it('R-LIM-07 what several hold never exceeds the limit, whoever wants more, and who is refused gets what others do not use', () => {
    const wish = fc.record({ first: fc.nat({ max: 5600 }), second: fc.nat({ max: 5600 }), late: fc.boolean() });
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 12 }), (wishes) => {
        const held = new Map([
          ['a', 0],
          ['b', 0],
        ]);
        let grants: ReadonlyMap<string, Kinds> = new Map();
        /** What may be in force at each: the newest document, and where that has not come, the one before. */
        const inForce = new Map(held);
        for (const { first, second, late } of wishes) {
          const wanted = { a: first, b: second };
          const members = (['a', 'b'] as const).map((id) => {
            const granted = grants.get(id)?.devices.total.granted ?? 0;
            const isLate = late && id === 'a';
            if (!isLate) inForce.set(id, granted);
            held.set(id, Math.max(Math.min(wanted[id], inForce.get(id)!), Math.min(held.get(id)!, wanted[id])));
            return memberOf(id, grants.get(id), held.get(id)!, wanted[id] > held.get(id)!, !isLate);
          });
          expect(held.get('a')! + held.get('b')!).toBeLessThanOrEqual(5600);
          grants = kindGrantsAt(controllerOf(), CAP, members);
        }
      }),
    );
    const alone = kindGrantsAt(controllerOf(), CAP, [memberOf('a', undefined, 0, false)]);
    let members = [memberOf('a', alone.get('a'), 10, false), memberOf('b', undefined, 0, true)];
    for (let round = 0; round < 3; round += 1) {
      const grants = kindGrantsAt(controllerOf(), CAP, members);
      members = [memberOf('a', grants.get('a'), 10, false), memberOf('b', grants.get('b'), 0, true)];
    }
    expect(members[1]!.newest?.controllers[0]?.monitorKinds?.devices.total.granted).toBeGreaterThan(2000);
  });
});
