import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationResponse } from '#contracts/application-api';
import { TRAITS } from '#southbound/messages';
import { makeObjectId } from '../numbering.rules.js';
import { handovers, HANDLE, NO_CALL, OBJECT_ID, OTHER_ID, ready, ResilientPlant, two } from './resilient-plant.fixture.js';
import { callEvents, gaps, grantOf, typesOf } from '../virtual-plant.fixture.js';

const HANDOVER = { type: 'RESILIENT_DEVICE', cause: 'RESILIENT_INFO_UPDATE' };

describe('monitors of resilient devices', () => {
  it('R-RES-01 stand at both controllers; the second one is told, costs no licence and no place of the instance, but one at its controller', () => {
    const licences = { pools: [{ pool: 'standard', granted: 1, entitled: 1, full: true }] };
    const { plant, sessionId, events } = ready(new ResilientPlant(two({ licences })));
    expect(plant.standing()).toEqual([1, 1]);
    expect(typesOf(events)).toEqual(['MONITOR_SET', 'RESILIENT_DEVICE']);
    expect(events[1]).toMatchObject({
      cause: 'SECONDARY_MONITOR_SET',
      objectId: OBJECT_ID,
      icpId: 2,
      icpRole: 'secondary',
      resilience: { primaryIcpAddress: '127.9.0.1', secondaryIcpAddress: '127.9.0.2', activeIcpId: 1 },
    });
    const report = plant.switchboard.report();
    expect([report.monitors.used, report.devices]).toEqual([1, { wanted: 1, standing: 1 }]);
    expect(report.licences.pools).toMatchObject([{ pool: 'standard', used: 1 }]);
    expect(report.controllers.map(({ monitors }) => monitors.used)).toEqual([1, 1]);
    expect(plant.run({ name: 'stopMonitor', request: { sessionId, objectId: OBJECT_ID } }).ok).toBe(true);
    expect(plant.standing()).toEqual([0, 0]);
    expect(plant.switchboard.report().controllers.map(({ monitors }) => monitors.used)).toEqual([0, 0]);
  });

  it.each([
    ['6.0 SP2', false, 0],
    ['6.0 SP3', false, 1],
    ['1.2 SP1', false, 0],
    ['1.2 SP1', true, 1],
  ])(
    'R-SES-02 at a controller of release %s (multi-instance: %s) are followed from 6.0 SP3 on',
    (release, multiInstance, secondaries) => {
      const controllers = [grantOf(1, { release, multiInstance }), grantOf(2)];
      const { plant, events } = ready(new ResilientPlant(two({ controllers })));
      expect(plant.standing()).toEqual([1, secondaries]);
      const told = plant.effects.flatMap((effect) => (effect.kind === 'note' ? [effect.text] : []));
      const tooOld = told.filter((text) => text.includes('too old'));
      expect([typesOf(events).includes('RESILIENT_DEVICE'), tooOld.length]).toEqual(secondaries === 1 ? [true, 0] : [false, 1]);
    },
  );

  it('R-RES-03 a move is told once, and its events go on under the same id, from the other controller', () => {
    const { plant, sessionId, cursor } = ready();
    plant.leaves(1);
    plant.comesTo(2);
    plant.talks(2, 5);
    const there = plant.read(sessionId, cursor);
    expect(typesOf(there.events)).toEqual(['RESILIENT_DEVICE', 'CALL_RECEIVED', 'CALL_ESTABLISHED']);
    expect(there.events[0]).toMatchObject({ ...HANDOVER, objectId: OBJECT_ID, icpId: 2, resilience: { activeIcpId: 2 } });
    for (const event of there.events) expect(event).toMatchObject({ objectId: OBJECT_ID, icpId: 2, icpRole: 'secondary' });
    expect(plant.commanded(sessionId)).toBe(2);
    plant.event(HANDLE, 'CLEARED', 'CLEARED', 'null', { localCallId: 5, globalCallId: 105n }, 0, 2);
    plant.comesTo(1);
    plant.leaves(2);
    plant.talks(1, 6);
    const back = plant.read(sessionId, there.cursor).events;
    expect(typesOf(back)).toEqual(['CALL_CLEAR', 'RESILIENT_DEVICE', 'CALL_RECEIVED', 'CALL_ESTABLISHED']);
    expect(back[1]).toMatchObject({ ...HANDOVER, icpId: 1, resilience: { activeIcpId: 1 } });
    expect(back[2]).not.toHaveProperty('icpRole');
    expect(plant.commanded(sessionId)).toBe(1);
    plant.pass(3000, [sessionId]);
    expect(handovers(plant.read(sessionId, there.cursor).events)).toHaveLength(1);
  });

  it('R-RES-03 a device in a call stays at its primary; when it has come over, the call that nobody saw end is told as ended', () => {
    const { plant, sessionId, cursor } = ready();
    plant.talks(1, 5);
    plant.down(1);
    const lost = plant.read(sessionId, cursor);
    expect(typesOf(lost.events)).toEqual(['CALL_RECEIVED', 'CALL_ESTABLISHED', 'EVENT_GAP', 'ICP_COMMUNICATION_EVENT']);
    const refused = plant.run({ name: 'clearCall', request: { sessionId, objectId: OBJECT_ID, localCallId: 5 } });
    expect(refused).toMatchObject({ refusal: { code: 'CONTROLLER_DISCONNECTED' } });
    plant.pass(10_000, [sessionId]);
    expect(plant.read(sessionId, lost.cursor).events).toEqual([]);
    plant.comesTo(2);
    plant.talks(2, 6);
    const there = plant.read(sessionId, lost.cursor);
    expect(typesOf(there.events)).toEqual(['RESILIENT_DEVICE', 'CALL_CLEAR', 'CALL_RECEIVED', 'CALL_ESTABLISHED']);
    expect(there.events[1]).toMatchObject({ source: 'snapshot', localCallId: 5, callState: 'IDLE', icpId: 1 });
    // the primary is back: monitored again, and still not where the device is
    plant.up(1).pass(3000, [sessionId]);
    const again = plant.read(sessionId, there.cursor);
    expect(typesOf(again.events)).toEqual(['ICP_COMMUNICATION_EVENT', 'MONITOR_SET']);
    expect(plant.commanded(sessionId)).toBe(2);
    plant.event(HANDLE, 'CLEARED', 'CLEARED', 'null', { localCallId: 6, globalCallId: 106n }, 0, 2);
    plant.leaves(2);
    plant.comesTo(1);
    const back = plant.read(sessionId, again.cursor).events;
    expect(typesOf(back)).toEqual(['CALL_CLEAR', 'RESILIENT_DEVICE']);
    expect(plant.standing()).toEqual([1, 1]);
    expect(new Set([...lost.events, ...there.events, ...again.events, ...back].map(({ eventId }) => eventId)).size).toBe(12);
  });

  it('R-RES-03 what was still to come from where the device has left ends with that link', () => {
    const { plant, sessionId, cursor } = ready();
    plant.talks(1, 5);
    plant.comesTo(2);
    const there = plant.read(sessionId, cursor);
    expect(typesOf(there.events)).toEqual(['CALL_RECEIVED', 'CALL_ESTABLISHED', 'RESILIENT_DEVICE']);
    plant.down(1);
    expect(typesOf(plant.read(sessionId, there.cursor).events)).toEqual(['CALL_CLEAR', 'ICP_COMMUNICATION_EVENT']);
  });

  it('R-RES-03 a device that leaves for where its monitor does not stand: told with a gap, and asked for when it stands', () => {
    const { plant, sessionId } = ready();
    plant.leaves(1);
    plant.comesTo(2);
    plant.down(1);
    const { cursor } = plant.read(sessionId);
    plant.serves(1);
    plant.leaves(2);
    const left = plant.read(sessionId, cursor);
    expect(typesOf(left.events)).toEqual(['RESILIENT_DEVICE', 'EVENT_GAP']);
    expect(gaps(left.events)).toMatchObject([{ objectIds: [OBJECT_ID], lost: null }]);
    plant.controller(1).calls.set(HANDLE, [{ localCallId: 9, globalCallId: 109n, localState: 'alerting' }]);
    plant.up(1).pass(3000, [sessionId]);
    const back = plant.read(sessionId, left.cursor).events;
    expect(typesOf(back)).toEqual(['ICP_COMMUNICATION_EVENT', 'MONITOR_SET', 'CALL_RECEIVED']);
    expect(plant.commanded(sessionId)).toBe(1);
  });

  it('R-RES-03 a move that no event told of is seen when the monitor is set: the controller is asked', () => {
    const { plant, sessionId, cursor } = ready();
    plant.down(2);
    plant.down(1);
    plant.serves(2);
    plant.up(2).pass(3000, [sessionId]);
    const { events } = plant.read(sessionId, cursor);
    expect(handovers(events)).toMatchObject([{ icpId: 2, source: 'synthetic' }]);
    expect(plant.commanded(sessionId)).toBe(2);
  });

  it('R-RES-03 the secondary controller goes: said, nothing else ends, and the monitor there is set again', () => {
    const { plant, sessionId, cursor } = ready();
    plant.talks(1, 5);
    plant.down(2);
    const gone = plant.read(sessionId, cursor);
    expect(typesOf(gone.events)).toEqual(['CALL_RECEIVED', 'CALL_ESTABLISHED', 'RESILIENT_DEVICE', 'ICP_COMMUNICATION_EVENT']);
    expect(gone.events[2]).toMatchObject({ cause: 'SECONDARY_CONTROLLER_COMMS_FAILED', icpRole: 'secondary' });
    plant.up(2).pass(3000, [sessionId]);
    const back = plant.read(sessionId, gone.cursor).events;
    expect(callEvents(back).map(({ cause }) => cause)).toEqual(['SECONDARY_MONITOR_SET']);
    expect(plant.standing()).toEqual([1, 1]);
  });

  it('R-RES-02 what was learned is known after a restart, before the primary controller is reached', () => {
    const { plant, sessionId } = ready();
    plant.restart(two());
    plant.serves(2);
    plant.up(2).pass(4000, [sessionId]);
    expect(plant.standing()).toEqual([0, 1]);
    plant.talks(2, 5);
    expect(callEvents(plant.read(sessionId).events).filter(({ localCallId }) => localCallId === 5)).toMatchObject([
      { type: 'CALL_RECEIVED', objectId: OBJECT_ID, icpRole: 'secondary' },
      { type: 'CALL_ESTABLISHED' },
    ]);
    expect(plant.commanded(sessionId)).toBe(2);
    // another session may have it too, though its own controller is away
    const other = plant.login();
    expect(plant.run({ name: 'monitorObject', request: { sessionId: other, objectId: OBJECT_ID } }).ok).toBe(true);
    expect(typesOf(plant.read(other).events)).toEqual(['MONITOR_SET', 'CALL_ESTABLISHED']);
    plant.records.splice(0, Infinity, ...plant.switchboard.records());
    plant.restart(two());
    plant.up(2).pass(4000, [sessionId, other]);
    expect(plant.standing()).toEqual([0, 1]);
  });

  it('R-RES-02 before the primary was reached, resilience does not work, and that is said', () => {
    const plant = new ResilientPlant();
    plant.up(2);
    const sessionId = plant.login();
    const status = plant.run({ name: 'getResilientStatus', request: { sessionId, objectId: OBJECT_ID } });
    expect(status).toMatchObject({
      refusal: { code: 'CONTROLLER_DISCONNECTED', detail: expect.stringContaining('resilience does not work') as string },
    });
  });

  it('R-RES-02 the status is what both controllers say; one that is away is not spoken for', () => {
    const { plant, sessionId } = ready();
    const status = () => plant.run({ name: 'getResilientStatus', request: { sessionId, objectId: OBJECT_ID } });
    const homes = { isResilient: true, primaryIcpId: 1, secondaryIcpId: 2 };
    expect(status()).toMatchObject({
      value: { ...homes, activeIcpId: 1, callStatePrimary: 'ESTABLISHED', callStateSecondary: 'IDLE' },
    });
    plant.leaves(1);
    plant.comesTo(2);
    expect(status()).toMatchObject({
      value: { ...homes, activeIcpId: 2, callStatePrimary: 'IDLE', callStateSecondary: 'ESTABLISHED' },
    });
    plant.down(1);
    expect(status()).toMatchObject({
      value: {
        ...homes,
        activeIcpId: 2,
        primaryConnectionState: 'CONNECTION_FAILURE',
        secondaryConnectionState: 'CONNECTED',
        callStatePrimary: 'UNAVAILABLE',
        callStateSecondary: 'ESTABLISHED',
      },
    });
  });

  it('R-RES-04 only device monitors are followed, not those of features, and the application is told so, by which rule', () => {
    const plant = new ResilientPlant();
    plant.up(1);
    plant.up(2);
    const sessionId = plant.login();
    const status = (objectId: number) => {
      const outcome = plant.run({ name: 'getResilientStatus', request: { sessionId, objectId } });
      const { followed, notFollowed } = (outcome as { value: OperationResponse<'getResilientStatus'> }).value;
      return [followed, notFollowed];
    };
    expect(status(OBJECT_ID)).toEqual([false, expect.stringMatching(/not monitored: set a device monitor/)]);
    plant.run({ name: 'monitorFeatures', request: { sessionId, objectId: OBJECT_ID } });
    plant.pass(1000, [sessionId]);
    const onlyFeatures = /^only device monitors are followed \(R-RES-04\), and only its features.*stay at the controller/;
    expect(status(OBJECT_ID)).toEqual([false, expect.stringMatching(onlyFeatures)]);
    plant.run({ name: 'monitorFeatures', request: { sessionId, objectId: OTHER_ID } });
    plant.pass(1000, [sessionId]);
    expect(status(OTHER_ID)).toEqual([false, expect.stringMatching(onlyFeatures)]);
    expect(plant.standing(), 'each where its id says, and nowhere else').toEqual([1, 1]);
    plant.ask({ name: 'monitorObject', request: { sessionId, objectId: OBJECT_ID } });
    plant.pass(2000, [sessionId]);
    expect(status(OBJECT_ID)).toEqual([true, undefined]);
  });

  it('R-RES-04 a line appearance and a phone that is not resilient are monitored at one controller, and said not to be resilient', () => {
    for (const traits of [0, TRAITS.RESILIENT | TRAITS.LINE_APPEARANCE]) {
      const plant = new ResilientPlant();
      for (const controller of plant.controllers.values()) controller.traits = traits;
      if (traits === 0)
        for (const controller of plant.controllers.values()) controller.items = [{ word: 'RESILIENT', value: '0' }];
      const { sessionId, events } = ready(plant);
      expect(plant.standing()).toEqual([1, 0]);
      expect(typesOf(events)).toEqual(['MONITOR_SET']);
      const status = plant.run({ name: 'getResilientStatus', request: { sessionId, objectId: OBJECT_ID } });
      expect(status).toMatchObject({ value: { isResilient: false, activeIcpId: 1 } });
      expect(status).not.toHaveProperty('value.secondaryIcpAddress');
    }
  });

  it('R-LIM-04 a secondary monitor takes a place at its controller or waits for one, and keeps nobody waiting that an application asked for', () => {
    const document = two({ controllers: [grantOf(1), grantOf(2, { monitorsMax: 1 })] });
    const plant = new ResilientPlant(document);
    plant.controller(2).traits = 0;
    plant.up(1).up(2);
    const sessionId = plant.login();
    const other = plant.monitor(sessionId, 7, 2);
    plant.monitor(sessionId, HANDLE);
    plant.pass(3000, [sessionId]);
    expect(plant.standing()).toEqual([1, 1]);
    expect(plant.effects.some((effect) => effect.kind === 'note' && effect.text.includes('no room for the other monitor'))).toBe(
      true,
    );
    expect(plant.run({ name: 'stopMonitor', request: { sessionId, objectId: other } }).ok).toBe(true);
    plant.pass(31_000, [sessionId]);
    expect(plant.standing()).toEqual([1, 1]);
    expect(plant.controller(2).mostMonitors).toBe(1);
    const full = plant.run({ name: 'monitorObject', request: { sessionId, objectId: other } });
    expect(full).toMatchObject({ refusal: { code: 'MONITOR_LIMIT', used: 1, cap: 1 } });
  });

  it('R-RES-01 events that overtake the answer to the start of a secondary monitor are not lost', () => {
    const plant = new ResilientPlant();
    plant.up(1).up(2);
    plant.controller(2).mute = true;
    const sessionId = plant.login();
    plant.monitor(sessionId, HANDLE);
    plant.pass(1500, [sessionId]);
    const { cursor } = plant.read(sessionId);
    const request = plant.controller(2).unanswered.find(({ type }) => type === 'MONITOR_START')!;
    const answer = plant.controller(2).answer(request);
    plant.comesTo(2);
    plant.talks(2, 5);
    plant.input({ kind: 'message', icpId: 2, message: answer });
    const { events } = plant.read(sessionId, cursor);
    expect(callEvents(events).map(({ type, cause }) => `${type} ${cause}`)).toEqual([
      'RESILIENT_DEVICE SECONDARY_MONITOR_SET',
      'RESILIENT_DEVICE RESILIENT_INFO_UPDATE',
      'CALL_RECEIVED NEW_CALL',
      'CALL_ESTABLISHED ANSWERED_INVOKED',
    ]);
  });

  it('R-MON-03 secondary monitors are paced like all others, behind what applications wait for', () => {
    const plant = new ResilientPlant();
    plant.up(1).up(2);
    const sessionId = plant.login();
    for (let handle = 1; handle <= 60; handle += 1)
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } });
    plant.pass(6000, [sessionId]);
    plant.down(2).up(2);
    plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(2, 500) } });
    plant.pass(1500, [sessionId]);
    expect([...plant.controller(2).monitors.values()].some(({ handle }) => handle === 500)).toBe(true);
    expect(plant.standing()[1]).toBeLessThan(60);
    plant.pass(4000, [sessionId]);
    expect(plant.standing(), 'the one asked for at 2 is resilient too').toEqual([61, 61]);
    const { startsAt } = plant.controller(2);
    startsAt.forEach((atMs, index) => expect((startsAt[index + 20] ?? Infinity) - atMs).toBeGreaterThan(1000));
  });

  /** What a session was told, without the id it knows the device by and what is its own. */
  const unnamed = (events: OperationResponse<'getEvents'>['events'], name: number) =>
    events.map(({ seq: _seq, ...event }) => {
      if (event.category === 'GAP') return { ...event, eventId: '', objectIds: event.objectIds.map((id) => id === name) };
      return 'objectId' in event ? { ...event, objectId: event.objectId === name } : event;
    });
  const happening = fc.constantFrom('move', 'call', 'end', 'down 1', 'up 1', 'down 2', 'up 2', 'pass');
  const happenings = fc.record({ what: happening, comesFirst: fc.boolean() });
  it('R-RES-03 whatever moves, calls and links do: at the end the application knows the truth, and was told nothing twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2), fc.array(happenings, { maxLength: 40 }), (icpId, happened) => {
        const { plant, sessionId, cursor } = ready(undefined, icpId);
        const otherId = plant.login();
        plant.monitor(otherId, HANDLE, 3 - icpId);
        const otherCursor = plant.read(otherId).cursor;
        let [at, call, calls, moves] = [1, 0, 0, 0];
        const say = (type: 'RECEIVED' | 'CLEARED', state: 'alerting' | 'null') => {
          const about = { localCallId: call, globalCallId: BigInt(call) };
          plant.event(HANDLE, type, type === 'RECEIVED' ? 'NEW_CALL' : 'CLEARED', state, about, 0, at);
          const open = state === 'null' ? [] : [{ ...about, localState: state }];
          plant.controller(at).calls.set(HANDLE, open);
        };
        for (const { what, comesFirst } of happened) {
          if (what === 'move' && call === 0) {
            const from = at;
            [at, moves] = [3 - at, moves + 1];
            plant.serves(at);
            // as they happen, and as the two links may bring them
            const [leaving, coming] = [from, at].map((icpId, coming) =>
              (['RESILIENT_DEVICE', coming === 1 ? 'IN_SERVICE' : 'OUT_OF_SERVICE'] as const).flatMap((type) =>
                plant
                  .controller(icpId)
                  .event(HANDLE, type, 'RESILIENT_INFO_UPDATE', 'null', NO_CALL)
                  .map((message) => ({ kind: 'message', icpId, message }) as const),
              ),
            );
            for (const input of comesFirst ? [...coming!, ...leaving!] : [...leaving!, ...coming!]) plant.input(input);
          } else if (what === 'call' && call === 0) {
            call = calls += 1;
            say('RECEIVED', 'alerting');
          } else if (what === 'end' && call !== 0) {
            say('CLEARED', 'null');
            call = 0;
          } else if (what === 'pass') plant.pass(1500, [sessionId, otherId]);
          else if (what.startsWith('down') || what.startsWith('up')) {
            const icpId = Number(what.at(-1));
            if (plant.controller(icpId).connected !== what.startsWith('up'))
              if (what.startsWith('up')) plant.up(icpId);
              else plant.down(icpId);
          }
        }
        for (const icpId of [1, 2]) if (!plant.controller(icpId).connected) plant.up(icpId);
        plant.pass(5000, [sessionId, otherId]);
        const { events } = plant.read(sessionId, cursor);
        expect(plant.standing()).toEqual([1, 1]);
        for (const objectId of [OBJECT_ID, OTHER_ID]) expect(plant.commanded(sessionId, objectId)).toBe(at);
        const byOtherId = plant.read(otherId, otherCursor).events;
        const [name, otherName] = icpId === 1 ? [OBJECT_ID, OTHER_ID] : [OTHER_ID, OBJECT_ID];
        expect(unnamed(byOtherId, otherName), 'whichever of its ids it was found by').toEqual(unnamed(events, name));
        expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
        const told = handovers(events).map(({ resilience }) => resilience?.activeIcpId);
        told.forEach((icpId, index) => expect(icpId).not.toBe(told[index - 1] ?? 1));
        expect(told.length).toBeLessThanOrEqual(moves);
        const open = new Set<number>();
        for (const { localCallId, callState } of callEvents(events))
          if (callState === 'IDLE') open.delete(localCallId);
          else if (localCallId !== 0) open.add(localCallId);
        expect([...open]).toEqual(call === 0 ? [] : [call]);
      }),
      { numRuns: 300 },
    );
  });
});
