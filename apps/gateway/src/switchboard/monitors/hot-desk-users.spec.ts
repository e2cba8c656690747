import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INSTANCE_LIMITS } from '#domain/limits';
import { type Item, TRAITS } from '#southbound/messages';
import { admitUser, effectiveLimits } from '../sessions/admission.rules.js';
import { makeObjectId } from '../numbering.rules.js';
import { documentOf, grantOf, limitsOf, settingsOf, VirtualPlant } from '../virtual-plant.fixture.js';

const described = (type: string): readonly Item[] => [{ word: 'DEVICE_TYPE', value: type }];

/** Devices at 1 are of this type and these traits; at 2 there are plain phones. */
function plantOf(
  hotDeskUsers: number,
  type = 'HOT_DESK_USER',
  traits: number = TRAITS.HOT_DESK,
): { plant: VirtualPlant; sessionId: number } {
  const controllers = [grantOf(1), grantOf(2)];
  const plant = new VirtualPlant(undefined, documentOf({ controllers, limits: limitsOf({ hotDeskUsers }) })).up(1).up(2);
  Object.assign(plant.controller(1), { traits, items: described(type) });
  return { plant, sessionId: plant.login() };
}

const monitor = (plant: VirtualPlant, sessionId: number, handle: number, icpId = 1) => {
  const requestId = plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(icpId, handle) } });
  plant.pass(600, [sessionId]);
  return plant.replies.get(requestId);
};
const used = (plant: VirtualPlant) => plant.switchboard.report().hotDeskUsers;
const asked = (plant: VirtualPlant, kind: string) =>
  plant.controller(1).received.filter((request) => request.type === 'QUERY' && request.kind === kind).length;

