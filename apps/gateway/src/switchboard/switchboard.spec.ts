import { describe, expect, it } from 'vitest';
import { INSTANCE_LIMITS } from '#domain/limits';
import { documentRefusal } from './sessions/access-changes.js';
import { admitControllerMonitor, admitMonitor, controllerMonitorCap } from './sessions/admission.rules.js';
import { makeObjectId } from './numbering.rules.js';
import type { CoreOutcome } from './switchboard.port.js';
import {
  application,
  callEvents,
  documentOf,
  gaps,
  grantOf,
  limitsOf,
  settingsOf,
  typesOf,
  VirtualPlant,
} from './virtual-plant.fixture.js';

const codeOf = (outcome: CoreOutcome | undefined) =>
  outcome === undefined ? 'unanswered' : outcome.ok ? 'ok' : outcome.refusal.code;
const REST = { face: 'rest', clientAddress: '192.0.2.7' } as const;

describe('log-in', () => {
  it('R-SES-01 log-in, log-out; a log-in and a log-out are answered only when kept', () => {
    const plant = new VirtualPlant();
    const sessionId = plant.login();
    expect(plant.records).toEqual([expect.objectContaining({ t: 'session', id: sessionId })]);
    expect(codeOf(plant.run({ name: 'logout', request: { sessionId } }))).toBe('ok');
    expect(plant.records.at(-1)).toEqual({ t: 'session-end', id: sessionId });
    expect(plant.effects.filter((effect) => effect.kind === 'reply').every(({ kept }) => kept)).toBe(true);
    expect(codeOf(plant.run({ name: 'resetSessionTimer', request: { sessionId } }))).toBe('SESSION_INVALID');
  });

  it('answers the same to an unknown company, an unknown application and each wrong password', () => {
    const plant = new VirtualPlant();
    const wrong = 'f'.repeat(64);
    const outcomes = [
      { companyName: 'Other' },
      { applicationName: 'none' },
      { applicationPasswordSha256: wrong },
      { localPasswordSha256: wrong },
    ].map((facts) => plant.tryLogin(facts));
    expect(codeOf(outcomes[0])).toBe('LOGIN_REFUSED');
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(plant.switchboard.report().sessions.used).toBe(0);
  });

  it('R-SES-02 takes versions up to its own and names both when it refuses', () => {
    const plant = new VirtualPlant();
    for (const version of [undefined, '3.0', '4.0', '4.1', '4.1 SP5'])
      expect(codeOf(plant.tryLogin({ version })), version).toBe('ok');
    for (const version of ['4.1 SP6', '4.1.1', '4.2', '5.0']) {
      const outcome = plant.tryLogin({ version });
      expect(outcome).toMatchObject({
        refusal: { code: 'VERSION_NOT_SUPPORTED', detail: expect.stringContaining(version) as string },
      });
      expect(outcome).toMatchObject({ refusal: { detail: expect.stringContaining('4.1 SP5') as string } });
    }
  });

  it('R-ACL-01 only allowed applications; taking one off the list closes its sessions, with the reason', () => {
    const plant = new VirtualPlant();
    const sessionId = plant.login();
    plant.read(sessionId);
    plant.document(documentOf({ serial: 2, applications: [application('crm', { allowed: false })] }));
    expect(plant.effects).toContainEqual({ kind: 'wake', sessionId });
    expect(plant.run({ name: 'resetSessionTimer', request: { sessionId } })).toMatchObject({
      refusal: { code: 'SESSION_INVALID', detail: expect.stringContaining('access-control list') as string },
    });
    expect(codeOf(plant.tryLogin())).toBe('NOT_AUTHORISED');
  });

  it('an expired document refuses new log-ins only; a suspended tenant ends all', () => {
    const plant = new VirtualPlant();
    const sessionId = plant.login();
    plant.wallMs += 73 * 3_600_000;
    expect(codeOf(plant.tryLogin())).toBe('UNAVAILABLE');
    expect(codeOf(plant.run({ name: 'resetSessionTimer', request: { sessionId } }))).toBe('ok');
    plant.document(documentOf({ serial: 2, tenantStatus: 'suspended' }));
    expect(codeOf(plant.run({ name: 'resetSessionTimer', request: { sessionId } }))).toBe('SESSION_INVALID');
    expect(codeOf(plant.tryLogin())).toBe('TENANT_SUSPENDED');
  });

  it('takes no log-ins while draining or without a document; sessions go on', () => {
    const plant = new VirtualPlant();
    const sessionId = plant.login();
    plant.input({ kind: 'drain', on: true });
    expect(codeOf(plant.tryLogin())).toBe('DRAINING');
    expect(codeOf(plant.run({ name: 'resetSessionTimer', request: { sessionId } }))).toBe('ok');
    plant.input({ kind: 'drain', on: false });
    expect(codeOf(plant.tryLogin())).toBe('ok');
    expect(codeOf(new VirtualPlant(settingsOf(), null).tryLogin())).toBe('UNAVAILABLE');
  });

  it('R-SES-01 keep-alive closes silent sessions and frees what they held', () => {
    const plant = new VirtualPlant().up();
    const [quiet, alive] = [plant.login(), plant.login()];
    plant.monitor(quiet, 5);
    plant.pass(31_000, [alive]);
    expect(plant.switchboard.report()).toMatchObject({
      sessions: { used: 1 },
      monitors: { used: 0 },
      controllers: [{ monitors: { used: 0 } }],
    });
    expect(plant.controller().monitors.size).toBe(0);
    expect(codeOf(plant.run({ name: 'resetSessionTimer', request: { sessionId: quiet } }))).toBe('SESSION_INVALID');
  });

  it('R-SES-01 every request of a session is a sign of life, also one that is refused; after it the silence begins anew', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    for (let turn = 0; turn < 4; turn += 1) {
      plant.pass(20_000);
      const asked = turn % 2 === 0 ? makeObjectId(9, 1) : makeObjectId(1, 1);
      const outcome = plant.run({ name: 'monitorObject', request: { sessionId, objectId: asked } });
      expect(codeOf(outcome)).toBe(turn % 2 === 0 ? 'CONTROLLER_UNKNOWN' : 'ok');
    }
    plant.pass(29_000);
    expect(plant.switchboard.report().sessions.used).toBe(1);
    plant.pass(2000);
    expect(plant.switchboard.report()).toMatchObject({ sessions: { used: 0 }, monitors: { used: 0 } });
  });

  it('over REST the token has to fit; wrong session ids are slowed by client address, a proven session is not', () => {
    const plant = new VirtualPlant();
    const sessionId = plant.login();
    const request = { name: 'resetSessionTimer', request: { sessionId } } as const;
    const proven = { ...REST, tokenHash: 'c'.repeat(64) };
    expect(codeOf(plant.run(request, REST))).toBe('SESSION_INVALID');
    expect(codeOf(plant.run(request, { ...REST, tokenHash: 'd'.repeat(64) }))).toBe('SESSION_INVALID');
    expect(codeOf(plant.run(request, proven))).toBe('ok');
    for (let guess = 0; guess < 48; guess += 1)
      expect(codeOf(plant.run({ name: 'logout', request: { sessionId: 1000 + guess } }, REST))).toBe('SESSION_INVALID');
    expect(codeOf(plant.run({ name: 'logout', request: { sessionId: 5000 } }, REST))).toBe('RATE_LIMITED');
    expect(codeOf(plant.run(request, { ...REST, face: 'soap' }))).toBe('RATE_LIMITED');
    expect(codeOf(plant.run(request, proven))).toBe('ok');
    expect(codeOf(plant.run(request, { ...proven, clientAddress: '192.0.2.8' }))).toBe('ok');
    plant.pass(60_000, [sessionId]);
    expect(codeOf(plant.run(request, { ...REST, face: 'soap' }))).toBe('ok');
  });
});

