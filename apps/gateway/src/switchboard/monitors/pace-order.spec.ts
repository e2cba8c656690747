import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Core } from '../core.js';
import { Earliest } from './earliest.js';
import { makeObjectId } from '../numbering.rules.js';
import { Pacer } from './pacing.js';
import { documentOf, grantOf, VirtualPlant } from '../virtual-plant.fixture.js';

const grants = (count: number) => Array.from({ length: count }, (_, index) => grantOf(index + 1));

/** The same by looking at all of them. */
function lookedFor(plant: VirtualPlant): number | undefined {
  const { core } = plant.switchboard as unknown as { readonly core: Core };
  const waiting = [...core.controllers.values()].filter(({ starts, connected }) => starts.size > 0 && connected);
  return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ pacer }) => pacer.readyAtMs(core.now.nowMs)));
}

afterEach(() => vi.restoreAllMocks());

describe('when the next monitor start may go', () => {
  it('is the earliest of what has a time, whatever comes, changes and goes', () => {
    const step = fc.record({ item: fc.nat(12), atMs: fc.option(fc.oneof(fc.nat(9), fc.constant(Infinity)), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const [earliest, times] = [new Earliest<number>(), new Map<number, number>()];
        for (const { item, atMs } of steps) {
          earliest.set(item, atMs);
          if (atMs === undefined) times.delete(item);
          else times.set(item, atMs);
          expect(earliest.firstAtMs).toBe(times.size === 0 ? undefined : Math.min(...times.values()));
        }
      }),
    );
  });

  it('R-LIM-11 R-MON-03 is what looking at every controller says, whatever is asked for, answered, granted and lost', () => {
    const step = fc.record({
      what: fc.constantFrom('ask', 'ask', 'stop', 'pass', 'mute', 'unmute', 'down', 'up', 'share', 'remove'),
      icpId: fc.integer({ min: 1, max: 4 }),
      number: fc.nat(40),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const plant = new VirtualPlant(undefined, documentOf({ controllers: grants(4) }));
        plant.onStep = () => expect(plant.switchboard.nextPaceAtMs()).toBe(lookedFor(plant));
        const sessionId = plant.login();
        for (const icpId of [1, 2, 3]) plant.up(icpId);
        let serial = 1;
        for (const { what, icpId, number } of steps) {
          const controller = plant.controller(icpId);
          const isThere = plant.switchboard.report().controllers.some((one) => one.icpId === icpId);
          if (what === 'ask')
            for (let handle = 1; handle <= number; handle += 1)
              plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(icpId, handle) } });
          else if (what === 'stop')
            plant.ask({ name: 'stopMonitor', request: { sessionId, objectId: makeObjectId(icpId, number + 1) } });
          else if (what === 'pass') plant.pass(number * 20, [sessionId]);
          else if (what === 'mute') controller.mute = true;
          else if (what === 'unmute') plant.unmute(icpId);
          else if (what === 'down') plant.down(icpId);
          else if (what === 'up' && isThere && !controller.connected) plant.up(icpId);
          else if (what === 'share' || what === 'remove') {
            serial += 1;
            const shared = { startsPerSecond: number % 21, monitorsCap: 5000, refusedUpTo: 0 };
            const controllers = grants(4).filter((grant) => what === 'share' || grant.icpId !== icpId);
            if (what === 'remove') controller.connected = false;
            plant.document(documentOf({ serial, controllers: controllers.map((grant) => ({ ...grant, shared })) }));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('R-LIM-11 not before an answer, where the whole share is open; then a second after it', () => {
    const plant = new VirtualPlant(undefined, documentOf({ controllers: grants(1) })).up();
    const sessionId = plant.login();
    plant.controller().mute = true;
    for (let handle = 1; handle <= 40; handle += 1)
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } });
    plant.pass(2000, [sessionId]);
    expect(plant.switchboard.nextPaceAtMs()).toBe(Infinity);
    plant.unmute();
    expect(plant.switchboard.nextPaceAtMs()).toBe(lookedFor(plant));
    expect(plant.switchboard.nextPaceAtMs()).toBeGreaterThan(plant.nowMs + 1000);
    expect(plant.switchboard.nextPaceAtMs()).toBeLessThan(plant.nowMs + 1010);
  });

  it.each([2, 250])(
    'R-LIM-02 looks at the one controller that an operation was about, of %d that all have starts waiting',
    (count) => {
      const plant = new VirtualPlant(undefined, documentOf({ controllers: grants(count) }));
      const sessionId = plant.login();
      for (let icpId = 1; icpId <= count; icpId += 1) {
        plant.up(icpId);
        for (let handle = 1; handle <= 30; handle += 1)
          plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(icpId, handle) } });
      }
      expect(plant.switchboard.nextPaceAtMs()).toBe(lookedFor(plant));
      const looks = vi.spyOn(Pacer.prototype, 'readyAtMs');
      const lookedAt = () => new Set(looks.mock.contexts).size;
      plant.ask({ name: 'stopMonitor', request: { sessionId, objectId: makeObjectId(2, 999) } });
      plant.switchboard.nextPaceAtMs();
      expect(lookedAt(), 'an operation that changes nothing there').toBe(0);
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(2, 31) } });
      plant.switchboard.nextPaceAtMs();
      expect(lookedAt(), 'one that asks for a start').toBe(1);
    },
  );
});
