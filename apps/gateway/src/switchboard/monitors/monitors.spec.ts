import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINGER_MS } from './monitor-thrash.js';
import {
  controllerMonitorId,
  featureMonitorId,
  ICP_ID_END,
  makeObjectId,
  monitorIdsOf,
  monitorPartsOf,
  objectIdsOf,
} from '../numbering.rules.js';
import type { CoreOutcome } from '../switchboard.port.js';
import { advancedDocument, callEvents, documentOf, grantOf, typesOf, VirtualPlant } from '../virtual-plant.fixture.js';

const codeOf = (outcome: CoreOutcome | undefined) =>
  outcome === undefined ? 'unanswered' : outcome.ok ? 'ok' : outcome.refusal.code;
const ready = (): [VirtualPlant, number] => {
  const plant = new VirtualPlant(undefined, advancedDocument()).up();
  return [plant, plant.loginAdvanced()];
};

describe('ids of monitors', () => {
  it('name one thing each, and say which', () => {
    const icpIds = fc.integer({ min: 1, max: ICP_ID_END - 1 });
    fc.assert(
      fc.property(icpIds, fc.integer({ min: 1, max: 2 ** 32 - 1 }), (icpId, handle) => {
        const ids = [...monitorIdsOf(icpId, handle)];
        const parts = ids.map(monitorPartsOf);
        expect(new Set(ids).size).toBe(9);
        expect(parts[0]).toEqual({ kind: 'DEVICE', icpId, handle });
        expect(parts[1]).toEqual({ kind: 'FEATURES', icpId, handle });
        for (const part of parts.slice(2)) expect(part).toMatchObject({ icpId, handle: 0 });
        expect(new Set(parts.slice(2).map((part) => part?.kind)).size).toBe(7);
        expect(objectIdsOf(ids)).toEqual([makeObjectId(icpId, handle)]);
      }),
    );
    for (const wrong of [0, -1, -15, 0.5, Number.NaN, 2 ** 53, -(2 ** 53)]) expect(monitorPartsOf(wrong)).toBeUndefined();
  });
});

