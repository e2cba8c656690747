import { beforeEach, describe, expect, it } from 'vitest';
import { twoControllers, type ModelWorld } from '../testing/model-world.js';

let world: ModelWorld;
let held: number;
let consulting: number;

/** 2001 speaks with 3001, then asks 2002, who has answered unless `ringing`. */
function consult(ringing = false): void {
  world = twoControllers();
  [held] = world.talk('2001', '3001');
  world.news();
  consulting = world.do('consult', '2001', { number: '2002' });
  if (!ringing) world.do('answer', '2002');
}

describe('a consultation', () => {
  beforeEach(() => consult());

  it('R-CC-01 holds the call, links the two and goes on as a new call', () => {
    expect(world.news()).toEqual([
      '2001 HELD/CONS_HOLD_INVOKED/hold',
      '3001 HELD/CONS_HOLD/connected',
      '2001 ORIGINATED/CONS_CALL_INVOKED/originated',
      '2002 RECEIVED/NEW_CALL/alerting',
      '2001 DELIVERED/DELIVERED/delivered',
      '2002 ESTABLISHED/ANSWERED_INVOKED/connected',
      '2001 ESTABLISHED/ANSWERED/connected',
    ]);
    const own = world.told.filter(({ phone }) => phone.dn === '2001');
    expect(own.at(-1)).toMatchObject({ localCallId: consulting, linked: held });
    expect(own.find(({ event }) => event === 'HELD')).toMatchObject({ localCallId: held, linked: consulting });
  });

  it('is cancelled by clearing it, and the held call comes back', () => {
    world.news();
    world.do('cancel-consultation', '2001', { call: consulting });
    expect(world.news()).toEqual([
      '2001 CLEARED/CLEAR_INVOKED/null',
      '2002 CLEARED/CLEARED/null',
      '2001 RETRIEVED/RETRIEVE_INVOKED/connected',
      '3001 RETRIEVED/RETRIEVE/connected',
    ]);
    expect(world.told.at(-2)).toMatchObject({ localCallId: held, linked: 0 });
  });

  it('alternates between both, again and again', () => {
    world.news();
    world.do('alternate', '2001', { call: consulting });
    expect(world.news()).toEqual([
      '2001 HELD/CONS_HOLD_INVOKED/hold',
      '2002 HELD/CONS_HOLD/connected',
      '2001 RETRIEVED/ALTERNATE_CALL_INVOKED/connected',
      '3001 RETRIEVED/RETRIEVE/connected',
    ]);
    expect(world.ask('alternate', '2001', { call: consulting }).result).toBe('WRONG_STATE');
    world.do('alternate', '2001', { call: held });
    expect(world.at('2001').legs.map(({ state }) => state)).toEqual(['hold', 'connected']);
  });

  it('its end leaves the other call as it is: on hard hold, or an ordinary one', () => {
    world.do('clear', '2002');
    expect(world.at('2001').legs[0]).toMatchObject({ state: 'hold', partner: null });
    world.do('retrieve', '2001', { call: held });
    consult();
    world.do('clear', '3001');
    expect(world.at('2001').legs).toMatchObject([{ localCallId: consulting, state: 'connected', partner: null }]);
    world.do('hold', '2001');
  });

  it('refuses what belongs to unlinked calls, and changes nothing', () => {
    world.news();
    for (const operation of ['hold', 'consult', 'new-call', 'split', 'answer', 'redirect', 'blind-transfer'] as const)
      expect([operation, world.ask(operation, '2001', { call: consulting, number: '2003' }).result]).toEqual([
        operation,
        'WRONG_STATE',
      ]);
    for (const operation of ['retrieve', 'trade', 'cancel-consultation', 'transfer', 'conference', 'alternate'] as const)
      expect([operation, world.ask(operation, '2001', { call: held }).result]).toEqual([operation, 'WRONG_STATE']);
    expect(world.news()).toEqual([]);
  });
});