describe('limits', () => {
  it('R-LIM-01 R-LIM-13 the 1500th session is admitted, the 1501st refused with limit, use and cap; a freed place is given again', () => {
    const plant = new VirtualPlant();
    const sessions = Array.from({ length: 1500 }, () => plant.login());
    expect(plant.tryLogin()).toEqual({
      ok: false,
      refusal: { code: 'SESSION_LIMIT', detail: 'sessions: 1500 of 1500 in use', limit: 'sessions', used: 1500, cap: 1500 },
    });
    plant.run({ name: 'logout', request: { sessionId: sessions[7]! } });
    expect(codeOf(plant.tryLogin())).toBe('ok');
    expect(codeOf(plant.tryLogin())).toBe('SESSION_LIMIT');
  });

  it('R-LIM-02 takes a document of 250 controllers and refuses one of 251', () => {
    const withControllers = (count: number) =>
      documentOf({ controllers: Array.from({ length: count }, (_, index) => grantOf(index + 1)) });
    expect(documentRefusal(withControllers(250), INSTANCE_LIMITS)).toBeUndefined();
    expect(documentRefusal(withControllers(251), INSTANCE_LIMITS)).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      limit: 'controllers',
      cap: 250,
    });
    expect(documentRefusal(withControllers(3), limitsOf({ controllers: 2 }))).toMatchObject({ limit: 'controllers', cap: 2 });
  });

  it('R-LIM-03 R-LIM-04 the 50,000th and the 5000th monitor are admitted, the next one is refused', () => {
    const refusalAt = (used: number) => [admitMonitor(used, INSTANCE_LIMITS)?.code, admitControllerMonitor(used, 5000)?.code];
    expect(refusalAt(4999)).toEqual([undefined, undefined]);
    expect(refusalAt(5000)).toEqual([undefined, 'MONITOR_LIMIT']);
    expect(refusalAt(49_999)[0]).toBeUndefined();
    expect(refusalAt(50_000)[0]).toBe('MONITOR_LIMIT');
    expect(controllerMonitorCap(5000, INSTANCE_LIMITS, 'powerpc')).toBe(2000);
  });

  it('R-LIM-03 counts monitors as applications hold them, those under way included', () => {
    const plant = new VirtualPlant(settingsOf({ limits: limitsOf({ monitors: 3 }) })).up();
    const [one, two] = [plant.login(), plant.login()];
    plant.monitor(one, 1);
    plant.controller().mute = true;
    plant.ask({ name: 'monitorObject', request: { sessionId: one, objectId: makeObjectId(1, 2) } });
    plant.ask({ name: 'monitorObject', request: { sessionId: two, objectId: makeObjectId(1, 2) } });
    expect(plant.run({ name: 'monitorObject', request: { sessionId: two, objectId: makeObjectId(1, 3) } })).toMatchObject({
      refusal: { code: 'MONITOR_LIMIT', limit: 'monitors', used: 3, cap: 3 },
    });
    plant.unmute();
    expect(plant.switchboard.report().monitors).toEqual({ used: 3, cap: 3 });
  });

  it('R-LIM-04 counts what stands on the controller: one per device however many hold it, until the stop is confirmed', () => {
    const plant = new VirtualPlant(settingsOf(), documentOf({ controllers: [grantOf(1, { monitorsMax: 1 })] })).up();
    const [one, two] = [plant.login(), plant.login()];
    plant.monitor(one, 1);
    plant.monitor(two, 1);
    const other = { name: 'monitorObject', request: { sessionId: two, objectId: makeObjectId(1, 2) } } as const;
    expect(plant.run(other)).toMatchObject({
      refusal: { code: 'MONITOR_LIMIT', limit: 'monitorsPerController', used: 1, cap: 1 },
    });
    plant.run({ name: 'stopMonitor', request: { sessionId: one, objectId: makeObjectId(1, 1) } });
    expect(codeOf(plant.run(other))).toBe('MONITOR_LIMIT');
    plant.controller().mute = true;
    plant.run({ name: 'stopMonitor', request: { sessionId: two, objectId: makeObjectId(1, 1) } });
    expect(codeOf(plant.run(other))).toBe('MONITOR_LIMIT');
    plant.unmute();
    expect(codeOf(plant.run(other))).toBe('ok');
    expect(plant.controller().mostMonitors).toBe(1);
  });

  it('R-MON-03 R-LIM-11 a session with a thousand starts does not make another wait for them', () => {
    const plant = new VirtualPlant().up();
    const [greedy, modest] = [plant.login(), plant.login()];
    for (let handle = 1; handle <= 400; handle += 1)
      plant.ask({ name: 'monitorObject', request: { sessionId: greedy, objectId: makeObjectId(1, handle) } });
    const asked = plant.ask({ name: 'monitorObject', request: { sessionId: modest, objectId: makeObjectId(1, 1000) } });
    plant.pass(1100, [greedy, modest]);
    expect(codeOf(plant.replies.get(asked))).toBe('ok');
    expect(plant.controller().startsAt.length).toBeLessThanOrEqual(40);
  });
});

