import { describe, expect, it } from 'vitest';
import { Cluster } from './cluster.js';
import type { Happening } from './happening.js';
import { press } from './hand.js';
import { CALLS_PER_PHONE_MAX, handleOf, type Phone } from './phone.js';

function setUp() {
  const told: Happening[] = [];
  const phone = (dn: string) => ({ dn, name: `Name ${dn}`, monitorable: true });
  const cluster = new Cluster(
    [
      { bootId: 10, phones: ['2001', '2002'].map(phone) },
      { bootId: 20, phones: ['3001', '3002', '3003', '3004'].map(phone) },
    ],
    (happening) => told.push(happening),
  );
  const at = (dn: string): Phone => {
    const found = cluster.phoneByDn(dn);
    if (!found) throw new Error(`no phone ${dn}`);
    return found;
  };
  /** What one phone was told since the last look, as `EVENT/CAUSE/state`. */
  const seen = (dn: string) => told.filter((h) => h.phone.dn === dn).map((h) => `${h.event}/${h.cause}/${h.state}`);
  return { cluster, told, at, seen };
}

function connected() {
  const world = setUp();
  const { localCallId } = world.cluster.makeCall(world.at('2001'), '3001', 1);
  const called = world.at('3001').legs[0]?.localCallId ?? 0;
  expect(world.cluster.operate('answer', world.at('3001'), called, 2)).toBe('OK');
  return { ...world, caller: localCallId, called };
}

describe('a call between two phones', () => {
  it('R-CC-02 gives exactly seven events in the order of the page, across controllers', () => {
    const { cluster, told, at, seen, called } = connected();
    expect(cluster.operate('clear', at('3001'), called, 3)).toBe('OK');
    expect(told).toHaveLength(7);
    expect(seen('2001')).toEqual([
      'ORIGINATED/NEW_CALL/originated',
      'DELIVERED/DELIVERED/delivered',
      'ESTABLISHED/ANSWERED/connected',
      'CLEARED/CLEARED/null',
    ]);
    expect(seen('3001')).toEqual([
      'RECEIVED/NEW_CALL/alerting',
      'ESTABLISHED/ANSWERED_INVOKED/connected',
      'CLEARED/CLEAR_INVOKED/null',
    ]);
    expect(cluster.callCount).toBe(0);
  });

  it('the global call id is the same at both ends, serials are dense per phone', () => {
    const { told, cluster, at, caller } = connected();
    cluster.operate('clear', at('2001'), caller, 3);
    expect(new Set(told.map((h) => `${h.call?.globalHigh}/${h.call?.globalLow}`)).size).toBe(1);
    expect(told[0]?.call?.globalLow).toBeGreaterThan(0);
    for (const dn of ['2001', '3001']) {
      const serials = told.filter((h) => h.phone.dn === dn).map((h) => h.serial);
      expect(serials).toEqual(serials.map((_, index) => index + 1));
    }
  });

  it('hold and retrieve are told to both ends, the far end stays connected', () => {
    const { cluster, at, seen, caller } = connected();
    expect(cluster.operate('hold', at('2001'), caller, 3)).toBe('OK');
    expect(cluster.operate('hold', at('2001'), caller, 4)).toBe('WRONG_STATE');
    expect(cluster.operate('retrieve', at('2001'), caller, 5)).toBe('OK');
    expect(seen('2001').slice(3)).toEqual(['HELD/HARD_HOLD_INVOKED/hold', 'RETRIEVED/RETRIEVE_INVOKED/connected']);
    expect(seen('3001').slice(2)).toEqual(['HELD/HARD_HOLD/connected', 'RETRIEVED/RETRIEVE/connected']);
  });

  it('a held call leaves room for another, and comes back only when that is gone', () => {
    const { cluster, at, caller } = connected();
    cluster.operate('hold', at('2001'), caller, 3);
    const second = cluster.makeCall(at('2001'), '3002', 4);
    expect(second.result).toBe('OK');
    expect(cluster.operate('retrieve', at('2001'), caller, 5)).toBe('WRONG_STATE');
    cluster.operate('clear', at('2001'), second.localCallId, 6);
    expect(cluster.operate('retrieve', at('2001'), caller, 7)).toBe('OK');
  });

  it('a ringing call cleared by the called ends at both', () => {
    const { cluster, at, seen } = setUp();
    cluster.makeCall(at('2001'), '3001', 1);
    expect(press(cluster, 'clear', at('3001'), 2)).toBe('OK');
    expect(seen('3001').at(-1)).toBe('CLEARED/CLEAR_INVOKED/null');
    expect(seen('2001').at(-1)).toBe('CLEARED/CLEARED/null');
  });
});