describe('transfer', () => {
  it('R-CC-01 supervised: the consulted end moves into the held call, and who transferred is out of both', () => {
    consult();
    const far = world.at('2002').legs[0]?.localCallId;
    const global = world.at('3001').legs[0]?.call.globalLow;
    world.news();
    world.do('transfer', '2001', { call: consulting });
    expect(world.news()).toEqual([
      '2001 TRANSFERRED/TRANSFER_INVOKED/null',
      '2001 TRANSFERRED/TRANSFER_INVOKED/null',
      '3001 TRANSFERRED/SUPERVISED_TRANSFER/connected',
      '2002 TRANSFERRED/SUPERVISED_TRANSFER/connected',
    ]);
    expect(world.told.at(-1)).toMatchObject({ localCallId: far, call: { globalLow: global } });
    expect(world.at('2001').legs).toEqual([]);
    expect(world.cluster.callCount).toBe(1);
    world.do('clear', '2002');
    expect(world.news()).toEqual(['2002 CLEARED/CLEAR_INVOKED/null', '3001 CLEARED/CLEARED/null']);
    expect(world.cluster.callCount).toBe(0);
  });

  it('unsupervised while the consulted end rings: it answers the held one', () => {
    consult(true);
    world.news();
    world.do('transfer', '2001', { call: consulting });
    world.do('answer', '2002');
    expect(world.news()).toEqual([
      '2001 TRANSFERRED/TRANSFER_INVOKED/null',
      '2001 TRANSFERRED/TRANSFER_INVOKED/null',
      '3001 TRANSFERRED/UNSUPERVISED_TRANSFER/delivered',
      '2002 TRANSFERRED/UNSUPERVISED_TRANSFER/alerting',
      '2002 ESTABLISHED/ANSWERED_INVOKED/connected',
      '3001 ESTABLISHED/ANSWERED/connected',
    ]);
  });

  it('who holds the call himself goes on holding it, and hears the new end ring when he comes back', () => {
    consult(true);
    world.do('hold', '3001');
    world.do('transfer', '2001', { call: consulting });
    expect(world.at('3001').legs[0]?.state).toBe('hold');
    expect(world.told.filter(({ phone }) => phone.dn === '3001').at(-1)?.flags.farAlerting).toBe(true);
    world.news();
    world.do('retrieve', '3001');
    expect(world.news()[0]).toBe('3001 RETRIEVED/RETRIEVE_INVOKED/delivered');
  });

  it('blind: the far end is sent to the number; nobody and who cannot take it are refused', () => {
    world = twoControllers();
    const [own] = world.talk('2001', '3001');
    world.talk('2003', '2004');
    world.news();
    expect(world.ask('blind-transfer', '2001', { call: own, number: '7777' }).result).toBe('INVALID_NUMBER');
    expect(world.ask('blind-transfer', '2001', { call: own, number: '2003' }).result).toBe('DESTINATION_UNAVAILABLE');
    expect(world.ask('blind-transfer', '2001', { call: own, number: '' }).result).toBe('INVALID_NUMBER');
    expect(world.news()).toEqual([]);
    world.do('blind-transfer', '2001', { call: own, number: '2002' });
    expect(world.news()).toEqual([
      '2001 TRANSFERRED/TRANSFER_INVOKED/null',
      '2002 RECEIVED/TRANSFERRED_CALL/alerting',
      '3001 TRANSFERRED/UNSUPERVISED_TRANSFER/delivered',
    ]);
  });
});

describe('several calls', () => {
  it('trade swaps the one that speaks with one on hard hold', () => {
    world = twoControllers();
    const [first] = world.talk('2001', '3001');
    world.do('hold', '2001');
    const [second] = world.talk('2001', '2002');
    world.news();
    expect(world.ask('trade', '2001', { call: second }).result).toBe('WRONG_STATE');
    world.do('trade', '2001', { call: first });
    expect(world.news()).toEqual([
      '2001 HELD/HARD_HOLD_INVOKED/hold',
      '2002 HELD/HARD_HOLD/connected',
      '2001 RETRIEVED/RETRIEVE_INVOKED/connected',
      '3001 RETRIEVED/RETRIEVE/connected',
    ]);
  });

  it('new call: hard hold and a line ready, with which MAKE_CALL goes on', () => {
    world = twoControllers();
    const [own] = world.talk('2001', '3001');
    world.news();
    const fresh = world.do('new-call', '2001', { call: own });
    expect(world.do('call', '2001', { number: '2002' })).toBe(fresh);
    expect(world.news()).toEqual([
      '2001 HELD/HARD_HOLD_INVOKED/hold',
      '3001 HELD/HARD_HOLD/connected',
      '2001 ORIGINATED/NEW_CALL_INVOKED/initiated',
      '2001 ORIGINATED/NEW_CALL/originated',
      '2002 RECEIVED/NEW_CALL/alerting',
      '2001 DELIVERED/DELIVERED/delivered',
    ]);
  });
});