describe('monitors of every kind', () => {
  it('R-MON-01 features of a device: set, told as FEATURE_EVENT, stopped, beside the monitor of its calls', () => {
    const [plant, sessionId] = ready();
    const objectId = plant.monitor(sessionId, 1);
    const set = plant.run({ name: 'monitorFeatures', request: { sessionId, objectId } });
    expect(set).toEqual({ ok: true, value: { objectId, icpId: 1 } });
    expect(plant.controller().monitors.size).toBe(2);
    expect(plant.switchboard.report().monitors.used).toBe(2);
    plant.controller().data = [
      { role: 'FEATURE', attribute: 'FEATURE_EVENT_STATE', value: '1' },
      { role: 'FEATURE', attribute: 'FORWARD_DN', value: '2009' },
    ];
    plant.event(1, 'CF_ALWAYS', 'UNKNOWN', 'null', { localCallId: 0, globalCallId: 0n }, 0, 1, 'FEATURES');
    const { events } = plant.read(sessionId);
    expect(typesOf(events)).toEqual(['MONITOR_SET', 'MONITOR_SET', 'CF_ALWAYS']);
    expect(events.at(-1)).toMatchObject({
      category: 'FEATURE_EVENT',
      objectId,
      icpId: 1,
      source: 'live',
      attributes: { FEATURE_EVENT_STATE: '1', FORWARD_DN: '2009' },
    });
    expect(codeOf(plant.run({ name: 'stopFeatureMonitor', request: { sessionId, objectId } }))).toBe('ok');
    expect([...plant.controller().monitors.values()]).toEqual([expect.objectContaining({ kind: 'DEVICE' })]);
    expect(codeOf(plant.run({ name: 'stopFeatureMonitor', request: { sessionId, objectId } }))).toBe('MONITOR_NOT_SET');
  });

  it('R-MON-03 of one session at most five hundred wait for their turn at a controller; more are told to come again', () => {
    const plant = new VirtualPlant().up();
    const [many, other] = [plant.login(), plant.login()];
    const ask = (sessionId: number, handle: number) =>
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } });
    const asked = Array.from({ length: 600 }, (_, index) => ask(many, index + 1));
    const codes = asked.map((requestId) => codeOf(plant.replies.get(requestId)));
    expect(plant.switchboard.report().controllers[0]!.queues.startsWaiting).toBe(500);
    expect(new Set(codes)).toEqual(new Set(['ok', 'unanswered', 'RATE_LIMITED']));
    expect(codes.slice(0, 500)).not.toContain('RATE_LIMITED');
    const one = ask(other, 1000);
    plant.pass(1000, [many, other]);
    expect(codeOf(plant.replies.get(one))).toBe('ok');
  });

  it('R-LIM-04 one that the controller grants when nobody waits for it any more is stopped there, and its place is free', () => {
    const [plant, sessionId] = ready();
    plant.controller().mute = true;
    const objectId = makeObjectId(1, 1);
    const asked = plant.ask({ name: 'monitorObject', request: { sessionId, objectId } });
    expect(codeOf(plant.run({ name: 'stopMonitor', request: { sessionId, objectId } }))).toBe('ok');
    expect(codeOf(plant.replies.get(asked))).toBe('MONITOR_NOT_SET');
    expect(plant.switchboard.report().controllers[0]!.monitors.used).toBe(1);
    plant.unmute();
    expect(plant.controller().mostMonitors).toBe(1);
    expect(plant.controller().monitors.size).toBe(0);
    expect(plant.switchboard.report().controllers[0]!.monitors.used).toBe(0);
    expect(typesOf(plant.read(sessionId).events)).toEqual([]);
  });

  it('R-MON-01 of a whole controller: its events name the device concerned', () => {
    const [plant, sessionId] = ready();
    const set = plant.run({ name: 'advMonitorACD2AgentFeatures', request: { sessionId, icpId: 1 } });
    expect(set).toEqual({ ok: true, value: { icpId: 1 } });
    plant.controller().data = [{ role: 'FEATURE', attribute: 'FEATURE_EVENT_STATE', value: '1' }];
    plant.event(4001, 'ACD_AGENT', 'UNKNOWN', 'null', { localCallId: 0, globalCallId: 0n }, 0, 1, 'ACD2_AGENT_FEATURES');
    expect(plant.read(sessionId).events.at(-1)).toMatchObject({ type: 'ACD_AGENT', objectId: makeObjectId(1, 4001) });
    expect(codeOf(plant.run({ name: 'advStopMonitorACD2AgentFeatures', request: { sessionId, icpId: 1 } }))).toBe('ok');
    expect(plant.controller().monitors.size).toBe(0);
  });

  it('S-20 R-MON-01 a number that is no device or no controller means no monitor at all, whatever it spells', () => {
    const [plant, sessionId] = ready();
    // spelled as ids of monitors: presence at controller 1, and the features of a device at controller 1
    const presence = -controllerMonitorId(1, 'PRG_PRESENCE');
    const device = (makeObjectId(1, 10) - 6) / 16;
    for (const icpId of [device, 0, ICP_ID_END, Number.MAX_SAFE_INTEGER]) {
      expect(codeOf(plant.run({ name: 'monitorPRGPresence', request: { sessionId, icpId } })), String(icpId)).toBe(
        'CONTROLLER_UNKNOWN',
      );
      expect(codeOf(plant.run({ name: 'stopPRGPresenceMonitor', request: { sessionId, icpId } }))).toBe('CONTROLLER_UNKNOWN');
    }
    for (const objectId of [presence, 0, 1]) {
      expect(codeOf(plant.run({ name: 'monitorFeatures', request: { sessionId, objectId } })), String(objectId)).toBe(
        'OBJECT_NOT_FOUND',
      );
      expect(codeOf(plant.run({ name: 'stopFeatureMonitor', request: { sessionId, objectId } }))).toBe('OBJECT_NOT_FOUND');
    }
    expect(plant.controller().monitors.size).toBe(0);
  });

  it('R-SES-07 R-CLU-05 all kinds are set again after a restart and after a lost link', () => {
    const [plant, sessionId] = ready();
    const objectId = plant.monitor(sessionId, 1);
    plant.run({ name: 'monitorFeatures', request: { sessionId, objectId } });
    plant.run({ name: 'advMonitorConferences', request: { sessionId, icpId: 1 } });
    const kinds = () => [...plant.controller().monitors.values()].map(({ kind }) => kind).sort();
    plant.restart();
    plant.up();
    plant.pass(3000, [sessionId]);
    expect(kinds()).toEqual(['CONFERENCES', 'DEVICE', 'FEATURES']);
    plant.down().up();
    plant.pass(3000, [sessionId]);
    expect(kinds()).toEqual(['CONFERENCES', 'DEVICE', 'FEATURES']);
    const gaps = plant.read(sessionId).events.filter((event) => event.category === 'GAP');
    for (const gap of gaps) expect(gap.objectIds).toEqual([objectId]);
  });

  it('keys of other kinds are no devices: an application cannot name them', () => {
    const [plant, sessionId] = ready();
    for (const objectId of [featureMonitorId(makeObjectId(1, 1)), controllerMonitorId(1, 'BRIDGES'), 0])
      expect(codeOf(plant.run({ name: 'stopMonitor', request: { sessionId, objectId } }))).not.toBe('ok');
    expect(codeOf(plant.run({ name: 'monitorFeatures', request: { sessionId, objectId: 5 } }))).toBe('OBJECT_NOT_FOUND');
  });
});

