/** R-LIC-01 to 03 at one instance, in virtual time: grants counted in one thread, the missed sync, the end of the grace, the successor. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessDocument } from '#contracts/gateway-admin';
import { LICENCE_TIMES } from '#domain/licences';
import { makeObjectId } from '../numbering.rules.js';
import { application, documentOf, settingsOf, VirtualPlant, WALL_START } from '../virtual-plant.fixture.js';

type Pool = NonNullable<AccessDocument['licences']>['pools'][number];
const HOUR = 3_600_000;
const pool = (name: string, granted: number, more: Partial<Pool> = {}): Pool => ({
  pool: name,
  granted,
  entitled: granted,
  full: false,
  ...more,
});
let serial = 1;
const licensed = (pools: Pool[], more: Partial<AccessDocument> = {}) =>
  documentOf({ serial: (serial += 1), licences: { pools }, ...more });
const plantOf = (document: AccessDocument) => {
  const plant = new VirtualPlant(settingsOf(), document);
  plant.up(1);
  return plant;
};
const ask = (plant: VirtualPlant, sessionId: number, handle: number) =>
  plant.run({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } });
const used = (plant: VirtualPlant, name = 'standard') =>
  plant.switchboard.report().licences.pools.find((one) => one.pool === name);

describe('licences', () => {
  it('R-LIC-01 R-LIC-03 the last licensed monitor is set, the next one is refused, with limit, use and cap', () => {
    const plant = plantOf(licensed([pool('standard', 4)]));
    const [a, b] = [plant.login(), plant.login()];
    for (const [session, handle] of [
      [a, 1],
      [a, 2],
      [b, 1],
      [b, 3],
    ] as const)
      expect(ask(plant, session, handle).ok).toBe(true);
    const facts = { code: 'NO_LICENSE', limit: 'licences.standard', used: 4, cap: 4 };
    expect(ask(plant, a, 9)).toMatchObject({ ok: false, refusal: facts });
    expect(ask(plant, a, 1), 'what it holds costs nothing more').toMatchObject({ ok: true });
    expect(plant.run({ name: 'stopMonitor', request: { sessionId: b, objectId: makeObjectId(1, 1) } }).ok).toBe(true);
    expect(ask(plant, a, 9).ok).toBe(true);
    plant.run({ name: 'logout', request: { sessionId: a } });
    expect(used(plant)).toMatchObject({ used: 1 });
  });

  it('nothing is limited that the document does not name', () => {
    const plant = plantOf(licensed([pool('advanced', 0), pool('salesforce', 0)]));
    const session = plant.login();
    for (let handle = 1; handle <= 15; handle += 1, plant.pass(40)) expect(ask(plant, session, handle).ok).toBe(true);
  });

  it('an application with licences of its own is counted there, and others are not', () => {
    const crm = application('crm');
    const wall = application('wall');
    const document = licensed([pool('standard', 1), pool(`application:${wall.id}`, 2)], { applications: [crm, wall] });
    const plant = plantOf(document);
    const of = (applicationName: string) => {
      const outcome = plant.tryLogin({ applicationName });
      return (outcome as { value: { sessionId: number } }).value.sessionId;
    };
    const [first, second] = [of('crm'), of('wall')];
    expect([ask(plant, first, 1).ok, ask(plant, second, 1).ok, ask(plant, second, 2).ok]).toEqual([true, true, true]);
    expect(ask(plant, first, 2)).toMatchObject({ refusal: { limit: 'licences.standard' } });
    expect(ask(plant, second, 3)).toMatchObject({ refusal: { limit: `licences.application:${wall.id}`, cap: 2 } });
  });

  it('without a grant while the tenant has some: try again, and the control plane is told; with none anywhere: no licence', () => {
    const plant = plantOf(licensed([pool('standard', 1, { entitled: 10 })]));
    const session = plant.login();
    expect(ask(plant, session, 1).ok).toBe(true);
    expect(used(plant)).toMatchObject({ short: false });
    expect(ask(plant, session, 2)).toMatchObject({
      refusal: { code: 'BUDGET_UNAVAILABLE', retryAfterMs: 2000, used: 1, cap: 1 },
    });
    expect(used(plant)).toMatchObject({ short: true });
    plant.document(licensed([pool('standard', 1, { entitled: 10, full: true })]));
    expect(ask(plant, session, 2)).toMatchObject({ refusal: { code: 'NO_LICENSE' } });
    plant.document(licensed([pool('standard', 3, { entitled: 10 })]));
    expect(ask(plant, session, 2).ok).toBe(true);
    plant.pass(31_000, [session]);
    expect(used(plant)).toMatchObject({ short: false });
  });

  it('a lower grant takes nothing away, and lets nothing more in until there is room', () => {
    const plant = plantOf(licensed([pool('standard', 5)]));
    const session = plant.login();
    for (const handle of [1, 2, 3, 4]) ask(plant, session, handle);
    plant.document(licensed([pool('standard', 2)]));
    expect(used(plant)).toMatchObject({ granted: 2, used: 4 });
    expect(ask(plant, session, 5)).toMatchObject({ refusal: { code: 'NO_LICENSE', used: 2, cap: 2 } });
    for (const handle of [1, 2, 3])
      plant.run({ name: 'stopMonitor', request: { sessionId: session, objectId: makeObjectId(1, handle) } });
    expect(ask(plant, session, 5).ok).toBe(true);
  });

  it('R-LIC-02 a missed sync is warned of and changes nothing; when the grace is over what is licensed ends, on the monotonic clock', () => {
    const expiresAt = new Date(WALL_START + LICENCE_TIMES.documentLifeMs).toISOString();
    const plant = plantOf(licensed([pool('standard', 5)], { expiresAt }));
    const [held, idle] = [plant.login(), plant.login()];
    ask(plant, held, 1);
    const state = () => plant.switchboard.report().licences.state;
    expect(state()).toBe('current');
    plant.nowMs += 4.5 * HOUR;
    plant.pass(500, [held, idle]);
    expect(state()).toBe('grace');
    const warned = plant.effects.filter((effect) => effect.kind === 'note').map(({ text }) => text);
    expect(warned).toContainEqual(expect.stringMatching(/not synced for more than four hours/));
    expect(ask(plant, held, 2).ok).toBe(true);
    plant.nowMs += 71 * HOUR;
    plant.pass(500, [held, idle]);
    expect(state(), '75.5 hours after issue').toBe('grace');
    plant.nowMs += HOUR;
    plant.pass(500, [held, idle]);
    expect(state()).toBe('expired');
    expect(ask(plant, held, 3)).toMatchObject({
      refusal: { code: 'SESSION_INVALID', detail: expect.stringMatching(/licences/) as string },
    });
    expect(ask(plant, idle, 3)).toMatchObject({ refusal: { code: 'NO_LICENSE' } });
    plant.document(licensed([pool('standard', 5)], { expiresAt: new Date(WALL_START + 999 * HOUR).toISOString() }));
    expect(ask(plant, idle, 3).ok, 'a new document brings it back').toBe(true);
  });

  it('a successor takes up what was held; what was given to others meanwhile ends, the newest first', () => {
    const plant = plantOf(licensed([pool('standard', 4)]));
    const [first, second] = [plant.login(), plant.login()];
    for (const [session, handle] of [
      [first, 1],
      [first, 2],
      [second, 1],
    ] as const)
      ask(plant, session, handle);
    plant.restart(licensed([pool('standard', 4)]));
    expect(used(plant)).toMatchObject({ used: 3 });
    plant.restart(licensed([pool('standard', 2)]));
    expect(used(plant)).toMatchObject({ used: 2 });
    expect(plant.run({ name: 'resetSessionTimer', request: { sessionId: first } }).ok).toBe(true);
    expect(plant.run({ name: 'resetSessionTimer', request: { sessionId: second } })).toMatchObject({
      refusal: { code: 'SESSION_INVALID' },
    });
  });

  it('R-LIM-13 whatever sessions ask, stop and end, in which order ever: never over the grant, and nothing leaks', () => {
    const step = fc.record({
      kind: fc.constantFrom('login', 'ask', 'ask', 'ask', 'stop', 'logout', 'restart', 'silence'),
      at: fc.nat(9),
      handle: fc.nat(6),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const document = licensed([pool('standard', 5)]);
        const plant = plantOf(document);
        const sessions: number[] = [plant.login()];
        for (const { kind, at, handle } of steps) {
          const sessionId = sessions[at % sessions.length]!;
          const objectId = makeObjectId(1, handle + 1);
          if (kind === 'login') sessions.push(plant.login());
          if (kind === 'ask') plant.ask({ name: 'monitorObject', request: { sessionId, objectId } });
          if (kind === 'stop') plant.run({ name: 'stopMonitor', request: { sessionId, objectId } });
          if (kind === 'logout') plant.run({ name: 'logout', request: { sessionId } });
          if (kind === 'silence') plant.pass(31_000, [sessionId]);
          if (kind === 'restart') {
            plant.restart(document);
            plant.up(1);
          }
          const report = plant.switchboard.report();
          expect(report.licences.pools[0]!.used).toBeLessThanOrEqual(5);
          expect(report.licences.pools[0]!.used, 'counted as R-LIM-03 counts').toBe(report.monitors.used);
        }
        for (const sessionId of sessions) plant.run({ name: 'logout', request: { sessionId } });
        expect(used(plant)).toMatchObject({ used: 0 });
      }),
      { numRuns: 60 },
    );
  });
});