describe('events', () => {
  it('R-CC-02 a call between two monitored phones gives seven events in order, with dense numbers', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const [caller, called] = [plant.monitor(sessionId, 1), plant.monitor(sessionId, 2)];
    const { cursor } = plant.read(sessionId);
    expect(plant.run({ name: 'makeCall', request: { sessionId, objectId: caller, number: '1002' } })).toEqual({
      ok: true,
      value: { localCallId: 41 },
    });
    const there = { localCallId: 77, globalCallId: 99n };
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    plant.event(2, 'RECEIVED', 'NEW_CALL', 'alerting', there);
    plant.event(1, 'DELIVERED', 'DELIVERED', 'delivered');
    plant.event(2, 'ESTABLISHED', 'ANSWERED_INVOKED', 'connected', there);
    plant.event(1, 'ESTABLISHED', 'ANSWERED', 'connected');
    plant.event(2, 'CLEARED', 'CLEAR_INVOKED', 'null', there);
    plant.event(1, 'CLEARED', 'CLEARED', 'null');
    const events = callEvents(plant.read(sessionId, cursor).events);
    const at = (objectId: number) =>
      events.filter((event) => event.objectId === objectId).map(({ type, cause, callState }) => `${type}/${cause}/${callState}`);
    expect(events).toHaveLength(7);
    expect(at(caller)).toEqual([
      'CALL_ORIGINATED/NEW_CALL/ORIGINATED',
      'CALL_DELIVERED/DELIVERED/DELIVERED',
      'CALL_ESTABLISHED/ANSWERED/ESTABLISHED',
      'CALL_CLEAR/CLEARED/IDLE',
    ]);
    expect(at(called)).toEqual([
      'CALL_RECEIVED/NEW_CALL/RECEIVED',
      'CALL_ESTABLISHED/ANSWERED_INVOKED/ESTABLISHED',
      'CALL_CLEAR/CLEAR_INVOKED/IDLE',
    ]);
    expect(events.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(events.map(({ globalCallId }) => globalCallId)).size).toBe(1);
    expect(events[0]).toMatchObject({
      eventId: '1-7-1-1',
      icpId: 1,
      eventTime: 1_800_000_000_000,
      source: 'live',
      featuresAllowed: ['SET_ACCOUNT_CODE', 'CLEAR_CALL'],
    });
  });

  it('R-MON-01 R-MON-04 two sessions on one device: one monitor on the controller, events to both; the last one out stops it', () => {
    const plant = new VirtualPlant().up();
    const [one, two] = [plant.login(), plant.login()];
    const objectId = plant.monitor(one, 1);
    plant.monitor(two, 1);
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    for (const sessionId of [one, two]) expect(typesOf(plant.read(sessionId).events)).toEqual(['MONITOR_SET', 'CALL_ORIGINATED']);
    expect(plant.controller().startsAt).toHaveLength(1);
    plant.run({ name: 'stopMonitor', request: { sessionId: one, objectId } });
    expect(plant.controller().monitors.size).toBe(1);
    plant.run({ name: 'stopMonitor', request: { sessionId: two, objectId } });
    expect(plant.controller().monitors.size).toBe(0);
    expect(codeOf(plant.run({ name: 'stopMonitor', request: { sessionId: two, objectId } }))).toBe('MONITOR_NOT_SET');
  });

  it('events that overtake the answer to their monitor are kept for it', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const controller = plant.controller();
    controller.mute = true;
    controller.calls.set(1, [{ localCallId: 41, globalCallId: 99n, localState: 'originated' }]);
    plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 1) } });
    const response = controller.answer(controller.unanswered.splice(0)[0]!);
    controller.mute = false;
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    plant.input({ kind: 'message', icpId: 1, message: response });
    expect(typesOf(plant.read(sessionId).events)).toEqual(['MONITOR_SET', 'CALL_ORIGINATED']);
  });

  it('R-CC-08 R-CC-09 a jump in the monitor sequence gives a gap that says how many, then a snapshot', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1);
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    plant.controller().calls.set(1, [{ localCallId: 50, globalCallId: 5n, localState: 'alerting' }]);
    plant.event(1, 'ESTABLISHED', 'ANSWERED', 'connected', undefined, 3);
    const { events } = plant.read(sessionId);
    expect(typesOf(events)).toEqual(['MONITOR_SET', 'CALL_ORIGINATED', 'EVENT_GAP', 'CALL_ESTABLISHED', 'CALL_RECEIVED']);
    expect(gaps(events)[0]).toMatchObject({ objectIds: [objectId], lost: 3, reason: 'missed' });
    expect(plant.effects.filter(({ kind }) => kind === 'note')).toMatchObject([{ level: 'warn', facts: { objectId, lost: 3 } }]);
    expect(events.at(-1)).toMatchObject({
      source: 'snapshot',
      localCallId: 50,
      callState: 'RECEIVED',
      featuresAllowed: ['ANSWER_CALL', 'REDIRECT_CALL', 'CLEAR_CALL', 'ASSIGN_CALLER_ID'],
    });
  });

  it('a snapshot does not overrule events that are newer than its question', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    const controller = plant.controller();
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated');
    controller.mute = true;
    plant.event(1, 'ESTABLISHED', 'ANSWERED', 'connected', undefined, 1);
    controller.calls.set(1, [{ localCallId: 41, globalCallId: 99n, localState: 'connected' }]);
    const asked = controller.unanswered.splice(0);
    const old = controller.answer(asked[0]!);
    plant.event(1, 'CLEARED', 'CLEARED', 'null');
    plant.input({ kind: 'message', icpId: 1, message: old });
    const { events } = plant.read(sessionId);
    expect(typesOf(events).slice(-2)).toEqual(['CALL_ESTABLISHED', 'CALL_CLEAR']);
  });

  it('R-CC-09 an overflowing log says what it lost and how those calls stand now', () => {
    const plant = new VirtualPlant(settingsOf({ eventLog: { perSessionMax: 8, retentionMs: 60_000 } })).up();
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1);
    for (let call = 1; call <= 3; call += 1)
      plant.event(1, 'RECEIVED', 'NEW_CALL', 'alerting', { localCallId: call, globalCallId: BigInt(call) });
    for (let repeat = 0; repeat < 7; repeat += 1) plant.event(1, 'IN_SERVICE', 'DEVICE_IN_SERVICE', 'null');
    plant.event(1, 'CLEARED', 'CLEARED', 'null', { localCallId: 1, globalCallId: 1n });
    const first = plant.read(sessionId);
    expect(typesOf(first.events)).toEqual(['EVENT_GAP', ...Array.from({ length: 7 }, () => 'IN_SERVICE'), 'CALL_CLEAR']);
    expect(gaps(first.events)[0]).toMatchObject({ lost: 4, objectIds: [objectId], reason: 'overflow', seq: 1 });
    const second = plant.read(sessionId, first.cursor);
    expect(second.events.every(({ source }) => source === 'snapshot')).toBe(true);
    const described = callEvents(second.events).map(({ localCallId, type }) => `${localCallId} ${type}`);
    expect(described).toEqual(['2 CALL_RECEIVED', '3 CALL_RECEIVED', '1 CALL_CLEAR']);
    expect(second.events[0]?.seq).toBe(10);
  });

  it('plain and numbered reading, one event at a time', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.monitor(sessionId, 2);
    const next = (numberedAfter?: number) => plant.run({ name: 'nextEvent', request: { sessionId, numberedAfter } });
    expect(next()).toMatchObject({ value: { eventNumber: 1, event: { type: 'MONITOR_SET' } } });
    expect(next()).toMatchObject({ value: { eventNumber: 2 } });
    expect(next()).toEqual({ ok: true, value: undefined });
    expect(next(0)).toMatchObject({ value: { eventNumber: 1 } });
    expect(next(1)).toMatchObject({ value: { eventNumber: 2 } });
    expect(next(2)).toEqual({ ok: true, value: undefined });
  });

  it('a cursor ahead of the log is refused; one of an older epoch begins with the gap', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1);
    const { cursor } = plant.read(sessionId);
    expect(cursor).toBe('1.0.1');
    for (const after of ['1.0.2', '1.1.0', '2.0.0'])
      expect(codeOf(plant.run({ name: 'getEvents', request: { sessionId, after, waitMs: 0, max: 10 } }))).toBe(
        'EVENT_CURSOR_INVALID',
      );
    plant.restart();
    plant.up();
    plant.pass(1100);
    const { events } = plant.read(sessionId, cursor);
    expect(events[0]).toMatchObject({
      type: 'EVENT_GAP',
      seq: 1,
      epoch: { major: 1, minor: 1 },
      objectIds: [objectId],
      reason: 'restart',
      lost: null,
    });
    expect(typesOf(events)).toEqual(['EVENT_GAP', 'ICP_COMMUNICATION_EVENT', 'MONITOR_SET']);
  });
});

