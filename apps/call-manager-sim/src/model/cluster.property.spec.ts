import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cluster, type CallOperation } from './cluster.js';
import type { Happening } from './happening.js';
import { activeLeg, otherLeg, type Phone } from './phone.js';
import type { LocalState } from './words.js';

type Move =
  | { readonly do: 'call'; readonly phone: number; readonly to: number }
  | { readonly do: CallOperation; readonly phone: number; readonly leg: number }
  | { readonly do: 'service'; readonly phone: number; readonly inService: boolean }
  | { readonly do: 'restart'; readonly controller: number };

const PHONES = 6;
const phone = fc.nat(PHONES - 1);
const moves = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('call' as const), phone, to: fc.nat(PHONES) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom<CallOperation[]>('answer', 'clear', 'hold', 'retrieve'),
        phone,
        leg: fc.nat(3),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('service' as const), phone, inService: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), controller: fc.nat(1) }) },
  ),
  { maxLength: 80 },
);

/** Which states one leg may have after which; a leg begins at '' and ends at null. */
const FOLLOWS: Readonly<Record<string, readonly LocalState[]>> = {
  '': ['originated', 'alerting'],
  originated: ['delivered', 'fail', 'null'],
  delivered: ['connected', 'null'],
  alerting: ['connected', 'null'],
  connected: ['connected', 'hold', 'null'],
  hold: ['hold', 'connected', 'null'],
  fail: ['null'],
};

function setUp() {
  const told: Happening[] = [];
  const spec = (dn: number) => ({ dn: String(dn), name: '', monitorable: true });
  const cluster = new Cluster(
    [
      { bootId: 1, phones: [1, 2, 3].map(spec) },
      { bootId: 1, phones: [4, 5, 6].map(spec) },
    ],
    (happening) => told.push(happening),
  );
  return { cluster, told, phones: cluster.phones() };
}

const picture = (phones: readonly Phone[]) =>
  JSON.stringify(
    phones.map((p) => [p.inService, p.serial, p.lastLocalCallId, p.legs.map((leg) => [leg.localCallId, leg.state])]),
  );

/** True: it was refused. */
function perform(cluster: Cluster, phones: readonly Phone[], move: Move, atMs: number): boolean {
  if (move.do === 'restart') {
    cluster.restart(move.controller, cluster.bootId(move.controller) + 1, atMs);
    return false;
  }
  const at = phones[move.phone] as Phone;
  if (move.do === 'call') return cluster.makeCall(at, String(move.to + 1), atMs).result !== 'OK';
  if (move.do === 'service') return !cluster.setInService(at, move.inService, atMs);
  return cluster.operate(move.do, at, at.legs[move.leg]?.localCallId ?? 9_999, atMs) !== 'OK';
}

describe('whatever hands do', () => {
  it('a refused operation changes nothing and tells nothing; a done one tells something', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const { cluster, told, phones } = setUp();
        list.forEach((move, index) => {
          const before = picture(phones);
          const toldBefore = told.length;
          const refused = perform(cluster, phones, move, index);
          if (refused) expect([picture(phones), told.length]).toEqual([before, toldBefore]);
          else if (move.do !== 'restart') expect(told.length).toBeGreaterThan(toldBefore);
        });
      }),
    );
  });

  it('a phone has one call at most that is not held, both ends agree, and states follow one another as they may', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const { cluster, told, phones } = setUp();
        const states = new Map<string, string>();
        list.forEach((move, index) => {
          const from = told.length;
          perform(cluster, phones, move, index);
          for (const happening of told.slice(from)) {
            if (!happening.call) continue;
            const leg = `${happening.phone.dn} ${happening.call.globalLow}`;
            expect(FOLLOWS[states.get(leg) ?? '']).toContain(happening.state);
            states.set(leg, happening.state);
          }
          for (const at of phones) {
            expect(at.legs.filter((leg) => leg.state !== 'hold').length).toBeLessThanOrEqual(1);
            for (const leg of at.legs)
              expect(otherLeg(leg)?.phone.legs.includes(otherLeg(leg) as never) ?? leg.state === 'fail').toBe(true);
          }
        });
      }),
    );
  });

  it('no state is a trap: from anywhere every phone can clear its calls, and then no call is left', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const { cluster, told, phones } = setUp();
        list.forEach((move, index) => perform(cluster, phones, move, index));
        for (const at of phones) {
          while (at.legs.length > 0) {
            const leg = activeLeg(at) ?? at.legs[0];
            expect(cluster.operate('clear', at, leg?.localCallId ?? 0, 1_000)).toBe('OK');
          }
        }
        expect(cluster.callCount).toBe(0);
        const begun = told.filter((h) => h.event === 'ORIGINATED').length;
        const calls = new Set(told.filter((h) => h.call).map((h) => h.call));
        expect(calls.size).toBe(begun);
        for (const call of calls) expect([call?.caller.state, call?.called?.state ?? 'null']).toEqual(['null', 'null']);
      }),
    );
  });

  it('serials are dense per phone and boot', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const { cluster, told, phones } = setUp();
        const last = new Map<string, number>();
        list.forEach((move, index) => {
          const from = told.length;
          if (move.do === 'restart') for (const at of cluster.phones(move.controller)) last.set(at.dn, 0);
          perform(cluster, phones, move, index);
          for (const happening of told.slice(from)) {
            expect(happening.serial).toBe((last.get(happening.phone.dn) ?? 0) + 1);
            last.set(happening.phone.dn, happening.serial);
          }
        });
      }),
    );
  });
});
