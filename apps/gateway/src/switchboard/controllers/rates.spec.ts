import { describe, expect, it } from 'vitest';
import { CALLS_PER_HOUR } from '#domain/limits';
import { makeObjectId } from '../numbering.rules.js';
import { RateBook } from './rate.rules.js';
import { application, documentOf, grantOf, VirtualPlant } from '../virtual-plant.fixture.js';

const enforced = { applicationOperations: 'enforce', controllerOperations: 'enforce', instanceOperations: 'enforce' } as const;
const makeCall = (plant: VirtualPlant, sessionId: number, icpId = 1) =>
  plant.run({ name: 'makeCall', request: { sessionId, objectId: makeObjectId(icpId, 1001), number: '1002' } });
const warnings = (plant: VirtualPlant) =>
  plant.effects.filter((effect) => effect.kind === 'note' && /R-LIM-11/.test(effect.text));

describe('R-LIM-11 rates of operations', () => {
  it('R-LIM-11 are warned of by default: nothing is refused, one warning a minute', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    for (let at = 0; at < 60; at += 1) expect(makeCall(plant, sessionId).ok).toBe(true);
    // the application's rate and the controller's
    expect(warnings(plant)).toHaveLength(2);
    expect(plant.switchboard.report().controllers[0]!.rates).toMatchObject({
      operationsPerSecond: { used: 20, cap: 20 },
      exceeded: { applicationOperations: 40, controllerOperations: 40 },
    });
  });

  it('R-LIM-11 are enforced on request: exactly 20 in any second, the refusal names limit, use, cap and when to try again', () => {
    const plant = new VirtualPlant(undefined, documentOf({ rates: enforced })).up();
    const sessionId = plant.login();
    const accepted: number[] = [];
    for (let at = 0; at < 300; at += 1) {
      plant.nowMs += 7;
      const outcome = makeCall(plant, sessionId);
      if (outcome.ok) accepted.push(plant.nowMs);
      else expect(outcome.refusal).toMatchObject({ code: 'RATE_LIMITED', limit: 'applicationOperations', used: 20, cap: 20 });
    }
    for (const from of accepted) expect(accepted.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(20);
    expect(accepted.length).toBeGreaterThan(39);
    // the retry time it named is the true one
    const plant2 = new VirtualPlant(undefined, documentOf({ rates: enforced })).up();
    const session2 = plant2.login();
    for (let at = 0; at < 20; at += 1) makeCall(plant2, session2);
    const refusal = makeCall(plant2, session2);
    plant2.nowMs += (refusal as { refusal: { retryAfterMs: number } }).refusal.retryAfterMs;
    expect(makeCall(plant2, session2).ok).toBe(true);
  });

  it('R-LIM-11 one application does not use up what another may ask, and controllers count apart', () => {
    const applications = [application('crm'), application('two')];
    const rates = { ...enforced, controllerOperations: 'warn' } as const;
    const plant = new VirtualPlant(undefined, documentOf({ applications, rates, controllers: [grantOf(1), grantOf(2)] }))
      .up(1)
      .up(2);
    const one = plant.login();
    const outcome = plant.tryLogin({ applicationName: 'two' });
    const two = (outcome as { value: { sessionId: number } }).value.sessionId;
    for (let at = 0; at < 20; at += 1) makeCall(plant, one);
    expect(makeCall(plant, one).ok).toBe(false);
    expect(makeCall(plant, one, 2).ok).toBe(true);
    expect(makeCall(plant, two).ok).toBe(true);
  });

  it('R-LIM-11 the instance has a rate of its own over all controllers: the 151st in a second is refused though each controller has room', () => {
    const icpIds = [1, 2, 3, 4, 5, 6, 7, 8];
    const controllers = icpIds.map((icpId) => grantOf(icpId));
    const plant = new VirtualPlant(undefined, documentOf({ rates: enforced, controllers }));
    for (const icpId of icpIds) plant.up(icpId);
    const sessionId = plant.login();
    for (let at = 0; at < 150; at += 1) expect(makeCall(plant, sessionId, icpIds[at % 8]!).ok, String(at)).toBe(true);
    expect(makeCall(plant, sessionId, 8)).toMatchObject({
      ok: false,
      refusal: { code: 'RATE_LIMITED', limit: 'instanceOperations', used: 150, cap: 150 },
    });
    const { rates } = plant.switchboard.report();
    expect(rates).toMatchObject({ operationsPerSecond: { used: 150, cap: 150 }, exceeded: { instanceOperations: 1 } });
    expect(plant.controller(8).received.filter(({ type }) => type === 'MAKE_CALL')).toHaveLength(18);
  });

  it('R-LIM-11 event rates are only ever warned of', () => {
    const plant = new VirtualPlant(undefined, documentOf({ rates: enforced })).up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1001);
    for (let at = 0; at < 200; at += 1)
      plant.event(1001, at % 2 === 0 ? 'ORIGINATED' : 'CLEARED', 'NEW_CALL', at % 2 === 0 ? 'originated' : 'null', {
        localCallId: 5,
        globalCallId: BigInt(at >> 1) + 1n,
      });
    expect(plant.read(sessionId).events.length).toBeGreaterThan(200);
    expect(warnings(plant).map((effect) => (effect.kind === 'note' ? effect.text : ''))).toEqual([
      'more events a second from a controller than recommended (R-LIM-11)',
      'more events a second than recommended (R-LIM-11)',
    ]);
  });
});

