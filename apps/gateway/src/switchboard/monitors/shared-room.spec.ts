import { describe, expect, it } from 'vitest';
import type { AccessDocument } from '#contracts/gateway-admin';
import { makeObjectId } from '../numbering.rules.js';
import { application, documentOf, gaps, grantOf, limitsOf, settingsOf, VirtualPlant } from '../virtual-plant.fixture.js';

type Shared = NonNullable<AccessDocument['controllers'][number]['shared']>;
const WALL_START = 1_800_000_000_000;
/** Our part of a controller that takes ten monitors. */
const partOf = (monitorsMax: number, more: Partial<Shared> = {}): AccessDocument =>
  documentOf({
    applications: [application('crm'), application('other')],
    controllers: [grantOf(1, { monitorsMax, shared: { startsPerSecond: 20, monitorsCap: 10, refusedUpTo: 0, ...more } })],
  });

class SharedPlant extends VirtualPlant {
  readonly sessionId = this.login();

  constructor(monitorsMax: number, more: Partial<Shared> = {}) {
    super(settingsOf(), partOf(monitorsMax, more));
    this.up();
  }

  /** Asks for a monitor; answers the number of the request. */
  want(handle: number): number {
    return this.ask({ name: 'monitorObject', request: { sessionId: this.sessionId, objectId: makeObjectId(1, handle) } });
  }

  /** A session of another application. */
  another(): number {
    const outcome = this.tryLogin({ applicationName: 'other' });
    if (!outcome.ok) throw new Error(outcome.refusal.code);
    return (outcome.value as { sessionId: number }).sessionId;
  }

  told(requestId: number): string | undefined {
    const outcome = this.replies.get(requestId);
    return outcome && (outcome.ok ? 'ok' : outcome.refusal.code);
  }

  get shared() {
    return this.switchboard.report().controllers[0]!.shared!;
  }
}

