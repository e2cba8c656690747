import { describe, expect, it } from 'vitest';
import type { OperationResponse } from '#contracts/application-api';
import { handovers, HANDLE, NO_CALL, OBJECT_ID, OTHER_ID, ready, ResilientPlant, two } from './resilient-plant.fixture.js';
import { application, callEvents, gaps, grantOf, kindsOf, typesOf } from '../virtual-plant.fixture.js';

type Status = OperationResponse<'getResilientStatus'>;
const statusOf = (plant: ResilientPlant, sessionId: number, objectId: number): Status =>
  (plant.run({ name: 'getResilientStatus', request: { sessionId, objectId } }) as unknown as { value: Status }).value;
const monitor = (plant: ResilientPlant, sessionId: number, objectId: number) =>
  plant.run({ name: 'monitorObject', request: { sessionId, objectId } });
const stop = (plant: ResilientPlant, sessionId: number, objectId: number) =>
  plant.run({ name: 'stopMonitor', request: { sessionId, objectId } });
/** Total and shared monitors of devices at each controller. */
const counted = (plant: ResilientPlant) =>
  plant.switchboard.report().controllers.map(({ monitorKinds }) => {
    const { total, shared } = monitorKinds!.devices;
    return [total.used, shared.used];
  });

describe('a resilient device by its id at its secondary controller', () => {
  it('R-RES-01 R-LIC-01 is followed like one named by the primary one, under that id, with one monitor at each controller and one licence', () => {
    const licences = { pools: [{ pool: 'standard', granted: 1, entitled: 1, full: true }] };
    const { plant, sessionId, events } = ready(new ResilientPlant(two({ licences })), 2);
    expect(plant.standing()).toEqual([1, 1]);
    expect(plant.controller(2).startsAt, 'set once').toHaveLength(1);
    expect(callEvents(events).map(({ type, cause, objectId }) => [type, cause, objectId])).toEqual([
      ['MONITOR_SET', 'MONITOR_SET', OTHER_ID],
      ['RESILIENT_DEVICE', 'SECONDARY_MONITOR_SET', OTHER_ID],
    ]);
    expect(events[1]).toMatchObject({ icpId: 2, icpRole: 'secondary', resilience: { activeIcpId: 1 } });
    expect(statusOf(plant, sessionId, OTHER_ID)).toMatchObject({ followed: true, primaryIcpId: 1, activeIcpId: 1 });
    const { monitors, devices, licences: report } = plant.switchboard.report();
    expect([monitors.used, devices]).toEqual([1, { wanted: 1, standing: 1 }]);
    expect(report.pools).toMatchObject([{ pool: 'standard', used: 1 }]);
    expect(stop(plant, sessionId, OTHER_ID).ok).toBe(true);
    expect(plant.standing()).toEqual([0, 0]);
    expect(plant.switchboard.report().controllers.map(({ monitors: { used } }) => used)).toEqual([0, 0]);
  });

  it('R-RES-03 its events and commands go over to the secondary controller and back, each told once, under that id', () => {
    const { plant, sessionId, cursor } = ready(undefined, 2);
    plant.talks(1, 5);
    expect(plant.commanded(sessionId, OTHER_ID)).toBe(1);
    plant.event(HANDLE, 'CLEARED', 'CLEARED', 'null', { localCallId: 5, globalCallId: 105n }, 0, 1);
    plant.leaves(1);
    plant.comesTo(2);
    plant.talks(2, 6);
    expect(plant.commanded(sessionId, OTHER_ID)).toBe(2);
    plant.event(HANDLE, 'CLEARED', 'CLEARED', 'null', { localCallId: 6, globalCallId: 106n }, 0, 2);
    plant.leaves(2);
    plant.comesTo(1);
    plant.talks(1, 7);
    const { events } = plant.read(sessionId, cursor);
    const call = ['CALL_RECEIVED', 'CALL_ESTABLISHED', 'CALL_CLEAR'];
    expect(typesOf(events)).toEqual([...call, 'RESILIENT_DEVICE', ...call, 'RESILIENT_DEVICE', ...call.slice(0, 2)]);
    for (const event of events) expect(event).toHaveProperty('objectId', OTHER_ID);
    expect(callEvents(events).map(({ icpId }) => icpId)).toEqual([1, 1, 1, 2, 2, 2, 2, 1, 1, 1]);
    expect(plant.commanded(sessionId, OTHER_ID)).toBe(1);
  });

  it('R-RES-03 in a call when its controller goes: it stays, and what nobody saw end is told as ended when it has come over', () => {
    const { plant, sessionId, cursor } = ready(undefined, 2);
    plant.talks(1, 5);
    plant.down(1);
    const lost = plant.read(sessionId, cursor);
    expect(gaps(lost.events)).toMatchObject([{ objectIds: [OTHER_ID] }]);
    expect(typesOf(lost.events).at(-1), 'it has to do with both controllers').toBe('ICP_COMMUNICATION_EVENT');
    plant.comesTo(2);
    plant.talks(2, 6);
    const there = plant.read(sessionId, lost.cursor).events;
    expect(typesOf(there)).toEqual(['RESILIENT_DEVICE', 'CALL_CLEAR', 'CALL_RECEIVED', 'CALL_ESTABLISHED']);
    expect(there[1]).toMatchObject({ source: 'snapshot', objectId: OTHER_ID, localCallId: 5, icpId: 1 });
    plant.up(1).pass(3000, [sessionId]);
    expect(typesOf(plant.read(sessionId, lost.cursor).events).slice(4)).toEqual(['ICP_COMMUNICATION_EVENT', 'MONITOR_SET']);
    expect(plant.standing()).toEqual([1, 1]);
  });

  it('R-RES-02 while its primary controller was never reached it is served where it is named, and said not to be followed; then it is', () => {
    const plant = new ResilientPlant();
    plant.up(2);
    plant.serves(2);
    const sessionId = plant.login();
    plant.monitor(sessionId, HANDLE, 2);
    plant.pass(3000, [sessionId]);
    plant.talks(2, 5);
    const before = plant.read(sessionId);
    expect(typesOf(before.events)).toEqual(['MONITOR_SET', 'CALL_RECEIVED', 'CALL_ESTABLISHED']);
    const { followed, notFollowed } = statusOf(plant, sessionId, OTHER_ID);
    expect([followed, notFollowed]).toEqual([
      false,
      expect.stringMatching(/icpId 1\) has not said yet.*does not work.*R-RES-02/),
    ]);
    plant.up(1).pass(3000, [sessionId]);
    expect(statusOf(plant, sessionId, OTHER_ID)).toMatchObject({ followed: true, activeIcpId: 2 });
    const after = plant.read(sessionId, before.cursor).events;
    expect(callEvents(after).map(({ cause, icpId }) => [cause, icpId])).toEqual([
      ['SECONDARY_MONITOR_SET', 2],
      ['RESILIENT_INFO_UPDATE', 2],
    ]);
    expect(plant.commanded(sessionId, OTHER_ID)).toBe(2);
  });

  it('R-RES-02 is known under that id after a restart, and served by the secondary controller though the primary one is away', () => {
    const { plant, sessionId } = ready(undefined, 2);
    for (const compacted of [false, true]) {
      if (compacted) plant.records.splice(0, Infinity, ...plant.switchboard.records());
      plant.restart(two());
      plant.serves(2);
      plant.up(2).pass(4000, [sessionId]);
      expect(plant.standing()).toEqual([0, 1]);
      expect(gaps(plant.read(sessionId).events)).toMatchObject([{ reason: 'restart', objectIds: [OTHER_ID] }]);
      expect(handovers(plant.read(sessionId).events)).toMatchObject([{ objectId: OTHER_ID, icpId: 2 }]);
      expect(plant.commanded(sessionId, OTHER_ID)).toBe(2);
    }
    expect(stop(plant, sessionId, OTHER_ID).ok).toBe(true);
    plant.restart(two());
    plant.up(1).up(2).pass(4000, [sessionId]);
    expect(plant.standing()).toEqual([0, 0]);
  });

  it('R-RES-02 whose primary controller says otherwise goes on as it was', () => {
    const plant = new ResilientPlant();
    plant.controller(1).items = [{ word: 'RESILIENT', value: '0' }];
    const { sessionId, events } = ready(plant, 2);
    expect(typesOf(events)).toEqual(['MONITOR_SET']);
    expect(plant.standing()).toEqual([0, 1]);
    plant.talks(2, 5);
    expect(callEvents(plant.read(sessionId).events).at(-1)).toMatchObject({ type: 'CALL_ESTABLISHED', objectId: OTHER_ID });
  });

  it('R-SES-02 whose primary controller has too old a release is monitored where it is named, and that is said', () => {
    const controllers = [grantOf(1, { release: '6.0 SP2' }), grantOf(2)];
    const { plant, sessionId, events } = ready(new ResilientPlant(two({ controllers })), 2);
    expect(typesOf(events)).toEqual(['MONITOR_SET']);
    expect(plant.standing()).toEqual([0, 1]);
    expect(statusOf(plant, sessionId, OTHER_ID).notFollowed).toMatch(/too old for resilience/);
  });

  it('R-RES-03 that moves just before its primary controller was asked: told once, and not in the words of the link', () => {
    const plant = new ResilientPlant();
    plant.up(1).up(2);
    const sessionId = plant.login();
    plant.monitor(sessionId, HANDLE, 2);
    while (plant.controller(1).monitors.size === 0) plant.pass(1, [sessionId]);
    plant.leaves(1);
    plant.serves(2);
    plant.pass(3000, [sessionId]);
    expect(callEvents(plant.read(sessionId).events).map(({ cause }) => cause)).toEqual([
      'MONITOR_SET',
      'SECONDARY_MONITOR_SET',
      'RESILIENT_INFO_UPDATE',
    ]);
    expect(plant.commanded(sessionId, OTHER_ID)).toBe(2);
  });

  it('R-LIM-04 without room at its primary controller it is monitored where it is named, and followed when there is some', () => {
    const plant = new ResilientPlant(two({ controllers: [grantOf(1, { monitorsMax: 1 }), grantOf(2)] }));
    plant.controller(1).traits = 0;
    plant.up(1).up(2);
    const sessionId = plant.login();
    const inTheWay = plant.monitor(sessionId, 7, 1);
    plant.monitor(sessionId, HANDLE, 2);
    plant.pass(3000, [sessionId]);
    expect(plant.standing()).toEqual([1, 1]);
    // by its other id it is the same device: no place is missing for that
    expect(monitor(plant, sessionId, OBJECT_ID)).toMatchObject({ ok: true, value: { objectId: OTHER_ID, icpId: 2 } });
    expect(stop(plant, sessionId, inTheWay).ok).toBe(true);
    plant.pass(32_000, [sessionId]);
    expect(plant.standing()).toEqual([1, 1]);
    expect(statusOf(plant, sessionId, OTHER_ID).followed).toBe(true);
    expect(plant.controller(1).mostMonitors).toBe(1);
  });
});