describe('R-LIM-08 calls per hour', () => {
  it('R-LIM-08 a call seen at both ends counts once', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1001);
    plant.monitor(sessionId, 1002);
    plant.event(1001, 'ORIGINATED', 'NEW_CALL', 'originated', { localCallId: 1, globalCallId: 5n });
    plant.event(1002, 'RECEIVED', 'NEW_CALL', 'alerting', { localCallId: 9, globalCallId: 5n });
    plant.event(1001, 'DELIVERED', 'DELIVERED', 'delivered', { localCallId: 1, globalCallId: 5n });
    expect(plant.switchboard.report().rates.callsPerHour).toEqual({ used: 1, cap: CALLS_PER_HOUR.instance });
    expect(plant.switchboard.report().controllers[0]!.rates.callsPerHour).toEqual({ used: 1, cap: CALLS_PER_HOUR.controller });
    plant.nowMs += 3_600_000;
    expect(plant.run({ name: 'resetSessionTimer', request: { sessionId } })).toBeDefined();
    expect(plant.switchboard.report().rates.callsPerHour.used).toBe(0);
  });

  it('R-LIM-08 are warned of at 80 % and reported when exceeded, once each, per controller and for the instance', () => {
    const notes: string[] = [];
    const book = new RateBook((_level, text, facts) => notes.push(`${text} ${JSON.stringify(facts)}`));
    let at = 0;
    const calls = (icpId: number, count: number) => {
      for (let one = 0; one < count; one += 1) book.onCall(icpId, String(++at), at * 10);
    };
    calls(1, 23_999);
    expect(notes).toEqual([]);
    calls(1, 1);
    expect(notes).toEqual(['calls per hour near their limit (R-LIM-08) {"icpId":1,"used":24000,"cap":30000}']);
    calls(1, 6000);
    expect(notes).toHaveLength(1);
    calls(1, 500);
    expect(notes.slice(1)).toEqual(['calls per hour above their limit (R-LIM-08) {"icpId":1,"used":30001,"cap":30000}']);
    calls(2, 29_000);
    calls(3, 29_000);
    calls(4, 3000);
    expect(notes.filter((note) => note.includes('"scope":"instance"'))).toEqual([
      'calls per hour near their limit (R-LIM-08) {"scope":"instance","used":72000,"cap":90000}',
      'calls per hour above their limit (R-LIM-08) {"scope":"instance","used":90001,"cap":90000}',
    ]);
  });
});

describe('traceparent', () => {
  const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const OTHER = '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const by = (traceparent: string) => ({ face: 'soap', clientAddress: '192.0.2.1', traceparent }) as const;
  const tracesOf = (plant: VirtualPlant, sessionId: number) =>
    plant
      .read(sessionId)
      .events.flatMap((event) => (event.category === 'CALL_EVENT' && event.localCallId > 0 ? [event.traceparent] : []));

  it('is in the events of the call a request made, at both ends, whichever comes first: event or answer', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1001);
    plant.monitor(sessionId, 1002);
    plant.controller().mute = true;
    plant.ask({ name: 'makeCall', request: { sessionId, objectId, number: '1002' } }, by(TRACE));
    plant.event(1001, 'ORIGINATED', 'NEW_CALL', 'originated', { localCallId: 41, globalCallId: 5n });
    plant.unmute();
    plant.event(1002, 'RECEIVED', 'NEW_CALL', 'alerting', { localCallId: 9, globalCallId: 5n });
    plant.event(1001, 'DELIVERED', 'DELIVERED', 'delivered', { localCallId: 41, globalCallId: 5n });
    expect(tracesOf(plant, sessionId)).toEqual([TRACE, TRACE, TRACE]);
  });

  it('of the newest command to a call wins; a call nobody asked for, or one after a refused request, has none', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1001);
    plant.run({ name: 'makeCall', request: { sessionId, objectId, number: '1002' } }, by(TRACE));
    plant.event(1001, 'ORIGINATED', 'NEW_CALL', 'originated', { localCallId: 41, globalCallId: 5n });
    plant.event(1001, 'ESTABLISHED', 'ANSWERED', 'connected', { localCallId: 41, globalCallId: 5n });
    plant.run({ name: 'holdCall', request: { sessionId, objectId, localCallId: 41 } }, by(OTHER));
    plant.event(1001, 'HELD', 'HARD_HOLD', 'hold', { localCallId: 41, globalCallId: 5n });
    plant.event(1001, 'CLEARED', 'CLEARED', 'null', { localCallId: 41, globalCallId: 5n });
    plant.event(1001, 'ORIGINATED', 'NEW_CALL', 'originated', { localCallId: 41, globalCallId: 6n });
    plant.down();
    plant.ask({ name: 'makeCall', request: { sessionId, objectId, number: '1002' } }, by(TRACE));
    expect(tracesOf(plant, sessionId).slice(0, 5)).toEqual([TRACE, TRACE, OTHER, OTHER, undefined]);
  });
});