describe('a part of a controller that several instances share', () => {
  it('R-LIM-04 what our part has no room for waits until we are given more, in the order asked', () => {
    const plant = new SharedPlant(2);
    const asks = [1, 2, 3, 4].map((handle) => plant.want(handle));
    expect(asks.map((ask) => plant.told(ask))).toEqual(['ok', 'ok', undefined, undefined]);
    expect(plant.shared).toMatchObject({ monitorsWanted: 2 });
    expect(plant.switchboard.wants).toBe(true);
    plant.document(partOf(3));
    expect(asks.map((ask) => plant.told(ask))).toEqual(['ok', 'ok', 'ok', undefined]);
    // a place of our own comes free: the one that waits has it, not one that comes now
    plant.run({ name: 'stopMonitor', request: { sessionId: plant.sessionId, objectId: makeObjectId(1, 1) } });
    const late = plant.want(5);
    plant.pass(300, [plant.sessionId]);
    expect([plant.told(asks[3]!), plant.told(late)]).toEqual(['ok', undefined]);
    expect(plant.controller().monitors.size).toBe(3);
  });

  it('R-LIM-13 room is given to applications in turn: one that waits for many does not keep another waiting', () => {
    const plant = new SharedPlant(1);
    const other = plant.another();
    plant.want(1);
    const many = [2, 3, 4, 5].map((handle) => plant.want(handle));
    const one = plant.ask({ name: 'monitorObject', request: { sessionId: other, objectId: makeObjectId(1, 6) } });
    const told = () => [...many, one].map((ask) => plant.told(ask));
    plant.document(partOf(2));
    expect(told()).toEqual(['ok', undefined, undefined, undefined, undefined]);
    plant.document(partOf(3));
    expect(told()).toEqual(['ok', undefined, undefined, undefined, 'ok']);
    plant.document(partOf(4));
    expect(told()).toEqual(['ok', 'ok', undefined, undefined, 'ok']);
  });

  it('R-LIM-13 where a thousand wait, one of an application that has none among them still may', () => {
    const plant = new SharedPlant(1);
    const other = plant.another();
    plant.want(1);
    const many = Array.from({ length: 1000 }, (_, at) => plant.want(at + 2));
    expect(plant.told(plant.want(2000))).toBe('RATE_LIMITED');
    const one = plant.ask({ name: 'monitorObject', request: { sessionId: other, objectId: makeObjectId(1, 3000) } });
    expect([plant.told(many[998]!), plant.told(many[999]!), plant.told(one)]).toEqual([undefined, 'RATE_LIMITED', undefined]);
    plant.document(partOf(3));
    expect([plant.told(many[0]!), plant.told(many[1]!), plant.told(one)]).toEqual(['ok', undefined, 'ok']);
  });

  it('R-LIM-13 is refused with limit, use and cap of all together once the control plane says that there is no room', () => {
    const plant = new SharedPlant(1);
    plant.want(1);
    const early = plant.want(2);
    const { askedUpTo } = plant.shared;
    plant.pass(500, [plant.sessionId]);
    const later = plant.want(3);
    plant.document(partOf(1, { refusedUpTo: askedUpTo }));
    expect(plant.replies.get(early)).toEqual({
      ok: false,
      refusal: {
        code: 'MONITOR_LIMIT',
        detail: 'monitorsPerController: 10 of 10 in use by all instances together',
        limit: 'monitorsPerController',
        used: 10,
        cap: 10,
      },
    });
    // that answer was not for the one who came after it was asked for
    expect(plant.told(later)).toBeUndefined();
    expect(plant.shared.askedUpTo).toBeGreaterThan(askedUpTo);
    // a later incarnation counts on from there
    plant.restart(partOf(1, { refusedUpTo: plant.shared.askedUpTo }));
    plant.up();
    plant.pass(1100);
    const again = plant.want(4);
    expect(plant.told(again)).toBeUndefined();
  });

  it('R-LIM-04 nobody listens: BUDGET_UNAVAILABLE in time, at once for whoever comes after, until somebody is heard again', () => {
    const plant = new SharedPlant(1);
    plant.want(1);
    const ask = plant.want(2);
    plant.pass(5900, [plant.sessionId]);
    expect(plant.told(ask)).toBeUndefined();
    plant.pass(400, [plant.sessionId]);
    expect(plant.replies.get(ask)).toMatchObject({
      refusal: { code: 'BUDGET_UNAVAILABLE', retryAfterMs: 1000, used: 1, cap: 1 },
    });
    expect(plant.told(plant.want(3))).toBe('BUDGET_UNAVAILABLE');
    // whoever looks next still learns that something is wanted
    expect(plant.shared.monitorsWanted).toBe(1);
    plant.document(partOf(1));
    const heard = plant.want(3);
    expect(plant.told(heard)).toBeUndefined();
    plant.document(partOf(2));
    expect(plant.told(heard)).toBe('ok');
  });

  it('an ask that is given up, with its monitor or its session, is answered and takes no place later', () => {
    const plant = new SharedPlant(1);
    plant.want(1);
    const [stopped, left] = [plant.want(2), plant.want(3)];
    const stop = { name: 'stopMonitor', request: { sessionId: plant.sessionId, objectId: makeObjectId(1, 2) } } as const;
    expect(plant.run(stop)).toEqual({ ok: true, value: {} });
    expect(plant.run(stop)).toMatchObject({ refusal: { code: 'MONITOR_NOT_SET' } });
    expect([plant.told(stopped), plant.told(left)]).toEqual(['MONITOR_NOT_SET', undefined]);
    plant.run({ name: 'logout', request: { sessionId: plant.sessionId } });
    expect(plant.told(left)).toBe('SESSION_INVALID');
    plant.document(partOf(10));
    expect(plant.switchboard.report()).toMatchObject({ monitors: { used: 0 }, controllers: [{ monitors: { used: 0 } }] });
  });

  it('limits of our own refuse at once: there is nothing to ask for', () => {
    const plant = new VirtualPlant(settingsOf({ limits: limitsOf({ monitorsPerController: 1 }) }), partOf(1)).up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    expect(plant.run({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 2) } })).toMatchObject({
      refusal: { code: 'MONITOR_LIMIT', used: 1, cap: 1 },
    });
  });

  it('R-SES-07 a lower part takes nothing away: what was held is set again after a lost link, and nothing is added', () => {
    const plant = new SharedPlant(4);
    for (const handle of [1, 2, 3]) plant.want(handle);
    plant.document(partOf(1));
    expect(plant.switchboard.report().controllers[0]!.monitors).toEqual({ used: 3, cap: 3 });
    plant.down().up();
    plant.pass(2000, [plant.sessionId]);
    expect(plant.controller().monitors.size).toBe(3);
    expect(plant.told(plant.want(4))).toBeUndefined();
    plant.run({ name: 'stopMonitor', request: { sessionId: plant.sessionId, objectId: makeObjectId(1, 3) } });
    expect(plant.switchboard.report().controllers[0]!.monitors).toEqual({ used: 2, cap: 2 });
  });

  it('R-LIM-11 keeps to its part of the pace and says when that is too little', () => {
    const plant = new SharedPlant(10, { startsPerSecond: 2 });
    plant.pass(2000, [plant.sessionId]);
    const before = plant.controller().startsAt.length;
    for (let handle = 1; handle <= 9; handle += 1) plant.want(handle);
    plant.pass(900, [plant.sessionId]);
    expect(plant.controller().startsAt.length - before).toBe(2);
    expect(plant.shared).toMatchObject({ startsPerSecond: 2, startsWanted: true });
    expect(plant.switchboard.wants).toBe(true);
    plant.document(partOf(10, { startsPerSecond: 12 }));
    plant.pass(900, [plant.sessionId]);
    expect(plant.controller().startsAt.length - before, 'what it grew by was somebody else’s until now').toBeLessThanOrEqual(4);
    plant.pass(1000, [plant.sessionId]);
    expect(plant.controller().startsAt.length - before).toBe(9);
    expect(plant.shared).toMatchObject({ startsWanted: false });
  });

  it('R-LIM-11 starts that are never answered keep their places until something else shows that they were read', () => {
    const plant = new VirtualPlant(settingsOf({ monitorStartsPerSecond: 2 })).up();
    const sessionId = plant.login();
    const controller = plant.controller();
    controller.mute = true;
    for (const handle of [1, 2, 3])
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } });
    plant.pass(9000, [sessionId]);
    expect(controller.startsAt).toHaveLength(2);
    // timed out: the probe that follows is answered, the starts never are
    plant.pass(1500, [sessionId]);
    expect(controller.startsAt).toHaveLength(2);
    const probe = controller.received.filter(({ type }) => type === 'SNAPSHOT_CALLS').at(-1)!;
    plant.input({ kind: 'message', icpId: 1, message: controller.answer(probe) });
    plant.pass(900, [sessionId]);
    expect(controller.startsAt).toHaveLength(2);
    plant.pass(300, [sessionId]);
    expect(controller.startsAt).toHaveLength(3);
  });
});

