import { describe, expect, it } from 'vitest';
import type { GroupSpec } from '../equipment-spec.js';
import { twoControllers } from '../testing/model-world.js';

const group = (kind: GroupSpec['kind'], more: Partial<GroupSpec> = {}): GroupSpec => ({
  dn: '2700',
  name: 'Group',
  kind,
  members: ['2002', '2003', '3001'],
  ...more,
});

describe('groups', () => {
  it('ring all: every free member rings, one answers, the others are told so', () => {
    const world = twoControllers({ groups: [group('ring-all-group')] });
    world.talk('2002', '2004');
    world.news();
    world.do('call', '2001', { number: '2700' });
    world.do('answer', '3001');
    expect(world.news()).toEqual([
      '2001 ORIGINATED/NEW_CALL/originated',
      '2700 GROUP/CALL_DISTRIBUTED/null',
      '2003 RECEIVED/NEW_CALL/alerting',
      '3001 RECEIVED/NEW_CALL/alerting',
      '2001 DELIVERED/DELIVERED/delivered',
      '2003 CLEARED/MEMBER_ANSWERED/null',
      '3001 ESTABLISHED/ANSWERED_INVOKED/connected',
      '2001 ESTABLISHED/ANSWERED/connected',
      '2700 GROUP/CALL_ANSWERED/null',
    ]);
  });

  it('a member who declines stops ringing alone; the last one ends the call', () => {
    const world = twoControllers({ groups: [group('ring-all-group')] });
    world.do('call', '2001', { number: '2700' });
    world.news();
    world.do('clear', '2002');
    world.do('clear', '2003');
    expect(world.news()).toEqual(['2002 CLEARED/CLEAR_INVOKED/null', '2003 CLEARED/CLEAR_INVOKED/null']);
    world.do('clear', '3001');
    expect(world.news()).toEqual(['3001 CLEARED/CLEAR_INVOKED/null', '2001 CLEARED/CLEARED/null']);
  });

  it('cascade: one more after each step', () => {
    const world = twoControllers({ groups: [group('ring-cascade-group', { stepMs: 100 })] });
    world.do('call', '2001', { number: '2700' });
    const ringing = () => ['2002', '2003', '3001'].filter((dn) => world.at(dn).legs.length > 0);
    expect(ringing()).toEqual(['2002']);
    world.pass(100);
    expect(ringing()).toEqual(['2002', '2003']);
    world.do('answer', '2002');
    world.pass(1_000);
    expect(ringing()).toEqual(['2002']);
  });

  it('hunt linear and circular, and overflow when nobody is free', () => {
    const first = (world: ReturnType<typeof twoControllers>, caller: string) => {
      world.do('call', caller, { number: '2700' });
      const leg = world.at(caller).legs[0];
      const found = leg?.call.called?.phone.dn;
      world.do('clear', caller);
      return found;
    };
    const linear = twoControllers({ groups: [group('hunt-group')] });
    expect([first(linear, '2001'), first(linear, '2001')]).toEqual(['2002', '2002']);
    const circular = twoControllers({ groups: [group('hunt-group', { order: 'circular' })] });
    expect([1, 2, 3, 4].map(() => first(circular, '2001'))).toEqual(['2002', '2003', '3001', '2002']);
    const over = twoControllers({ groups: [group('hunt-group', { members: ['2002'], overflow: '2009' })] });
    over.talk('2002', '2004');
    over.do('call', '2001', { number: '2700' });
    expect(over.news()).toContain('2009 RECEIVED/CALL_OVERFLOWED/alerting');
  });

  it('personal ring groups ring who is present', () => {
    const world = twoControllers({ groups: [group('personal-ring-group')] });
    expect(world.ask('personal-presence', '2002', { number: '2701', on: false }).result).toBe('UNKNOWN_GROUP');
    expect(world.ask('group-presence', '2002', { number: '2700', on: false }).result).toBe('UNKNOWN_GROUP');
    world.do('personal-presence', '2002', { number: '2700', on: false, text: '2001' });
    expect(world.news()).toEqual(['2002 LEAVE_GROUP off 2700 2001']);
    world.do('call', '2001', { number: '2700' });
    expect(world.at('2002').legs).toEqual([]);
    expect(world.at('2003').legs).toHaveLength(1);
  });
});