describe('links', () => {
  it('R-CLU-05 link loss: commands refused at once, pending ones unknown, status, gap; on return monitors, live calls first, and snapshots', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    for (let handle = 1; handle <= 30; handle += 1)
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } });
    plant.pass(3000, [sessionId]);
    plant.event(30, 'RECEIVED', 'NEW_CALL', 'alerting');
    const { cursor } = plant.read(sessionId);
    plant.controller().mute = true;
    const [lookUp, call] = [
      plant.ask({ name: 'getPhoneNumberId', request: { sessionId, icpId: 1, primeDn: '5' } }),
      plant.ask({ name: 'makeCall', request: { sessionId, objectId: makeObjectId(1, 1), number: '9' } }),
    ];
    plant.down();
    plant.controller().mute = false;
    expect(codeOf(plant.replies.get(lookUp))).toBe('CONTROLLER_DISCONNECTED');
    expect(codeOf(plant.replies.get(call))).toBe('CONTROLLER_TIMEOUT');
    expect(codeOf(plant.run({ name: 'makeCall', request: { sessionId, objectId: makeObjectId(1, 1), number: '9' } }))).toBe(
      'CONTROLLER_DISCONNECTED',
    );
    const lost = plant.read(sessionId, cursor);
    expect(typesOf(lost.events)).toEqual(['EVENT_GAP', 'ICP_COMMUNICATION_EVENT']);
    expect(gaps(lost.events)[0]).toMatchObject({ reason: 'link-lost', lost: null });
    expect(gaps(lost.events)[0]?.objectIds).toHaveLength(30);
    const before = plant.controller().received.length;
    plant.up();
    expect(plant.controller().received[before]).toMatchObject({ type: 'MONITOR_START', target: 30 });
    plant.pass(3000, [sessionId]);
    expect(plant.controller().monitors.size).toBe(30);
    const back = plant.read(sessionId, lost.cursor).events;
    expect(back[0]).toMatchObject({ type: 'ICP_COMMUNICATION_EVENT', connectionState: 'CONNECTED' });
    expect(back).toContainEqual(
      expect.objectContaining({ type: 'CALL_CLEAR', source: 'snapshot', objectId: makeObjectId(1, 30) }),
    );
  });

  it('R-CC-08 who comes to a monitor that is being set again is told of the calls others know already', () => {
    const plant = new VirtualPlant().up();
    const [first, second] = [plant.login(), plant.login()];
    plant.controller().calls.set(1, [{ localCallId: 8, globalCallId: 108n, localState: 'alerting' }]);
    const objectId = plant.monitor(first, 1);
    plant.down();
    plant.controller().mute = true;
    plant.up();
    plant.pass(1100, [first, second]);
    const asked = plant.ask({ name: 'monitorObject', request: { sessionId: second, objectId } });
    plant.unmute();
    plant.pass(1100, [first, second]);
    expect(plant.replies.get(asked)).toMatchObject({ ok: true });
    expect(typesOf(plant.read(second).events).slice(-2)).toEqual(['MONITOR_SET', 'CALL_RECEIVED']);
  });

  it('a flapping link floods nobody: no second gap before the monitors stood again', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.controller().mute = true;
    for (let flap = 0; flap < 5; flap += 1) plant.down().up();
    expect(gaps(plant.read(sessionId).events)).toHaveLength(1);
  });

  it('R-CLU-06 a command that is not answered in time: outcome unknown; a lookup likewise', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.controller().mute = true;
    const asked = [
      plant.ask({ name: 'clearCall', request: { sessionId, objectId: makeObjectId(1, 1), localCallId: 3 } }),
      plant.ask({ name: 'getPhoneNumberId', request: { sessionId, icpId: 1, primeDn: '5' } }),
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 1) } }),
    ];
    plant.pass(9_900, [sessionId]);
    expect(asked.map((id) => codeOf(plant.replies.get(id)))).toEqual(['unanswered', 'unanswered', 'unanswered']);
    plant.pass(500, [sessionId]);
    expect(asked.map((id) => codeOf(plant.replies.get(id)))).toEqual([
      'CONTROLLER_TIMEOUT',
      'CONTROLLER_TIMEOUT',
      'CONTROLLER_TIMEOUT',
    ]);
    expect(plant.switchboard.report()).toMatchObject({ monitors: { used: 0 }, controllers: [{ monitors: { used: 1 } }] });
    plant.unmute();
    expect(plant.controller().monitors.size).toBe(0);
    expect(plant.switchboard.report().controllers[0]?.monitors.used).toBe(0);
  });

  it('R-CLU-07 a disabled controller and a forbidding class of service: PRIVILEGE_VIOLATION', () => {
    const plant = new VirtualPlant(settingsOf(), documentOf({ controllers: [grantOf(1), grantOf(2, { enabled: false })] })).up();
    const sessionId = plant.login();
    expect(codeOf(plant.run({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(2, 1) } }))).toBe(
      'PRIVILEGE_VIOLATION',
    );
    expect(plant.effects).toContainEqual({ kind: 'controllers', targets: [{ icpId: 1, address: '127.9.0.1', port: 5320 }] });
    plant.controller().startResult = 'NOT_ALLOWED';
    expect(codeOf(plant.run({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 1) } }))).toBe(
      'PRIVILEGE_VIOLATION',
    );
    expect(plant.switchboard.report()).toMatchObject({ monitors: { used: 0 } });
  });

  it('a removed controller takes its monitors with it, and says so', () => {
    const plant = new VirtualPlant(settingsOf(), documentOf({ controllers: [grantOf(1), grantOf(2)] })).up().up(2);
    const sessionId = plant.login();
    plant.monitor(sessionId, 1, 2);
    plant.document(documentOf({ serial: 2 }));
    expect(typesOf(plant.read(sessionId).events)).toContain('MONITOR_FAILED_EVENT');
    expect(plant.switchboard.report().monitors.used).toBe(0);
    expect(codeOf(plant.run({ name: 'getPhoneNumberId', request: { sessionId, icpId: 2, primeDn: '1' } }))).toBe(
      'CONTROLLER_UNKNOWN',
    );
  });

  it('a monitor the controller cannot take back at once is tried again; one it refuses for good fails by an event', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.down();
    plant.controller().startResult = 'OVERLOADED';
    plant.up();
    plant.pass(900, [sessionId]);
    plant.controller().startResult = 'OK';
    plant.pass(1500, [sessionId]);
    expect(plant.controller().monitors.size).toBe(1);
    plant.down();
    plant.controller().startResult = 'NOT_ALLOWED';
    plant.up();
    const { events } = plant.read(sessionId);
    expect(events.at(-1)).toMatchObject({ type: 'MONITOR_FAILED_EVENT', cause: 'PRIVILEGE_VIOLATION' });
    expect(plant.switchboard.report().monitors.used).toBe(0);
  });
});

