import { describe, expect, it } from 'vitest';
import { phones, twoControllers } from '../testing/model-world.js';

describe('a ringing call', () => {
  it('R-CC-01 is redirected: away here, ringing there, and the caller is told', () => {
    const world = twoControllers();
    world.do('call', '2001', { number: '2002' });
    world.news();
    expect(world.ask('redirect', '2002', { number: '7777' }).result).toBe('INVALID_NUMBER');
    expect(world.ask('redirect', '2002', { number: '2001' }).result).toBe('DESTINATION_UNAVAILABLE');
    expect(world.ask('redirect', '2001', { number: '3001' }).result).toBe('WRONG_STATE');
    expect(world.news()).toEqual([]);
    world.do('redirect', '2002', { number: '3001' });
    world.do('answer', '3001');
    expect(world.news()).toEqual([
      '2002 DIVERTED/REDIRECTED_AWAY/null',
      '3001 RECEIVED/REDIRECTED_FROM/alerting',
      '2001 DIVERTED/REDIRECTED_TO/delivered',
      '3001 ESTABLISHED/ANSWERED_INVOKED/connected',
      '2001 ESTABLISHED/ANSWERED/connected',
    ]);
  });

  it('is picked up by number, or in the pickup group the oldest one', () => {
    const grouped = ['2101', '2102', '2103'].map((dn) => ({ ...phones(dn)[0]!, pickupGroup: 1 }));
    const world = twoControllers({}, grouped);
    world.do('call', '2001', { number: '2002' });
    world.news();
    expect(world.ask('pickup', '2003', { number: '7777' }).result).toBe('INVALID_NUMBER');
    expect(world.ask('pickup', '2003', { number: '2004' }).result).toBe('DESTINATION_UNAVAILABLE');
    expect(world.ask('pickup', '2001', { number: '2002' }).result).toBe('WRONG_STATE');
    const taken = world.do('pickup', '2003', { number: '2002' });
    expect(taken).toBe(world.at('2003').legs[0]?.localCallId);
    expect(world.news()).toEqual([
      '2002 DIVERTED/DIVERTED_PICKUP_AWAY/null',
      '2003 ESTABLISHED/PICKUP_INVOKED/connected',
      '2001 ESTABLISHED/PICKUP/connected',
    ]);
    world.nowMs = 5;
    world.do('call', '3001', { number: '2101' });
    world.nowMs = 6;
    world.do('call', '3002', { number: '2102' });
    expect(world.ask('pickup', '2004').result).toBe('DESTINATION_UNAVAILABLE');
    world.do('pickup', '2103');
    expect(world.at('3001').legs[0]?.state).toBe('connected');
    expect(world.at('3002').legs[0]?.state).toBe('delivered');
  });

  it('a call on hold is fetched from another phone, or one own comes back', () => {
    const world = twoControllers();
    world.talk('2001', '2002');
    world.do('hold', '2002');
    world.news();
    expect(world.ask('remote-retrieve', '2003', { number: '2001' }).result).toBe('DESTINATION_UNAVAILABLE');
    world.do('remote-retrieve', '2003', { number: '2002' });
    expect(world.news()).toEqual([
      '2002 DIVERTED/HARD_HOLD_RETRIEVED/null',
      '2003 RETRIEVED/RETRIEVE_INVOKED/connected',
      '2001 RETRIEVED/RETRIEVE/connected',
    ]);
    world.do('hold', '2003');
    world.do('remote-retrieve', '2003');
    expect(world.at('2003').legs[0]?.state).toBe('connected');
  });
});

describe('forwarding', () => {
  it('always: the caller is told where it goes, the forwarded phone nothing', () => {
    const world = twoControllers();
    world.do('forward-always', '2002', { on: true, number: '3001' });
    world.news();
    world.do('call', '2001', { number: '2002' });
    expect(world.news()).toEqual([
      '2001 ORIGINATED/NEW_CALL/originated',
      '2001 DIVERTED/DIVERTED_ALWAYS_TO/originated',
      '3001 RECEIVED/DIVERTED_ALWAYS_FROM/alerting',
      '2001 DELIVERED/DELIVERED/delivered',
    ]);
    const received = world.told.find(({ event }) => event === 'RECEIVED');
    expect(received?.parties.map(({ role, phone }) => [role, phone?.dn])).toContainEqual(['ORIGINAL_DESTINATION_DEVICE', '2002']);
  });

  it('on busy, for callers inside and outside apart', () => {
    const world = twoControllers({ trunks: [{ number: 1, name: 'T1', kind: 'trunk' }] });
    world.talk('2002', '2003');
    world.do('forward-busy-external', '2002', { on: true, number: '2004' });
    world.do('call', '2001', { number: '2002' });
    expect(world.news().at(-1)).toBe('2001 FAILED/DESTINATION_BUSY/fail');
    world.cluster.comeIn(world.at('1'), '0301234', '2002', 0);
    expect(world.news()).toContain('2004 RECEIVED/DIVERTED_ON_BUSY_FROM/alerting');
    world.do('forward-busy-internal', '2002', { on: true, number: '2005' });
    world.do('clear', '2001');
    world.do('call', '2001', { number: '2002' });
    expect(world.news()).toContain('2005 RECEIVED/DIVERTED_ON_BUSY_FROM/alerting');
  });

  it('on no answer, after its time and not when somebody has answered', () => {
    const world = twoControllers();
    world.do('forward-no-answer-internal', '2002', { on: true, number: '2003' });
    world.do('call', '2001', { number: '2002' });
    world.news();
    world.pass(19_999);
    expect(world.news()).toEqual([]);
    world.pass(1);
    expect(world.news()).toEqual([
      '2002 DIVERTED/DIVERTED_NO_ANSWER_AWAY/null',
      '2003 RECEIVED/DIVERTED_NO_ANSWER_FROM/alerting',
      '2001 DIVERTED/DIVERTED_NO_ANSWER_TO/delivered',
    ]);
    world.do('answer', '2003');
    world.do('clear', '2003');
    world.talk('2001', '2002');
    world.news();
    world.pass(60_000);
    expect(world.news()).toEqual([]);
  });

  it('in a circle ends, after eight in a row', () => {
    const world = twoControllers();
    world.do('forward-always', '2002', { on: true, number: '2003' });
    world.do('forward-always', '2003', { on: true, number: '2002' });
    world.news();
    world.do('call', '2001', { number: '2002' });
    const news = world.news();
    expect(news.filter((line) => line.includes('DIVERTED_ALWAYS_TO'))).toHaveLength(8);
    expect(news.at(-1)).toBe('2001 FAILED/DESTINATION_NOT_OBTAINABLE/fail');
  });

  it('is told as a feature, keeps its number while off, and wants one that exists', () => {
    const world = twoControllers();
    expect(world.ask('forward-always', '2002', { on: true, number: '7777' }).result).toBe('INVALID_NUMBER');
    expect(world.ask('forward-always', '2002', { on: true }).result).toBe('INVALID_NUMBER');
    world.do('forward-always', '2002', { on: true, number: '3001' });
    world.do('forward-always', '2002', { on: false });
    world.do('forward-always', '2002', { on: true });
    expect(world.news()).toEqual(['2002 CF_ALWAYS on 3001', '2002 CF_ALWAYS off 3001', '2002 CF_ALWAYS on 3001']);
  });
});