describe('a resilient device by both its ids', () => {
  it.each([
    [OBJECT_ID, OTHER_ID],
    [OTHER_ID, OBJECT_ID],
  ])('R-MON-04 R-LIC-01 is one monitor of a session that asks by %d, then by %d, whichever of them ends it', (first, second) => {
    const licences = { pools: [{ pool: 'standard', granted: 1, entitled: 1, full: true }] };
    const { plant, sessionId, cursor } = ready(new ResilientPlant(two({ licences })), first === OBJECT_ID ? 1 : 2);
    expect(monitor(plant, sessionId, second)).toMatchObject({ ok: true, value: { objectId: first } });
    plant.talks(1, 5);
    const { events } = plant.read(sessionId, cursor);
    expect(callEvents(events).map(({ type, objectId }) => [type, objectId])).toEqual([
      ['CALL_RECEIVED', first],
      ['CALL_ESTABLISHED', first],
    ]);
    expect(plant.switchboard.report().monitors.used).toBe(1);
    expect(stop(plant, sessionId, second).ok).toBe(true);
    expect(stop(plant, sessionId, first)).toMatchObject({ refusal: { code: 'MONITOR_NOT_SET' } });
    expect(plant.standing()).toEqual([0, 0]);
  });

  /** Two applications. */
  function plantOfTwo(room = 10_000) {
    const monitorKinds = kindsOf();
    const tight = kindsOf({ devices: { shared: { granted: room, room, others: 0, full: true } } });
    const controllers = [grantOf(1, { monitorKinds: tight }), grantOf(2, { monitorKinds })];
    const plant = new ResilientPlant(two({ applications: [application('crm'), application('acd')], controllers }));
    const login = (applicationName: string) =>
      (plant.tryLogin({ applicationName }) as { value: { sessionId: number } }).value.sessionId;
    return { plant, sessions: [login('crm'), login('acd')] as const };
  }

  it('R-MON-04 R-LIM-07 asked for at once by two applications is one total and two shared at each controller, each told once by its own id', () => {
    const { plant, sessions } = plantOfTwo();
    const [crm, acd] = sessions;
    plant.up(1).up(2);
    plant.controller(1).calls.set(HANDLE, [{ localCallId: 9, globalCallId: 109n, localState: 'connected' }]);
    plant.ask({ name: 'monitorObject', request: { sessionId: crm, objectId: OBJECT_ID } });
    plant.ask({ name: 'monitorObject', request: { sessionId: acd, objectId: OTHER_ID } });
    plant.pass(3000, sessions);
    expect(plant.standing()).toEqual([1, 1]);
    expect(plant.controllers.get(2)!.startsAt, 'the monitor there was left as it was').toHaveLength(1);
    expect(counted(plant)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    plant.talks(1, 10);
    const told = sessions.map((sessionId) => callEvents(plant.read(sessionId).events));
    for (const [index, name] of [OBJECT_ID, OTHER_ID].entries()) {
      expect(new Set(told[index]!.map(({ objectId }) => objectId))).toEqual(new Set([name]));
      const calls = told[index]!.filter(({ localCallId }) => localCallId !== 0).map(({ type, localCallId }) => [
        type,
        localCallId,
      ]);
      expect(calls, 'the call that stood, then the new one').toEqual([
        ['CALL_ESTABLISHED', 9],
        ['CALL_RECEIVED', 10],
        ['CALL_ESTABLISHED', 10],
      ]);
    }
    expect(stop(plant, crm, OBJECT_ID).ok).toBe(true);
    expect(counted(plant)).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(plant.standing()).toEqual([1, 1]);
    expect(stop(plant, acd, OTHER_ID).ok).toBe(true);
    expect(plant.standing()).toEqual([0, 0]);
  });

  it('R-LIM-07 R-LIM-13 where there is no room for the other application, they stay two until there is', () => {
    const { plant, sessions } = plantOfTwo(1);
    const [crm, acd] = sessions;
    plant.up(1).up(2);
    plant.ask({ name: 'monitorObject', request: { sessionId: crm, objectId: OBJECT_ID } });
    plant.ask({ name: 'monitorObject', request: { sessionId: acd, objectId: OTHER_ID } });
    plant.pass(3000, sessions);
    expect(counted(plant)).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(statusOf(plant, acd, OTHER_ID).followed).toBe(false);
    expect(stop(plant, crm, OBJECT_ID).ok).toBe(true);
    plant.pass(65_000, sessions);
    expect(statusOf(plant, acd, OTHER_ID).followed).toBe(true);
    expect(plant.standing()).toEqual([1, 1]);
  });

  it('R-LIM-07 R-RES-01 asked for while there is no room for another application: it waits, is withdrawn, or told, by the id that was asked by', () => {
    const part = (serial: number, granted: number) => {
      const shared = { granted, room: 10, others: 0, full: false };
      const monitorKinds = kindsOf({ devices: { shared } });
      const applications = [application('crm'), application('acd')];
      return two({ serial, applications, controllers: [grantOf(1, { monitorKinds }), grantOf(2, { monitorKinds: kindsOf() })] });
    };
    const plant = new ResilientPlant(part(1, 1));
    ready(plant);
    const { value } = plant.tryLogin({ applicationName: 'acd' }) as { value: { sessionId: number } };
    const acd = value.sessionId;
    const ask = () => plant.ask({ name: 'monitorObject', request: { sessionId: acd, objectId: OTHER_ID } });
    const withdrawn = ask();
    expect(plant.replies.get(withdrawn)).toBeUndefined();
    expect(stop(plant, acd, OTHER_ID).ok).toBe(true);
    expect(plant.replies.get(withdrawn)).toMatchObject({ refusal: { code: 'MONITOR_NOT_SET' } });
    const waits = ask();
    plant.document(part(2, 2));
    expect(plant.replies.get(waits)).toEqual({ ok: true, value: { objectId: OTHER_ID, icpId: 2 } });
  });

  it('R-RES-04 features are monitored where their id says, and told under it beside the device', () => {
    const { plant, sessionId, cursor } = ready(undefined, 2);
    plant.run({ name: 'monitorFeatures', request: { sessionId, objectId: OBJECT_ID } });
    plant.pass(1000, [sessionId]);
    plant.event(HANDLE, 'CF_ALWAYS', 'UNKNOWN', 'null', NO_CALL, 0, 1, 'FEATURES');
    plant.down(1);
    const { events } = plant.read(sessionId, cursor);
    expect(events.find(({ category }) => category === 'FEATURE_EVENT')).toMatchObject({ objectId: OBJECT_ID });
    expect(new Set(gaps(events).flatMap(({ objectIds }) => objectIds))).toEqual(new Set([OBJECT_ID, OTHER_ID]));
  });
});