describe('bulk', () => {
  it('R-MON-01 many monitors by one request: paced as single ones, with progress, and cleared by one', () => {
    const [plant, sessionId] = ready();
    const objectIds = Array.from({ length: 300 }, (_, index) => makeObjectId(1, index + 1));
    const begun = plant.run({ name: 'setMonitors', request: { sessionId, objectIds: [...objectIds, 5, objectIds[0]!] } });
    expect(begun).toMatchObject({ value: { total: 301, pending: expect.any(Number) as number, refused: [] } });
    const { bulkId } = (begun as { value: { bulkId: number } }).value;
    const progress = () => plant.run({ name: 'getMonitorsProgress', request: { sessionId, bulkId } });
    plant.pass(5000, [sessionId]);
    const halfway = (progress() as { value: { pending: number; done: number } }).value;
    expect(halfway.done).toBeGreaterThan(80);
    expect(halfway.done + halfway.pending).toBeGreaterThanOrEqual(300);
    plant.pass(15_000, [sessionId]);
    const refused = [{ objectId: 5, code: 'OBJECT_NOT_FOUND' }];
    expect(progress()).toMatchObject({ value: { total: 301, pending: 0, done: 300, refused } });
    expect(plant.controller().monitors.size).toBe(300);
    const perSecond = plant
      .controller()
      .startsAt.map((atMs, index, all) => all.slice(index).filter((later) => later < atMs + 1000).length);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(20);
    const cleared = plant.run({ name: 'clearMonitors', request: { sessionId, objectIds } });
    expect(cleared).toMatchObject({ value: { done: 300, pending: 0 } });
    expect(plant.controller().monitors.size).toBe(0);
  });

  it('tells of each device that could not be monitored, keeps to its session, and a key makes it one request', () => {
    const plant = new VirtualPlant(undefined, documentOf({ controllers: [grantOf(1, { monitorsMax: 2 })] })).up();
    const [sessionId, other] = [plant.login(), plant.login()];
    const objectIds = [1, 2, 3].map((handle) => makeObjectId(1, handle));
    const request = { sessionId, objectIds, idempotencyKey: 'b1' };
    const first = plant.run({ name: 'setMonitors', request });
    expect(first).toMatchObject({ value: { done: 0, pending: 2, refused: [{ objectId: objectIds[2], code: 'MONITOR_LIMIT' }] } });
    const again = plant.run({ name: 'setMonitors', request });
    expect(again).toMatchObject({ value: { ...(first as { value: object }).value, done: 2, pending: 0 } });
    expect(plant.controller().startsAt).toHaveLength(2);
    expect(codeOf(plant.run({ name: 'clearMonitors', request }))).toBe('IDEMPOTENCY_KEY_REUSED');
    const told = callEvents(plant.read(sessionId).events).map(({ type, objectId }) => `${type} ${objectId % 2 ** 32}`);
    expect(told.sort()).toEqual(['MONITOR_FAILED_EVENT 3', 'MONITOR_SET 1', 'MONITOR_SET 2']);
    const { bulkId } = (first as { value: { bulkId: number } }).value;
    expect(codeOf(plant.run({ name: 'getMonitorsProgress', request: { sessionId: other, bulkId } }))).toBe('NOT_FOUND');
  });
});

