import { describe, expect, it } from 'vitest';
import { phones, twoControllers } from '../testing/model-world.js';

describe('a busy phone', () => {
  it('R-CC-01 camp-on waits until it is idle, then rings there', () => {
    const world = twoControllers();
    world.talk('2002', '3001');
    world.do('call', '2001', { number: '2002' });
    world.news();
    world.do('camp-on', '2001');
    expect(world.news()).toEqual(['2001 QUEUED/CALL_QUEUED/queued']);
    world.do('clear', '3001');
    expect(world.news()).toEqual([
      '3001 CLEARED/CLEAR_INVOKED/null',
      '2002 CLEARED/CLEARED/null',
      '2002 RECEIVED/WAITING_CALL_RINGING/alerting',
      '2001 DELIVERED/WAITING_CALL_RINGING/delivered',
    ]);
    world.do('answer', '2002');
    expect(world.at('2001').legs[0]?.state).toBe('connected');
  });

  it('camp-on rings at once where it is idle by now, and fails where it has gone', () => {
    const world = twoControllers();
    world.talk('2002', '3001');
    world.do('call', '2001', { number: '2002' });
    world.do('call', '2003', { number: '2002' });
    world.do('camp-on', '2001');
    world.do('hold', '2002');
    expect(world.at('2002').legs.map(({ state }) => state)).toEqual(['hold', 'alerting']);
    world.do('camp-on', '2003');
    world.cluster.setInService(world.at('2002'), false, 1);
    expect(world.news()).toContain('2003 FAILED/DESTINATION_NOT_OBTAINABLE/fail');
    expect(world.ask('camp-on', '2003').result).toBe('WRONG_STATE');
  });

  it('calls back when both are idle: rings here first, then there', () => {
    const world = twoControllers();
    world.talk('2002', '3001');
    world.do('call', '2001', { number: '2002' });
    world.do('call-me-back', '2001');
    world.do('clear', '2001');
    world.news();
    world.do('clear', '3001');
    expect(world.news().at(-1)).toBe('2001 RECEIVED/CALLBACK_MATURED/alerting');
    expect(world.told.at(-1)?.flags.ownCall).toBe(true);
    expect(world.ask('redirect', '2001', { number: '2003' }).result).toBe('WRONG_STATE');
    world.do('answer', '2001');
    expect(world.news()).toEqual([
      '2001 ORIGINATED/CALLBACK_INVOKED/originated',
      '2002 RECEIVED/NEW_CALL/alerting',
      '2001 DELIVERED/DELIVERED/delivered',
    ]);
  });

  it('is intruded upon, which makes a conference', () => {
    const world = twoControllers();
    world.talk('2002', '3001');
    world.do('call', '2001', { number: '2002' });
    world.news();
    world.do('intrude', '2001');
    expect(world.news().slice(0, 3)).toEqual([
      '2001 CONFERENCED/INTRUSION_INVOKED/connected',
      '2002 CONFERENCED/INTRUSION/connected',
      '3001 CONFERENCED/INTRUSION/connected',
    ]);
    expect(world.cluster.callCount).toBe(1);
  });

  it('R-CC-06 a SIP phone has neither camp-on nor call-me-back, in no state', () => {
    const world = twoControllers({}, [{ ...phones('2101')[0]!, kind: 'sip-phone' }]);
    world.talk('2002', '3001');
    world.hand('call', '2101', { number: '2002' });
    for (const operation of ['camp-on', 'call-me-back', 'message-for-call'] as const) {
      expect(world.ask(operation, '2101').result).toBe('NOT_SUPPORTED');
      expect(world.ask(operation, '2101', { call: 99 }).result).toBe('UNKNOWN_CALL');
    }
    world.hand('clear', '2101');
    world.hand('call', '2101', { number: '2003' });
    world.do('answer', '2003');
    expect(world.ask('camp-on', '2101').result).toBe('NOT_SUPPORTED');
  });
});

describe('messages', () => {
  it('call-me-back messages light the lamp, once each, until they are cleared', () => {
    const world = twoControllers();
    world.do('do-not-disturb', '2002', { on: true });
    world.do('call', '2001', { number: '2002' });
    expect(world.news().at(-1)).toBe('2001 FAILED/DESTINATION_DO_NOT_DISTURB/fail');
    world.do('message-for-call', '2001');
    world.do('message-to', '3001', { number: '2002' });
    expect(world.at('2002').features.messages).toEqual(['2001', '3001']);
    expect(world.ask('clear-message', '2002', { number: '2009' }).result).toBe('WRONG_STATE');
    world.do('clear-message', '2002', { number: '2001' });
    world.do('clear-message', '2002', { number: '3001' });
    expect(world.news()).toEqual([
      '2002 MSG_WAITING_INDICATOR on',
      '2002 MSG_WAITING_INDICATOR on',
      '2002 MSG_WAITING_INDICATOR on',
      '2002 MSG_WAITING_INDICATOR off',
    ]);
    expect(world.ask('message-to', '2001', { number: '7777' }).result).toBe('INVALID_NUMBER');
  });
});
