import { describe, expect, it } from 'vitest';
import { application, documentOf, gaps, settingsOf, VirtualPlant } from '../virtual-plant.fixture.js';

const KEPT = 20;

function plantOf(): VirtualPlant {
  const settings = settingsOf({ eventLog: { perSessionMax: KEPT, retentionMs: 60_000 } });
  return new VirtualPlant(settings, documentOf({ applications: [application('crm'), application('two')] })).up();
}
/** So many events at the phone, each of which the states of a call allow. */
function happen(plant: VirtualPlant, count: number): void {
  for (let at = 0; at < count; at += 1)
    plant.event(1, at % 2 === 0 ? 'HELD' : 'RETRIEVED', 'UNKNOWN', at % 2 === 0 ? 'hold' : 'connected');
}
const notes = (plant: VirtualPlant) =>
  plant.effects.flatMap((effect) => (effect.kind === 'note' && /does not read/.test(effect.text) ? [effect.facts] : []));
const dropped = (plant: VirtualPlant): number => plant.switchboard.report().figures.eventsDropped;

describe('events that are dropped unread', () => {
  it('R-CC-09 are a figure and stand in the log, once a minute and application; the gap says the same count', () => {
    const plant = plantOf();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    plant.event(1, 'ESTABLISHED', 'ANSWERED', 'connected');
    happen(plant, KEPT - 3);
    plant.pass(500, [sessionId]);
    expect([dropped(plant), notes(plant)]).toEqual([0, []]);
    happen(plant, 10);
    plant.pass(500, [sessionId]);
    happen(plant, 4);
    plant.pass(500, [sessionId]);
    expect(dropped(plant)).toBe(14);
    expect(notes(plant)).toEqual([{ applicationName: 'crm', dropped: 10 }]);
    expect(gaps(plant.read(sessionId).events)[0]).toMatchObject({ reason: 'overflow', lost: 14 });
    plant.pass(61_000, [sessionId]);
    happen(plant, KEPT + 5);
    plant.pass(500, [sessionId]);
    expect(notes(plant)).toHaveLength(2);
  });

  it('R-CC-09 are counted too where the session ends before the next look, and of whoever reads in time there are none', () => {
    const plant = plantOf();
    const reads = plant.login();
    const { value } = plant.tryLogin({ applicationName: 'two' }) as { value: { sessionId: number } };
    for (const sessionId of [reads, value.sessionId]) plant.monitor(sessionId, 1);
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    plant.event(1, 'ESTABLISHED', 'ANSWERED', 'connected');
    for (let turn = 0; turn < 3; turn += 1) {
      happen(plant, 10);
      plant.read(reads);
    }
    plant.run({ name: 'logout', request: { sessionId: value.sessionId } });
    expect(dropped(plant)).toBe(13);
    expect(notes(plant)).toEqual([{ applicationName: 'two', dropped: 13 }]);
  });
});