describe('idempotency', () => {
  const call = (sessionId: number, more = {}) =>
    ({
      name: 'makeCall',
      request: { sessionId, objectId: makeObjectId(1, 1), number: '1002', idempotencyKey: 'k1', ...more },
    }) as const;
  const dialled = (plant: VirtualPlant) => plant.controller().received.filter(({ type }) => type === 'MAKE_CALL').length;

  it('a repeated makeCall never dials twice, in this session or the next; another request under the key is refused', () => {
    const plant = new VirtualPlant().up();
    const [one, two] = [plant.login(), plant.login()];
    const first = plant.run(call(one));
    expect(first).toEqual({ ok: true, value: { localCallId: 41 } });
    expect(plant.run(call(one))).toEqual(first);
    expect(plant.run(call(two))).toEqual(first);
    expect(codeOf(plant.run(call(one, { number: '1003' })))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(dialled(plant)).toBe(1);
    plant.pass(599_000, [one, two]);
    plant.run(call(one));
    expect(dialled(plant)).toBe(1);
    plant.pass(2000, [one, two]);
    plant.run(call(one));
    expect(dialled(plant)).toBe(2);
  });

  it('the key is kept before the call leaves, and outlives the incarnation: unknown, not dialled again', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.controller().mute = true;
    const asked = plant.ask(call(sessionId));
    expect(plant.effects.at(-1)).toMatchObject({ kind: 'send', kept: true });
    expect(plant.effects.at(-2)).toMatchObject({ kind: 'journal', record: { t: 'key' } });
    expect(plant.replies.has(plant.ask(call(sessionId)))).toBe(false);
    expect(plant.replies.has(asked)).toBe(false);
    plant.restart();
    plant.controller().mute = false;
    plant.up();
    expect(codeOf(plant.run(call(sessionId)))).toBe('CONTROLLER_TIMEOUT');
    expect(dialled(plant)).toBe(1);
  });

  it('I7 repeats of a request that is under way are answered with it; more than a few are told to come again', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.controller().mute = true;
    const asked = Array.from({ length: 17 }, () => plant.ask(call(sessionId)));
    expect(codeOf(plant.run(call(sessionId)))).toBe('IDEMPOTENCY_KEY_IN_USE');
    plant.unmute();
    for (const one of asked) expect(plant.replies.get(one)).toEqual({ ok: true, value: { localCallId: 41 } });
    expect(dialled(plant)).toBe(1);
  });

  it('a late answer tells the key what the application could not be told in time', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.controller().mute = true;
    const asked = plant.ask(call(sessionId));
    plant.pass(10_500, [sessionId]);
    expect(codeOf(plant.replies.get(asked))).toBe('CONTROLLER_TIMEOUT');
    plant.unmute();
    expect(plant.run(call(sessionId))).toEqual({ ok: true, value: { localCallId: 41 } });
    expect(dialled(plant)).toBe(1);
  });

  it('what was never sent is forgotten and may be tried again', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.controller().connected = false;
    expect(codeOf(plant.run(call(sessionId, { idempotencyKey: 'k2' })))).toBe('RATE_LIMITED');
    plant.controller().connected = true;
    expect(codeOf(plant.run(call(sessionId, { idempotencyKey: 'k2' })))).toBe('ok');
  });
});