describe('hot desk users and ACD hot desk users', () => {
  it('R-LIM-09 R-LIM-13 the 1500th that is monitored is admitted, the 1501st refused with limit, use and cap; a freed place is given again', () => {
    expect(INSTANCE_LIMITS.hotDeskUsers).toBe(1500);
    const { plant, sessionId } = plantOf(INSTANCE_LIMITS.hotDeskUsers);
    const objectIds = Array.from({ length: 1500 }, (_, index) => makeObjectId(1, index + 1));
    for (let from = 0; from < 1500; from += 300) {
      for (const objectId of objectIds.slice(from, from + 300))
        plant.ask({ name: 'monitorObject', request: { sessionId, objectId } });
      plant.pass(16_000, [sessionId]);
    }
    expect(used(plant)).toEqual({ used: 1500, cap: 1500 });
    expect(monitor(plant, sessionId, 1501)).toMatchObject({
      refusal: {
        code: 'MONITOR_LIMIT',
        limit: 'hotDeskUsers',
        used: 1500,
        cap: 1500,
        detail: 'hotDeskUsers: 1500 of 1500 in use',
      },
    });
    expect(monitor(plant, sessionId, 1, 2), 'a phone is none').toMatchObject({ ok: true });
    expect(plant.run({ name: 'stopMonitor', request: { sessionId, objectId: objectIds[7]! } }).ok).toBe(true);
    expect(used(plant).used).toBe(1499);
    expect(monitor(plant, sessionId, 1501)).toMatchObject({ ok: true });
    expect(used(plant).used).toBe(1500);
  });

  it.each([
    ['a hot desk user', 'HOT_DESK_USER', TRAITS.HOT_DESK, 1],
    ['an agent', 'ACD2_AGENT', TRAITS.HOT_DESK, 1],
    ['an ACD Express agent', 'ACDX_AGENT', TRAITS.HOT_DESK, 1],
    ['an external hot desk user', 'HOT_DESK_USER', TRAITS.EXTERNAL_HOT_DESK, 1],
    ['a set where users log in', 'VOICE_SET_PRIME', TRAITS.HOT_DESK, 0],
    ['a phone', 'VOICE_SET_PRIME', 0, 0],
  ])('R-LIM-09 %s counts once, however many sessions monitor it', (_what, type, traits, count) => {
    const { plant, sessionId } = plantOf(1500, type, traits);
    const other = plant.login();
    for (const session of [sessionId, other]) expect(monitor(plant, session, 7)).toMatchObject({ ok: true });
    expect(used(plant)).toEqual({ used: count, cap: 1500 });
    plant.run({ name: 'stopMonitor', request: { sessionId, objectId: makeObjectId(1, 7) } });
    expect(used(plant).used).toBe(count);
    plant.run({ name: 'logout', request: { sessionId: other } });
    expect(used(plant).used).toBe(0);
  });

  it('R-LIM-09 R-LIM-13 asked for all at once, before it is known of any what it is: never more than the cap, and phones are kept out by nothing', () => {
    const { plant, sessionId } = plantOf(3);
    const ask = (icpId: number, handle: number) =>
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(icpId, handle) } });
    const requests = Array.from({ length: 20 }, (_, index) => [ask(1, index + 1), ask(2, index + 1)] as const);
    plant.onStep = () => expect(used(plant).used).toBeLessThanOrEqual(3);
    plant.pass(5000, [sessionId]);
    const outcomes = requests.map(([user]) => plant.replies.get(user)!);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
    for (const outcome of outcomes) if (!outcome.ok) expect(outcome.refusal).toMatchObject({ limit: 'hotDeskUsers', cap: 3 });
    expect(requests.map(([, phone]) => plant.replies.get(phone)!.ok)).not.toContain(false);
    expect(used(plant)).toEqual({ used: 3, cap: 3 });
    expect(plant.controller(1).mostMonitors).toBe(3);
  });

  it('R-LIM-09 far from the cap no controller is asked what a phone is, and of what may be a user once', () => {
    const { plant, sessionId } = plantOf(1500);
    for (const icpId of [1, 2]) expect(monitor(plant, sessionId, 1, icpId)).toMatchObject({ ok: true });
    expect(asked(plant, 'DESCRIPTION')).toBe(1);
    plant.down(1).up(1).pass(2000, [sessionId]);
    expect(asked(plant, 'DESCRIPTION')).toBe(1);
    expect(plant.controller(2).received.some(({ type }) => type === 'QUERY')).toBe(false);
  });

  it('R-LIM-09 what was held before a restart goes on and counts, over the cap as well', () => {
    const { plant, sessionId } = plantOf(3);
    for (const handle of [1, 2, 3]) expect(monitor(plant, sessionId, handle)).toMatchObject({ ok: true });
    plant.restart(documentOf({ controllers: [grantOf(1), grantOf(2)], limits: limitsOf({ hotDeskUsers: 2 }) }));
    plant.up(1).up(2).pass(4000, [sessionId]);
    expect(used(plant)).toEqual({ used: 3, cap: 2 });
    expect(monitor(plant, sessionId, 4)).toMatchObject({ refusal: { code: 'MONITOR_LIMIT', limit: 'hotDeskUsers' } });
  });

  it('R-LIM-09 an answer that never comes is a refusal, and a session that has ended meanwhile gets no monitor', () => {
    const { plant, sessionId } = plantOf(1);
    const ended = plant.login();
    plant.controller(1).mute = true;
    const ask = (session: number, handle: number) =>
      plant.ask({ name: 'monitorObject', request: { sessionId: session, objectId: makeObjectId(1, handle) } });
    const [first, unanswered, late] = [ask(sessionId, 1), ask(sessionId, 2), ask(ended, 3)];
    plant.run({ name: 'logout', request: { sessionId: ended } });
    plant.controller(1).unanswered.splice(1, 1);
    plant.unmute(1);
    plant.pass(11_000, [sessionId]);
    expect([first, unanswered, late].map((requestId) => plant.replies.get(requestId))).toMatchObject([
      { ok: true },
      { refusal: { code: 'CONTROLLER_TIMEOUT' } },
      { refusal: { code: 'SESSION_INVALID' } },
    ]);
    expect(plant.controller(1).mostMonitors).toBe(1);
  });

  it('R-LIM-09 R-ORC-07 a document or configuration of an earlier release says nothing of it: then it is the engineering limit', () => {
    const { hotDeskUsers: _unknown, ...limits } = INSTANCE_LIMITS;
    expect(effectiveLimits(limits, limitsOf({ hotDeskUsers: 9 }))).toEqual({ ...INSTANCE_LIMITS, hotDeskUsers: 9 });
    const plant = new VirtualPlant(settingsOf({ limits }), documentOf({ limits })).up();
    expect(used(plant)).toEqual({ used: 0, cap: 1500 });
    expect(monitor(plant, plant.login(), 1)).toMatchObject({ ok: true });
  });

  it('R-LIM-09 admission: whatever the unknown ones turn out to be, never more than the cap', () => {
    const step = fc.record({ isUser: fc.boolean(), learnsAt: fc.nat(10) });
    fc.assert(
      fc.property(fc.nat(6), fc.array(step, { maxLength: 40 }), (cap, steps) => {
        const unknown: { readonly isUser: boolean; readonly at: number }[] = [];
        let users = 0;
        for (const [now, { isUser, learnsAt }] of steps.entries()) {
          for (const due of unknown.filter(({ at }) => at <= now)) {
            unknown.splice(unknown.indexOf(due), 1);
            if (due.isUser) users += 1;
          }
          const count = { users, unknown: unknown.length };
          const limits = limitsOf({ hotDeskUsers: cap });
          if (admitUser(count, undefined, limits) === undefined) unknown.push({ isUser, at: now + learnsAt });
          else if (admitUser(count, isUser, limits) === undefined && isUser) users += 1;
          expect(users + unknown.filter((one) => one.isUser).length).toBeLessThanOrEqual(cap);
        }
      }),
    );
  });
});
