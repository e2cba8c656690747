import { describe, expect, it } from 'vitest';
import type { PhoneSpec } from '../phone.js';
import { phones, twoControllers } from '../testing/model-world.js';

const one = (dn: string, more: Partial<PhoneSpec>): PhoneSpec => ({ ...phones(dn)[0]!, ...more });

describe('hot desk users', () => {
  const world = () =>
    twoControllers({}, [
      one('2101', { hotDesk: true }),
      one('2201', { kind: 'hot-desk-user', pin: '4711' }),
      one('2202', { kind: 'hot-desk-user', pin: '1' }),
    ]);

  it('R-MON-05 log in at a set with the PIN: the number moves to it, the set itself is out of service meanwhile', () => {
    const at = world();
    expect(at.ask('call', '2201', { number: '2001' }).result).toBe('DEVICE_OUT_OF_SERVICE');
    at.do('call', '2001', { number: '2201' });
    expect(at.news().at(-1)).toBe('2001 FAILED/DESTINATION_NOT_OBTAINABLE/fail');
    at.do('clear', '2001');
    at.news();
    at.do('hot-desk-log-in', '2101', { number: '2201', text: '4711' });
    expect(at.news()).toEqual([
      '2101 OUT_OF_SERVICE/DEVICE_OUT_OF_SERVICE/null',
      '2201 IN_SERVICE/DEVICE_IN_SERVICE/null',
      '2101 HOT_DESK_USER on 2201 2101',
      '2201 HOT_DESK_USER on 2201 2101',
    ]);
    at.talk('2001', '2201');
    expect(at.ask('call', '2101', { number: '2002' }).result).toBe('DEVICE_OUT_OF_SERVICE');
    expect(at.ask('hot-desk-log-out', '2101').result).toBe('WRONG_STATE');
    at.do('clear', '2201');
    at.do('hot-desk-log-out', '2101');
    expect(at.at('2101')).toMatchObject({ inService: true, occupant: null });
    expect(at.at('2201')).toMatchObject({ inService: false, set: null });
  });

  it.each([
    ['2101', { number: '7777', text: '' }, 'INVALID_NUMBER'],
    ['2101', { number: '2001', text: '' }, 'WRONG_KIND'],
    ['2101', { number: '2201', text: '4712' }, 'INVALID_PIN'],
    ['2101', { number: '2201' }, 'INVALID_PIN'],
    ['2001', { number: '2201', text: '4711' }, 'NOT_ALLOWED'],
  ] as const)('a log-in at %s with %j is refused: %s', (dn, ask, result) => {
    const at = world();
    expect(at.ask('hot-desk-log-in', dn, ask).result).toBe(result);
    expect(at.news()).toEqual([]);
  });

  it('one user sits at one set, and a set has one user', () => {
    const at = world();
    at.do('hot-desk-log-in', '2101', { number: '2201', text: '4711' });
    expect(at.ask('hot-desk-log-in', '2101', { number: '2202', text: '1' }).result).toBe('ALREADY_LOGGED_IN');
    expect(at.ask('hot-desk-log-out', '2202').result).toBe('NOT_LOGGED_IN');
    expect(at.cluster.setInService(at.at('2101'), true, 1)).toBe(false);
    at.do('hot-desk-log-out', '2201');
    expect(at.ask('verify-pin', '2101', { number: '2201', text: '4711' }).result).toBe('OK');
    expect(at.ask('verify-pin', '2101', { number: '2201', text: '0' }).result).toBe('INVALID_PIN');
  });
});

