import { describe, expect, it } from 'vitest';
import { gaps, VirtualPlant } from './virtual-plant.fixture.js';

/** Handles in the order in which the controller was asked to monitor them, since `from` starts ago. */
const startsOf = (plant: VirtualPlant, from: number): number[] =>
  plant
    .controller()
    .received.flatMap((request) => (request.type === 'MONITOR_START' ? [request.target] : []))
    .slice(from);

describe('what the next incarnation knows', () => {
  it('R-RES-05 sets the monitors of devices in a call first, from the records and from a compact journal alike', () => {
    for (const compact of [false, true]) {
      const plant = new VirtualPlant().up();
      const sessionId = plant.login();
      for (let handle = 1; handle <= 10; handle += 1, plant.pass(40)) plant.monitor(sessionId, handle);
      for (const handle of [9, 4]) plant.event(handle, 'ORIGINATED', 'NEW_CALL', 'originated');
      plant.event(2, 'ORIGINATED', 'NEW_CALL', 'originated');
      plant.pass(500);
      plant.event(2, 'CLEARED', 'CLEARED', 'null');
      plant.pass(500);
      if (compact) plant.records.splice(0, plant.records.length, ...plant.switchboard.records());
      const before = startsOf(plant, 0).length;
      plant.restart();
      expect(plant.switchboard.report()).toMatchObject({
        devices: { wanted: 10, standing: 0 },
        recovery: { sessions: 1, monitors: 10, waiting: 10, restoredMs: undefined },
      });
      plant.up();
      plant.pass(1300);
      const order = startsOf(plant, before);
      expect(order.slice(0, 2).sort()).toEqual([4, 9]);
      expect(order.slice(2)).toEqual([1, 2, 3, 5, 6, 7, 8, 10]);
      expect(plant.switchboard.report()).toMatchObject({
        devices: { wanted: 10, standing: 10 },
        recovery: { waiting: 0, restoredMs: expect.any(Number) },
      });
    }
  });

  it('R-CC-09 the gap of a restart begins where the session had last read, not where the process died', () => {
    const plant = new VirtualPlant().up();
    const [behind, reading] = [plant.login(), plant.login()];
    for (const sessionId of [behind, reading]) plant.monitor(sessionId, 1);
    for (const sessionId of [behind, reading]) plant.read(sessionId);
    plant.pass(5000, [behind, reading]);
    const happened = plant.instant.wallMs;
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    plant.read(reading);
    plant.pass(5000, [behind, reading]);
    const died = plant.instant.wallMs;
    plant.restart();
    expect(gaps(plant.read(behind).events)[0]!.since).toBeLessThanOrEqual(happened);
    expect(gaps(plant.read(reading).events)[0]!.since).toBe(died);
    // Read at last: the next gap begins later.
    plant.pass(5000, [behind, reading]);
    plant.restart();
    expect(gaps(plant.read(behind).events)[0]!.since).toBeGreaterThan(died);
  });

  it('a gap that nobody has read is not made shorter by the next death', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.read(sessionId);
    plant.restart();
    const first = plant.instant.wallMs;
    plant.pass(3000, [sessionId]);
    plant.restart();
    expect(gaps(plant.read(sessionId).events)[0]!.since).toBeLessThanOrEqual(first);
  });
});