describe('line appearances', () => {
  const lines = [
    { setDn: '2001', button: 2, dn: '2001', shared: 'multicall' as const },
    { setDn: '2001', button: 3, dn: '2800', shared: 'key' as const },
    { setDn: '2002', button: 2, dn: '2800', shared: 'key' as const },
  ];
  const line = (world: ReturnType<typeof twoControllers>, set: string, button: number) => {
    const found = world.cluster.directory.appearance(set, button);
    if (!found) throw new Error('no such line');
    return found;
  };

  it('multicall: a second call rings at the second appearance, and answering it holds what was spoken on the first', () => {
    const world = twoControllers({ lines });
    world.talk('2001', '3001');
    world.do('call', '3002', { number: '2001' });
    const second = line(world, '2001', 2);
    expect(second.legs[0]?.state).toBe('alerting');
    world.news();
    const call = second.legs[0]?.localCallId ?? 0;
    expect(world.cluster.perform('answer', second, { call }, 1).result).toBe('OK');
    expect(world.news()).toEqual([
      '2001 HELD/HARD_HOLD_INVOKED/hold',
      '3001 HELD/HARD_HOLD/connected',
      'line 2001 0 ESTABLISHED/ANSWERED_INVOKED/connected',
      '3002 ESTABLISHED/ANSWERED/connected',
    ]);
    world.do('call', '3003', { number: '2001' });
    expect(world.news()).toContain('2001 RECEIVED/NEW_CALL/alerting');
    world.do('call', '3004', { number: '2001' });
    expect(world.news().at(-1)).toBe('3004 FAILED/DESTINATION_BUSY/fail');
  });

  it('a key line rings at all its sets, bears one call, and is shown in use at the others', () => {
    const world = twoControllers({ lines });
    world.do('call', '3001', { number: '2800' });
    const [one, two] = [line(world, '2001', 3), line(world, '2002', 2)];
    expect([one.legs[0]?.state, two.legs[0]?.state]).toEqual(['alerting', 'alerting']);
    world.news();
    world.cluster.perform('answer', one, { call: one.legs[0]?.localCallId ?? 0 }, 1);
    expect(two.legs).toEqual([]);
    expect(world.news().at(-1)).toBe('line 2800 2 EXTENSION_IN_USE/EXTENSION_IN_USE/null');
    world.do('call', '3002', { number: '2800' });
    expect(world.news().at(-1)).toBe('3002 FAILED/DESTINATION_BUSY/fail');
  });
});

describe('trunks', () => {
  const trunks = [{ number: 1, name: 'ISDN', kind: 'trunk' as const }];

  it('a call outside takes one; its far end is the number, digits are told, names are assigned, codes are set', () => {
    const world = twoControllers({ trunks, accountCodes: ['77'] });
    world.do('call', '2001', { number: '9030123456' });
    const received = world.told.find(({ event }) => event === 'RECEIVED');
    expect(received?.parties[1]?.phone).toMatchObject({ dn: '030123456', trunk: { dn: '1' } });
    expect(world.told.at(-1)?.flags).toMatchObject({ external: true, farAlerting: true });
    expect(world.ask('call-me-back', '2001').result).toBe('WRONG_STATE');
    world.do('call', '2002', { number: '9030' });
    expect(world.news().at(-1)).toBe('2002 FAILED/TRUNKS_BUSY/fail');
    expect(world.hand('answer', '1')).toBe('OK');
    world.news();
    world.do('digits', '2001', { number: '12#' });
    world.do('account-code', '2001', { number: '77' });
    world.do('caller-name', '2001', { text: 'Ana' });
    world.do('tap', '2001');
    expect(world.news()).toEqual([
      '2001 TRUNK_DIGITS_OUTPULSED/TRUNK_DIGITS_OUTPULSED/connected',
      '2001 ACCOUNT_CODE_SET/ACCOUNT_CODE_SET/connected',
      'trunk 1 ACCOUNT_CODE_SET/ACCOUNT_CODE_SET/connected',
      '2001 REMOTE_PARTY_UPDATE/CALLING_NAME_UPDATED/connected',
      'trunk 1 REMOTE_PARTY_UPDATE/CALLING_NAME_UPDATED/connected',
      '2001 INFORMATION_UPDATE/TAP_CALL/connected',
    ]);
    const about = world.told.find(({ event }) => event === 'ACCOUNT_CODE_SET')?.about;
    expect(about?.map(({ value }) => value)).toEqual(['77', '1']);
    world.do('account-code', '2001', { number: '78' });
    expect(world.told.at(-1)?.about?.[1]?.value).toBe('0');
    expect(world.ask('tap', '2001', { number: '7777' }).result).toBe('INVALID_NUMBER');
  });

  it('a call from outside comes in; a busy trunk takes none, by force its call ends', () => {
    const world = twoControllers({ trunks });
    expect(world.cluster.comeIn(world.at('1'), '0301', '2001', 0).result).toBe('OK');
    expect(world.told.find(({ event }) => event === 'RECEIVED')?.parties[0]?.phone?.dn).toBe('0301');
    expect(world.cluster.comeIn(world.at('1'), '0302', '2002', 0).result).toBe('WRONG_STATE');
    world.do('answer', '2001');
    world.do('trunk-make-busy', '1', { on: true });
    expect(world.news().slice(-3)).toContain('2001 CLEARED/CLEARED/null');
    world.do('call', '2001', { number: '91' });
    expect(world.news().at(-1)).toBe('2001 FAILED/TRUNKS_BUSY/fail');
    world.do('trunk-make-busy-cancel', '1');
    expect(world.ask('trunk-make-busy-cancel', '1').result).toBe('WRONG_STATE');
    expect(world.ask('trunk-make-busy', '2001').result).toBe('WRONG_KIND');
  });
});