describe('phones that need the hand', () => {
  it('R-CC-06 a SIP phone accepts make, answer and clear, and does them when its user does', () => {
    const at = twoControllers({}, [one('2101', { kind: 'sip-phone' })]);
    const made = at.ask('call', '2101', { number: '2001' });
    expect(made).toEqual({ result: 'OK_USER_ACTION', localCallId: 1 });
    expect(at.news()).toEqual(['2101 RECEIVED/NEW_CALL/alerting']);
    expect(at.told.at(-1)?.flags.ownCall).toBe(true);
    expect(at.ask('answer', '2101').result).toBe('OK_USER_ACTION');
    expect(at.news()).toEqual([]);
    expect(at.hand('answer', '2101')).toBe('OK');
    expect(at.news()).toEqual([
      '2101 ORIGINATED/NEW_CALL/originated',
      '2001 RECEIVED/NEW_CALL/alerting',
      '2101 DELIVERED/DELIVERED/delivered',
    ]);
    expect(at.ask('clear', '2101').result).toBe('OK_USER_ACTION');
    expect(at.news()).toEqual([]);
    at.do('answer', '2001');
    at.news();
    at.do('hold', '2101');
    expect(at.news()).toEqual(['2101 HELD/HARD_HOLD/hold', '2001 HELD/HARD_HOLD/connected']);
    expect(at.hand('clear', '2101')).toBe('OK');
    expect(at.cluster.callCount).toBe(0);
  });

  it('R-CC-06 some ask over another line of theirs: a call of its own there, and the user’s hand transfers', () => {
    const lines = [{ setDn: '2101', button: 2, dn: '2101', shared: 'multicall' as const }];
    const at = twoControllers({ lines }, [one('2101', { kind: 'sip-phone', transferLine: 2 })]);
    at.do('call', '3001', { number: '2101' });
    at.hand('answer', '2101');
    at.news();
    expect(at.ask('consult', '2101', { number: '2002' })).toEqual({ result: 'OK', localCallId: 0 });
    expect(at.news()).toEqual([
      '2101 HELD/HARD_HOLD/hold',
      '3001 HELD/HARD_HOLD/connected',
      'line 2101 0 ORIGINATED/NEW_CALL/originated',
      '2002 RECEIVED/NEW_CALL/alerting',
      'line 2101 0 DELIVERED/DELIVERED/delivered',
    ]);
    // the two are not linked: over a link nobody can transfer what is not at one device
    expect(at.at('2101').legs[0]?.partner).toBeNull();
    expect(at.ask('transfer', '2101').result).toBe('WRONG_STATE');
    at.do('answer', '2002');
    at.news();
    expect(at.hand('transfer', '2101')).toBe('OK');
    expect(at.news()).toEqual([
      '2101 TRANSFERRED/TRANSFER_INVOKED/null',
      'line 2101 0 TRANSFERRED/TRANSFER_INVOKED/null',
      '3001 TRANSFERRED/SUPERVISED_TRANSFER/connected',
      '2002 TRANSFERRED/SUPERVISED_TRANSFER/connected',
    ]);
    at.do('clear', '3001');
    expect(at.cluster.callCount).toBe(0);
  });

  it('R-CC-06 they ask on the line that speaks where the other one is taken', () => {
    const lines = [{ setDn: '2101', button: 2, dn: '2101', shared: 'multicall' as const }];
    const at = twoControllers({ lines }, [one('2101', { kind: 'sip-phone', transferLine: 2 })]);
    at.do('call', '3001', { number: '2101' });
    at.hand('answer', '2101');
    at.do('call', '3002', { number: '2101' });
    at.news();
    const { localCallId } = at.ask('consult', '2101', { number: '2002' });
    expect(at.at('2101').legs.at(-1)).toMatchObject({ localCallId, partner: at.at('2101').legs[0] });
  });

  it('R-CC-07 an external hot desk user answers later, over the network outside', () => {
    const at = twoControllers({}, [one('2301', { kind: 'external-user', pin: '9', responseMs: 400 })]);
    expect(at.ask('external-log-in', '2301', { text: '8' }).result).toBe('INVALID_PIN');
    expect(at.ask('external-log-in', '2001', { text: '9' }).result).toBe('WRONG_KIND');
    at.do('external-log-in', '2301', { text: '9' });
    at.do('call', '2001', { number: '2301' });
    at.news();
    at.pass(399);
    expect(at.news()).toEqual([]);
    expect(at.ask('answer', '2301').result).toBe('UNKNOWN_CALL');
    at.pass(1);
    expect(at.news()).toEqual(['2301 RECEIVED/NEW_CALL/alerting', '2001 DELIVERED/DELIVERED/delivered']);
    expect(at.ask('answer', '2301').result).toBe('OK_USER_ACTION');
    expect(at.hand('answer', '2301')).toBe('OK');
    at.do('clear', '2301');
    expect(at.ask('call', '2301', { number: '2002' }).result).toBe('OK_USER_ACTION');
    at.news();
    at.pass(400);
    at.hand('answer', '2301');
    expect(at.news().slice(0, 2)).toEqual(['2301 RECEIVED/EHDU_CALL_BACK/alerting', '2301 ORIGINATED/EHDU_ACCESS/originated']);
    expect(at.ask('external-log-out', '2301').result).toBe('WRONG_STATE');
  });

  it('R-CC-07 an external user has one call at a time, one on hold included: nothing that nobody was told of stands in the way of his own', () => {
    const at = twoControllers({}, [one('2301', { kind: 'external-user', responseMs: 400 })]);
    at.do('external-log-in', '2301');
    at.do('call', '2001', { number: '2301' });
    at.pass(400);
    at.hand('answer', '2301');
    at.do('hold', '2301');
    at.news();
    at.do('call', '2002', { number: '2301' });
    expect(at.news()).toEqual(['2002 ORIGINATED/NEW_CALL/originated', '2002 FAILED/DESTINATION_BUSY/fail']);
    expect(at.ask('call', '2301', { number: '2003' }).result).toBe('WRONG_STATE');
    expect(at.ask('retrieve', '2301').result).toBe('OK');
  });

  it('R-CC-06 after a new call the line is in the user’s hand: the number is dialled at once', () => {
    const at = twoControllers({}, [one('2101', { kind: 'sip-phone' })]);
    at.do('call', '2001', { number: '2101' });
    at.hand('answer', '2101');
    at.do('new-call', '2101');
    at.news();
    expect(at.ask('call', '2101', { number: '2002' })).toEqual({ result: 'OK', localCallId: 2 });
    expect(at.news()[0]).toBe('2101 ORIGINATED/NEW_CALL/originated');
    expect(at.at('2101').legs.filter(({ state }) => state !== 'hold')).toHaveLength(1);
  });

  it('a call that is cleared before the network outside has found the user goes without a word to him', () => {
    const at = twoControllers({}, [one('2301', { kind: 'external-user', responseMs: 400 })]);
    at.do('external-log-in', '2301');
    at.do('call', '2001', { number: '2301' });
    at.news();
    at.do('clear', '2001');
    at.pass(1_000);
    expect(at.news()).toEqual(['2001 CLEARED/CLEAR_INVOKED/null']);
    expect(at.at('2301').legs).toEqual([]);
  });
});

describe('settings', () => {
  it('are told as features: do not disturb, auto answer, the lamp', () => {
    const at = twoControllers();
    at.do('do-not-disturb', '2001', { on: true });
    at.do('do-not-disturb', '2001', { on: false });
    at.do('message-waiting', '2001', { on: true });
    at.do('auto-answer', '2001', { on: true });
    expect(at.news()).toEqual([
      '2001 DO_NOT_DISTURB on',
      '2001 DO_NOT_DISTURB off',
      '2001 MSG_WAITING_INDICATOR on',
      '2001 AUTO_ANSWER_FEATURE on',
    ]);
    at.do('call', '2002', { number: '2001' });
    expect(at.news().slice(-2)).toEqual(['2001 ESTABLISHED/ANSWERED_INVOKED/connected', '2002 ESTABLISHED/ANSWERED/connected']);
  });
});