describe('the end of a monitor', () => {
  it('I1 that a session holds none is told only when the end before that is kept', () => {
    const [plant, sessionId] = ready();
    const objectId = plant.monitor(sessionId, 1);
    const stop = () => plant.ask({ name: 'stopMonitor', request: { sessionId, objectId } });
    const replies = [stop(), stop()].map((id) => plant.effects.find((one) => one.kind === 'reply' && one.requestId === id));
    expect(replies).toMatchObject([
      { kept: true, outcome: { ok: true } },
      { kept: true, outcome: { ok: false, refusal: { code: 'MONITOR_NOT_SET' } } },
    ]);
  });
});

describe('thrash', () => {
  const cycle = (plant: VirtualPlant, sessionId: number, handle = 1) => {
    const objectId = plant.monitor(sessionId, handle);
    expect(codeOf(plant.run({ name: 'stopMonitor', request: { sessionId, objectId } }))).toBe('ok');
  };

  it('R-MON-03 the same device set and cleared three times within a minute: a warning, and the monitor lingers', () => {
    const [plant, sessionId] = ready();
    cycle(plant, sessionId);
    cycle(plant, sessionId);
    expect(plant.controller().monitors.size).toBe(0);
    cycle(plant, sessionId);
    expect(plant.controller().monitors.size).toBe(1);
    expect(plant.effects.filter((effect) => effect.kind === 'note' && effect.level === 'warn')).toHaveLength(1);
    expect(plant.switchboard.report().monitors.used).toBe(0);
    const starts = plant.controller().startsAt.length;
    for (let count = 0; count < 20; count += 1) cycle(plant, sessionId);
    expect(plant.controller().startsAt).toHaveLength(starts);
    plant.pass(LINGER_MS + 1000, [sessionId]);
    expect(plant.controller().monitors.size).toBe(0);
    expect(plant.switchboard.report().controllers[0]?.monitors.used).toBe(0);
  });

  it("R-MON-03 slow changes are nobody's thrash, and a lingering monitor that is held again stays", () => {
    const [plant, sessionId] = ready();
    for (let count = 0; count < 4; count += 1) {
      cycle(plant, sessionId);
      plant.pass(40_000, [sessionId]);
    }
    expect(plant.controller().monitors.size).toBe(0);
    for (let count = 0; count < 3; count += 1) cycle(plant, sessionId);
    plant.monitor(sessionId, 1);
    plant.pass(LINGER_MS * 2, [sessionId]);
    expect(plant.controller().monitors.size).toBe(1);
  });

  it('R-LIM-04 what only lingers gives way to whoever needs its room, and the cap holds', () => {
    const plant = new VirtualPlant(undefined, documentOf({ controllers: [grantOf(1, { monitorsMax: 2 })] })).up();
    const sessionId = plant.login();
    for (let count = 0; count < 3; count += 1) cycle(plant, sessionId, 1);
    plant.monitor(sessionId, 2);
    expect(plant.controller().monitors.size).toBe(2);
    const asked = plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 3) } });
    plant.pass(2000, [sessionId]);
    expect(codeOf(plant.replies.get(asked))).toBe('ok');
    expect([...plant.controller().monitors.values()].map(({ handle }) => handle).sort()).toEqual([2, 3]);
    expect(plant.controller().mostMonitors).toBe(2);
    expect(codeOf(plant.run({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 4) } }))).toBe(
      'MONITOR_LIMIT',
    );
  });
});