describe('a lost link', () => {
  it('R-CLU-05 the gap begins when the controller was last heard, not when the silence was noticed', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.pass(10_000, [sessionId]);
    plant.input({ kind: 'link', icpId: 1, state: 'CONNECTION_FAILURE', reason: 'silence', silentMs: 6000.4 });
    const [gap] = gaps(plant.read(sessionId).events);
    expect(gap).toMatchObject({ reason: 'link-lost', since: Math.floor(WALL_START + plant.nowMs - 6000.4) });
  });

  const clear = (plant: SharedPlant, handle: number) =>
    plant.run({ name: 'stopMonitor', request: { sessionId: plant.sessionId, objectId: makeObjectId(1, handle) } });
  const used = (plant: SharedPlant) => plant.switchboard.report().controllers[0]!.monitors.used;

  it('R-LIM-04 R-MON-03 what lingers beyond a smaller part gives way at once, and counts as ours until the controller has confirmed that', () => {
    const plant = new SharedPlant(3);
    for (let count = 0; count < 3; count += 1) {
      plant.want(1);
      clear(plant, 1);
    }
    plant.want(2);
    expect([plant.controller().monitors.size, used(plant)]).toEqual([2, 1]);
    plant.document(partOf(2));
    expect([plant.controller().monitors.size, used(plant)]).toEqual([2, 1]);
    plant.controller().mute = true;
    plant.document(partOf(1));
    expect(used(plant)).toBe(2);
    plant.unmute();
    expect([plant.controller().monitors.size, used(plant)]).toEqual([1, 1]);
  });

  it('R-LIM-04 R-MON-03 what is cleared while we hold more than our part does not linger', () => {
    const plant = new SharedPlant(3);
    for (let count = 0; count < 3; count += 1) {
      plant.want(1);
      if (count < 2) clear(plant, 1);
    }
    for (const handle of [2, 3]) plant.want(handle);
    plant.document(partOf(2));
    expect(used(plant)).toBe(3);
    clear(plant, 1);
    expect([plant.controller().monitors.size, used(plant)]).toEqual([2, 2]);
  });

  it('R-LIM-04 R-SES-07 what the journal brings back beyond our part does not become ours with the next document', () => {
    const plant = new SharedPlant(3);
    for (const handle of [1, 2, 3]) plant.want(handle);
    plant.restart(partOf(1));
    plant.document(partOf(2));
    plant.up();
    plant.pass(3000, [plant.sessionId]);
    expect([plant.controller().monitors.size, used(plant)]).toEqual([2, 2]);
  });
});