describe('journal', () => {
  it('while nothing can be kept, changes are refused and reads go on', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1);
    plant.input({ kind: 'journal', healthy: false });
    const before = plant.switchboard.report();
    expect(codeOf(plant.tryLogin())).toBe('UNAVAILABLE');
    expect(codeOf(plant.run({ name: 'logout', request: { sessionId } }))).toBe('UNAVAILABLE');
    expect(codeOf(plant.run({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 2) } }))).toBe(
      'UNAVAILABLE',
    );
    expect(codeOf(plant.run({ name: 'stopMonitor', request: { sessionId, objectId } }))).toBe('UNAVAILABLE');
    expect(plant.switchboard.report()).toEqual(before);
    expect(plant.read(sessionId).events).toHaveLength(1);
    expect(codeOf(plant.run({ name: 'getPhoneNumberId', request: { sessionId, icpId: 1, primeDn: '3' } }))).toBe('ok');
    plant.input({ kind: 'journal', healthy: true });
    expect(codeOf(plant.tryLogin())).toBe('ok');
  });

  it('R-SES-07 what was acknowledged is there after a restart, from the records and from a compact journal alike', () => {
    const plant = new VirtualPlant().up();
    const [kept, gone] = [plant.login(), plant.login()];
    const objectId = plant.monitor(kept, 1);
    plant.monitor(gone, 1);
    plant.monitor(kept, 2);
    plant.run({ name: 'stopMonitor', request: { sessionId: kept, objectId: makeObjectId(1, 2) } });
    plant.run({ name: 'logout', request: { sessionId: gone } });
    const compact = [...plant.switchboard.records()];
    plant.restart();
    expect([...plant.switchboard.records()]).toEqual(compact);
    expect(compact).toHaveLength(2);
    plant.up();
    expect(plant.controller().monitors.size, 'not within the second in which the dead one may have used up the pace').toBe(0);
    plant.pass(1100);
    expect(plant.controller().monitors.size).toBe(1);
    plant.event(1, 'RECEIVED', 'NEW_CALL', 'alerting');
    expect(plant.read(kept).events.at(-1)).toMatchObject({ type: 'CALL_RECEIVED', objectId });
    expect(codeOf(plant.run({ name: 'resetSessionTimer', request: { sessionId: gone } }))).toBe('SESSION_INVALID');
  });

  it('I12 R-SES-01 a process that was stopped itself does not end the sessions it could not hear', () => {
    const plant = new VirtualPlant();
    const sessionId = plant.login();
    plant.pass(1000);
    plant.nowMs += 40_000;
    plant.input({ kind: 'tick' });
    expect(plant.run({ name: 'resetSessionTimer', request: { sessionId } }).ok).toBe(true);
    plant.pass(31_000);
    expect(plant.run({ name: 'resetSessionTimer', request: { sessionId } }).ok).toBe(false);
  });
});