describe('a call that reaches nobody', () => {
  it.each([
    ['9999', 'NO_SUCH_NUMBER'],
    ['*#+1', 'NO_SUCH_NUMBER'],
    ['2001', 'DESTINATION_BUSY'],
    ['3001', 'DESTINATION_BUSY'],
    ['3004', 'DESTINATION_NOT_OBTAINABLE'],
  ])('to %s is ORIGINATED, FAILED (%s) until the caller clears it', (number, cause) => {
    const { cluster, at, seen } = setUp();
    cluster.makeCall(at('3002'), '3001', 1);
    cluster.setInService(at('3004'), false, 2);
    const { result, localCallId } = cluster.makeCall(at('2001'), number, 3);
    expect(result).toBe('OK');
    expect(cluster.operate('clear', at('2001'), localCallId, 4)).toBe('OK');
    expect(seen('2001')).toEqual(['ORIGINATED/NEW_CALL/originated', `FAILED/${cause}/fail`, 'CLEARED/CLEAR_INVOKED/null']);
  });
});

describe('refusals', () => {
  it('change nothing and tell nothing', () => {
    const { cluster, told, at, caller, called } = connected();
    const before = told.length;
    expect(cluster.makeCall(at('2001'), '3002', 3)).toEqual({ result: 'WRONG_STATE', localCallId: 0 });
    expect(cluster.makeCall(at('2002'), '', 3).result).toBe('INVALID_NUMBER');
    expect(cluster.makeCall(at('2002'), '12a', 3).result).toBe('INVALID_NUMBER');
    expect(cluster.operate('answer', at('2001'), caller, 3)).toBe('WRONG_STATE');
    expect(cluster.operate('retrieve', at('3001'), called, 3)).toBe('WRONG_STATE');
    expect(cluster.operate('clear', at('2001'), caller + 1, 3)).toBe('UNKNOWN_CALL');
    expect(cluster.operate('clear', at('2002'), caller, 3)).toBe('UNKNOWN_CALL');
    expect(press(cluster, 'answer', at('2001'), 3)).toBe('WRONG_STATE');
    expect(press(cluster, 'answer', at('2002'), 3)).toBe('UNKNOWN_CALL');
    expect(told).toHaveLength(before);
  });

  it('a handle is known at its own controller only, and is one-to-one with the number', () => {
    const { cluster, at } = setUp();
    expect(cluster.phoneAt(0, at('2001').handle)?.dn).toBe('2001');
    expect(cluster.phoneAt(1, at('2001').handle)).toBeNull();
    expect(handleOf('1')).not.toBe(handleOf('01'));
    expect(handleOf('999999999')).toBeLessThan(2 ** 32);
    expect(() => handleOf('1234567890')).toThrow();
    expect(
      () =>
        new Cluster(
          [
            {
              bootId: 1,
              phones: [
                { dn: '1', name: '', monitorable: true },
                { dn: '1', name: '', monitorable: true },
              ],
            },
          ],
          () => undefined,
        ),
    ).toThrow(/twice/);
  });

  it('a phone bears a bounded number of calls', () => {
    const { cluster, at } = setUp();
    for (let count = 0; count < CALLS_PER_PHONE_MAX; count += 1) {
      cluster.makeCall(at('2001'), '3001', 1);
      press(cluster, 'answer', at('3001'), 1);
      press(cluster, 'hold', at('3001'), 1);
      press(cluster, 'hold', at('2001'), 1);
    }
    expect(at('2001').legs).toHaveLength(CALLS_PER_PHONE_MAX);
    expect(cluster.makeCall(at('2001'), '3002', 2).result).toBe('WRONG_STATE');
    cluster.makeCall(at('2002'), '3001', 2);
    expect(at('2002').legs[0]?.state).toBe('fail');
  });
});

describe('service and restarts', () => {
  it('going out of service ends the calls first, refuses operations, and comes back', () => {
    const { cluster, at, seen, caller } = connected();
    expect(cluster.setInService(at('2001'), false, 3)).toBe(true);
    expect(cluster.setInService(at('2001'), false, 4)).toBe(false);
    expect(seen('2001').slice(-2)).toEqual(['CLEARED/CLEARED/null', 'OUT_OF_SERVICE/DEVICE_OUT_OF_SERVICE/null']);
    expect(seen('3001').at(-1)).toBe('CLEARED/CLEARED/null');
    expect(cluster.operate('clear', at('2001'), caller, 5)).toBe('DEVICE_OUT_OF_SERVICE');
    expect(cluster.makeCall(at('2001'), '3001', 5).result).toBe('DEVICE_OUT_OF_SERVICE');
    expect(cluster.setInService(at('2001'), true, 6)).toBe(true);
    expect(seen('2001').at(-1)).toBe('IN_SERVICE/DEVICE_IN_SERVICE/null');
    expect(cluster.callCount).toBe(0);
  });

  it('a restart ends calls, tells far ends only, begins serials anew and keeps handles', () => {
    const { cluster, told, at, seen } = connected();
    const handle = at('2001').handle;
    const before = told.length;
    cluster.restart(0, 11, 3);
    expect(told).toHaveLength(before + 1);
    expect(seen('3001').at(-1)).toBe('CLEARED/CLEARED/null');
    expect(cluster.callCount).toBe(0);
    expect(cluster.bootId(0)).toBe(11);
    expect(at('2001')).toMatchObject({ handle, serial: 0, legs: [] });
    expect(() => cluster.restart(0, 11, 4)).toThrow();
  });
});
