/** The gateway's own monitor of each controller's directory (R-CLU-08): where it counts, what it tells, and what becomes of it. */
import { describe, expect, it } from 'vitest';
import { grantOf, documentOf, VirtualPlant } from '../virtual-plant.fixture.js';

const watched = (): VirtualPlant => {
  const plant = new VirtualPlant(undefined, documentOf({ controllers: [grantOf(1), grantOf(2)] })).up(1).up(2);
  plant.input({ kind: 'watch-directories' });
  plant.pass(2000);
  return plant;
};
const told = ({ effects }: VirtualPlant) =>
  effects.flatMap((effect) => (effect.kind === 'directory' ? [{ icpId: effect.icpId, entry: effect.entry }] : []));
const kindsAt = (plant: VirtualPlant, icpId = 1) => [...plant.controller(icpId).monitors.values()].map(({ kind }) => kind);

describe('R-CLU-08 the watch of directories', () => {
  it('is not set before anybody reads, then once at each controller; it takes a place there (R-LIM-04), and none of an application (R-LIM-03)', () => {
    const before = new VirtualPlant().up(1);
    before.pass(2000);
    expect(kindsAt(before)).toEqual([]);
    const plant = watched();
    plant.input({ kind: 'watch-directories' });
    plant.pass(2000);
    expect([kindsAt(plant, 1), kindsAt(plant, 2)]).toEqual([['DIRECTORY'], ['DIRECTORY']]);
    const { monitors, controllers } = plant.switchboard.report();
    expect([monitors.used, ...controllers.map((controller) => controller.monitors.used)]).toEqual([0, 1, 1]);
  });

  it('tells that everything may have changed when it begins to stand, then each entry; of a loss, that nobody knows', () => {
    const plant = watched();
    expect(told(plant)).toEqual([
      { icpId: 1, entry: undefined },
      { icpId: 2, entry: undefined },
    ]);
    plant.effects.length = 0;
    const change = (skip = 0) => {
      plant.controller().data = [
        { role: 'FEATURE', attribute: 'AGENT_ID', value: '3' },
        { role: 'FEATURE', attribute: 'FEATURE_EVENT_STATE', value: '2' },
      ];
      plant.event(77, 'DIRECTORY_CHANGED', 'UNKNOWN', 'null', { localCallId: 0, globalCallId: 0n }, skip, 1, 'DIRECTORY');
    };
    change();
    expect(told(plant)).toEqual([{ icpId: 1, entry: { deiId: 3, handle: 77 } }]);
    plant.effects.length = 0;
    change(2);
    expect(told(plant)).toContainEqual({ icpId: 1, entry: undefined });
  });

  it('is set again when the link is back, and goes with its controller', () => {
    const plant = watched();
    plant.down(1);
    expect(plant.switchboard.report().controllers[0]).toMatchObject({ state: 'CONNECTION_FAILURE' });
    plant.up(1);
    plant.pass(2000);
    expect(kindsAt(plant)).toContain('DIRECTORY');
    plant.document(documentOf({ serial: 2, controllers: [grantOf(2)] }));
    expect(plant.switchboard.report().controllers.map(({ icpId }) => icpId)).toEqual([2]);
    plant.document(documentOf({ serial: 3, controllers: [grantOf(1), grantOf(2)] }));
    plant.up(1);
    plant.pass(2000);
    expect(plant.switchboard.report().controllers.map(({ monitors }) => monitors.used)).toEqual([1, 1]);
  });
});
