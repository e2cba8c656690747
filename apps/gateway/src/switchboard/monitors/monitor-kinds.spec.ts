import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Monitor, MonitorTable } from './monitor-table.js';
import { newHomes } from '../resilience/device-homes.js';
import { makeObjectId } from '../numbering.rules.js';
import type { CoreOutcome } from '../switchboard.port.js';
import { application, documentOf, grantOf, kindsOf, VirtualPlant } from '../virtual-plant.fixture.js';

const refusalOf = (outcome: CoreOutcome) => (outcome.ok ? undefined : outcome.refusal);
const room = (granted: number, more: { room?: number; others?: number; full?: boolean } = {}) => {
  const { room: whole = granted, others = 0, full = granted === whole } = more;
  return { granted, room: whole, others, full };
};

describe('monitors of devices and of features at a controller', () => {
  it('R-LIM-07 are counted exactly, whoever comes and goes: distinct devices, and the applications of each', () => {
    const step = fc.record({
      do: fc.constantFrom('ask', 'hold', 'withdraw', 'release', 'secondary', 'unfollow'),
      device: fc.integer({ min: 1, max: 4 }),
      session: fc.integer({ min: 1, max: 6 }),
    });
    const applicationOf = (sessionId: number) => `application ${sessionId % 3}`;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const table = new MonitorTable(applicationOf);
        for (const { do: what, device, session } of steps) {
          const objectId = makeObjectId(1, device);
          const monitor = table.get(objectId) ?? new Monitor(objectId, 1, device);
          if (what === 'ask' || what === 'hold') {
            if (table.get(objectId) === undefined) table.add(monitor);
            if (what === 'hold') table.hold(monitor, session);
            else if (!monitor.holders.has(session)) table.ask(monitor, session, 1);
          } else if (what === 'withdraw') table.withdraw(monitor, session);
          else if (what === 'release') table.release(monitor, session);
          else if (what === 'secondary' && monitor.places > 0 && monitor.homes === undefined) {
            monitor.homes = newHomes('127.9.0.2');
            const companion = new Monitor(makeObjectId(2, device), 2, device);
            table.add(companion);
            table.attach(monitor, companion);
          } else if (what === 'unfollow' && monitor.companion !== undefined) {
            const { companion } = monitor;
            table.detach(monitor);
            table.remove(companion);
            monitor.homes = undefined;
          }
          const all = [...table.all()];
          for (const icpId of [1, 2]) {
            const here = all.filter((one) => one.icpId === icpId);
            const shared = here.reduce((sum, { device: of }) => {
              const sessions = [...of.holders, ...of.asking.keys()];
              return sum + new Set(sessions.map(applicationOf)).size;
            }, 0);
            expect(table.counts.of(icpId)).toEqual({
              devices: { total: here.length, shared },
              features: { total: 0, shared: 0 },
            });
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  /** Two applications, and sessions of each. */
  function plantOf(monitorKinds: ReturnType<typeof kindsOf>) {
    const applications = [application('crm'), application('acd')];
    const plant = new VirtualPlant(undefined, documentOf({ applications, controllers: [grantOf(1, { monitorKinds })] })).up();
    const login = (applicationName: string) => {
      const outcome = plant.tryLogin({ applicationName });
      return outcome.ok ? (outcome.value as { sessionId: number }).sessionId : 0;
    };
    const set = (sessionId: number, handle: number) =>
      refusalOf(plant.run({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } }));
    const features = (sessionId: number, handle: number) =>
      refusalOf(plant.run({ name: 'monitorFeatures', request: { sessionId, objectId: makeObjectId(1, handle) } }));
    const used = () => {
      const { devices, features: ofFeatures } = plant.switchboard.report().controllers[0]!.monitorKinds!;
      return [devices.total.used, devices.shared.used, ofFeatures.total.used, ofFeatures.shared.used];
    };
    return { plant, login, set, features, used };
  }

  it('R-MON-04 R-LIM-07 two applications on one device are one total and two shared; two sessions of one application are one of each', () => {
    const { plant, login, set, used } = plantOf(kindsOf());
    const [crm, again, acd] = [login('crm'), login('crm'), login('acd')];
    expect([set(crm, 1), used()]).toEqual([undefined, [1, 1, 0, 0]]);
    expect([set(again, 1), used()]).toEqual([undefined, [1, 1, 0, 0]]);
    expect([set(acd, 1), used()]).toEqual([undefined, [1, 2, 0, 0]]);
    plant.run({ name: 'logout', request: { sessionId: crm } });
    expect(used()).toEqual([1, 2, 0, 0]);
    plant.run({ name: 'logout', request: { sessionId: again } });
    expect(used()).toEqual([1, 1, 0, 0]);
    plant.run({ name: 'logout', request: { sessionId: acd } });
    expect(used()).toEqual([0, 0, 0, 0]);
  });

  it('R-LIM-07 R-LIM-13 devices and applications are refused beyond what the controller bears, with what other systems use; features apart', () => {
    const others = room(2, { others: 5598 });
    const { plant, login, set, features, used } = plantOf(kindsOf({ devices: { total: others, shared: room(3) } }));
    const [crm, acd] = [login('crm'), login('acd')];
    expect([set(crm, 1), set(crm, 2)]).toEqual([undefined, undefined]);
    const records = plant.records.length;
    expect(set(crm, 3)).toMatchObject({ code: 'MONITOR_LIMIT', limit: 'monitors.devices.total', used: 5600, cap: 5600 });
    expect(set(acd, 1)).toBeUndefined();
    expect(set(acd, 2)).toMatchObject({ code: 'MONITOR_LIMIT', limit: 'monitors.devices.shared', used: 3, cap: 3 });
    expect(plant.records.length).toBe(records + 1);
    expect(features(acd, 9)).toBeUndefined();
    expect(used()).toEqual([2, 3, 1, 1]);
    expect(plant.controller().monitors.size).toBe(3);
    plant.run({ name: 'stopMonitor', request: { sessionId: crm, objectId: makeObjectId(1, 2) } });
    expect(set(acd, 3)).toBeUndefined();
  });

  it('R-LIM-07 where several instances share the controller, an ask that our part has no room for waits for the next document', () => {
    const part = (granted: number, full = false) =>
      kindsOf({ devices: { total: room(granted, { room: 10, full }), shared: room(10) } });
    const { plant, login, set } = plantOf(part(1));
    const crm = login('crm');
    const wanted = () => plant.switchboard.report().controllers[0]!.monitorKinds!.devices.total.wanted;
    const applications = [application('crm'), application('acd')];
    const document = (serial: number, monitorKinds: ReturnType<typeof kindsOf>) =>
      plant.document(documentOf({ serial, applications, controllers: [grantOf(1, { monitorKinds })] }));
    const ask = (handle: number) =>
      plant.ask({ name: 'monitorObject', request: { sessionId: crm, objectId: makeObjectId(1, handle) } });
    expect([set(crm, 1), wanted()]).toEqual([undefined, false]);
    const waits = ask(2);
    expect([plant.replies.get(waits), wanted()]).toEqual([undefined, true]);
    document(2, part(2));
    expect(plant.replies.get(waits)).toMatchObject({ ok: true });
    // everywhere full, and that is said
    const refused = ask(3);
    document(3, part(2, true));
    expect(plant.replies.get(refused)).toMatchObject({
      refusal: { code: 'MONITOR_LIMIT', limit: 'monitors.devices.total', used: 2, cap: 2 },
    });
    // nobody answers: it may be tried again
    document(4, part(2));
    const unheard = ask(4);
    plant.pass(6500, [crm]);
    expect(plant.replies.get(unheard)).toMatchObject({ refusal: { code: 'BUDGET_UNAVAILABLE', used: 2, cap: 2 } });
    // a lower part takes nothing away
    document(5, part(1));
    expect(plant.controller().monitors.size).toBe(2);
    plant.pass(11_000, [crm]);
    expect(wanted()).toBe(false);
  });

  it('R-MON-03 what only lingers gives way when another device needs its place', () => {
    const { plant, login, set } = plantOf(kindsOf({ devices: { total: room(1), shared: room(5) } }));
    const crm = login('crm');
    for (let time = 0; time < 3; time += 1) {
      expect(set(crm, 1)).toBeUndefined();
      plant.run({ name: 'stopMonitor', request: { sessionId: crm, objectId: makeObjectId(1, 1) } });
    }
    expect(plant.controller().monitors.size).toBe(1);
    expect(set(crm, 2)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(set(crm, 2)).toBeUndefined();
    expect(plant.controller().mostMonitors).toBe(1);
  });
});
