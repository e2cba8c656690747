import { beforeEach, describe, expect, it } from 'vitest';
import { partiesKnown } from '../phone.js';
import { twoControllers, type ModelWorld } from '../testing/model-world.js';

let world: ModelWorld;
let own: number;

function add(number: string): void {
  const consulting = world.do('consult', '2001', { call: own, number });
  world.do('answer', number);
  world.do('conference', '2001', { call: consulting });
}

beforeEach(() => {
  world = twoControllers();
  [own] = world.talk('2001', '2002');
});

describe('a conference', () => {
  it('R-CC-01 joins the three, with its members in the event; a further one is told to those who are in', () => {
    world.news();
    const consulting = world.do('consult', '2001', { number: '2003' });
    world.do('answer', '2003');
    world.news();
    world.do('conference', '2001', { call: consulting });
    expect(world.news()).toEqual([
      '2001 CLEARED/CONFERENCED/null',
      '2001 CONFERENCED/CONFERENCE_INVOKED/connected',
      '2002 CONFERENCED/CONFERENCED/connected',
      '2003 CONFERENCED/CONFERENCED/connected',
      '2001 CONFERENCE_FEATURE on 2001',
    ]);
    const [first] = world.told.filter(({ cause }) => cause === 'CONFERENCE_INVOKED');
    expect(first?.members.map(({ phone }) => phone.dn)).toEqual(['2001', '2002', '2003']);
    expect(first?.flags).toMatchObject({ conference: true, conferenceController: true });
    add('2004');
    expect(world.news().slice(-5, -1)).toEqual([
      '2001 CONFERENCED/CONFERENCE_INVOKED/connected',
      '2002 CONFERENCED/CONFERENCE_MEMBER_ADDED/connected',
      '2003 CONFERENCED/CONFERENCE_MEMBER_ADDED/connected',
      '2004 CONFERENCED/CONFERENCED/connected',
    ]);
    expect(world.cluster.callCount).toBe(1);
  });

  it('has at most eight members', () => {
    for (const number of ['2003', '2004', '2005', '2006', '2007', '2008']) add(number);
    const consulting = world.do('consult', '2001', { call: own, number: '2009' });
    world.do('answer', '2009');
    expect(world.ask('conference', '2001', { call: consulting }).result).toBe('WRONG_STATE');
    expect(world.at('2001').legs[0]?.call.legs).toHaveLength(8);
  });

  it('who leaves is out, the others stay; with two left it is an ordinary call, with nobody in charge it stays one', () => {
    add('2003');
    add('2004');
    world.news();
    world.do('clear', '2001', { call: own });
    expect(world.news()).toEqual([
      '2001 CLEARED/CLEAR_INVOKED/null',
      '2002 DEVICE_DROPPED/CONFERENCE_MEMBER_DROPPED/connected',
      '2003 DEVICE_DROPPED/CONFERENCE_MEMBER_DROPPED/connected',
      '2004 DEVICE_DROPPED/CONFERENCE_MEMBER_DROPPED/connected',
    ]);
    expect(world.told.at(-1)?.flags).toMatchObject({ conference: true, conferenceController: false });
    world.do('clear', '2003');
    expect(world.told.at(-1)?.flags.conference).toBe(false);
    world.do('blind-transfer', '2002', { number: '2001' });
  });

  it('hold and retrieve are told to the others as of a conference', () => {
    add('2003');
    world.news();
    world.do('hold', '2002');
    world.do('retrieve', '2002');
    expect(world.news()).toEqual([
      '2002 HELD/HARD_HOLD_INVOKED/hold',
      '2001 CONFERENCE_HELD/CONFERENCE_CALL_HELD/connected',
      '2003 CONFERENCE_HELD/CONFERENCE_CALL_HELD/connected',
      '2002 RETRIEVED/CONF_RETRIEVE_INVOKED/connected',
      '2001 RETRIEVED/CONFERENCE_CALL_RETRIEVED/connected',
      '2003 RETRIEVED/CONFERENCE_CALL_RETRIEVED/connected',
    ]);
  });

  it('is split by who made it: the last stays with him, the other is held for a consultation', () => {
    add('2003');
    expect(world.ask('split', '2002').result).toBe('WRONG_STATE');
    world.news();
    const spoken = world.do('split', '2001', { call: own });
    expect(world.news().slice(0, 4)).toEqual([
      '2001 HELD/CONFERENCE_SPLIT_INVOKED/hold',
      '2002 HELD/CONFERENCE_SPLIT/connected',
      '2001 ESTABLISHED/CONFERENCE_SPLIT_INVOKED/connected',
      '2003 ESTABLISHED/CONFERENCE_SPLIT/connected',
    ]);
    world.do('conference', '2001', { call: spoken });
    expect(world.at('2001').legs[0]?.call.legs).toHaveLength(3);
    add('2004');
    expect(world.ask('split', '2001', { call: own }).result).toBe('WRONG_STATE');
  });

  it('R-CC-05 the members are unknown at another controller, and so it cannot be made larger from there', () => {
    add('3001');
    const remote = world.at('3001').legs[0];
    expect(remote && partiesKnown(remote)).toBe(0);
    const told = world.told.filter(({ phone }) => phone.dn === '3001').at(-1);
    expect(told).toMatchObject({ event: 'CONFERENCED', members: [], flags: { conference: true } });
    const consulting = world.do('consult', '3001', { number: '3002' });
    world.do('answer', '3002');
    expect(world.ask('conference', '3001', { call: consulting }).result).toBe('WRONG_STATE');
  });

  it('cannot be transferred', () => {
    add('2003');
    const consulting = world.do('consult', '2001', { call: own, number: '2004' });
    world.do('answer', '2004');
    expect(world.ask('transfer', '2001', { call: consulting }).result).toBe('WRONG_STATE');
    expect(world.ask('blind-transfer', '2002', { number: '2005' }).result).toBe('WRONG_STATE');
  });
});
