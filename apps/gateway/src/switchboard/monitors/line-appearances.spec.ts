import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRAITS } from '#southbound/messages';
import { LineAppearances } from './line-appearances.rules.js';
import { makeObjectId } from '../numbering.rules.js';
import { VirtualPlant } from '../virtual-plant.fixture.js';

describe('monitored line appearances', () => {
  it('R-LIM-12 are counted by number, and the eleventh of one number is said once, whatever came and went before', () => {
    const step = fc.record({ add: fc.boolean(), id: fc.integer({ min: 1, max: 30 }), dn: fc.constantFrom('2001', '2002') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const lines = new LineAppearances();
        const known = new Map<number, string>();
        const countOf = (dn: string) => [...known.values()].filter((one) => one === dn).length;
        for (const { add, id, dn } of steps) {
          const before = countOf(dn);
          if (add) known.set(id, dn);
          else known.delete(id);
          const said = add ? lines.add(id, dn) : (lines.remove(id), undefined);
          expect(said).toBe(add && before === 10 && countOf(dn) === 11 ? 11 : undefined);
          expect(lines.crowdedCount).toBe(['2001', '2002'].filter((one) => countOf(one) > 10).length);
        }
      }),
    );
  });

  it('R-LIM-12 more than ten of one number are warned of, not refused, and shown until they are fewer', () => {
    const plant = new VirtualPlant();
    Object.assign(plant.controller(), { traits: TRAITS.LINE_APPEARANCE, items: [{ word: 'DN', value: '2001' }] });
    plant.up();
    const sessionId = plant.login();
    const warnings = () =>
      plant.effects.flatMap((effect) => (effect.kind === 'note' && effect.level === 'warn' ? [effect.facts] : []));
    const crowded = () => plant.switchboard.report().controllers[0]?.crowdedNumbers;
    const set = (handle: number) =>
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } });
    for (let handle = 1; handle <= 10; handle += 1) set(handle);
    plant.pass(3000, [sessionId]);
    expect([warnings(), crowded()]).toEqual([[], 0]);
    set(11);
    set(12);
    plant.pass(3000, [sessionId]);
    expect(warnings()).toEqual([{ icpId: 1, dn: '2001', monitored: 11 }]);
    expect([plant.controller().monitors.size, crowded()]).toEqual([12, 1]);
    for (const handle of [1, 2]) plant.run({ name: 'stopMonitor', request: { sessionId, objectId: makeObjectId(1, handle) } });
    expect(crowded()).toBe(0);
  });
});
