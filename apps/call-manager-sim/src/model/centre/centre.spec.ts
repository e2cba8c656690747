import { beforeEach, describe, expect, it } from 'vitest';
import type { PhoneSpec } from '../phone.js';
import { phones, twoControllers, type ModelWorld } from '../testing/model-world.js';

const one = (dn: string, more: Partial<PhoneSpec>): PhoneSpec => ({ ...phones(dn)[0]!, ...more });
let world: ModelWorld;

beforeEach(() => {
  const stations = [
    ...['2101', '2102'].map((dn) => one(dn, { hotDesk: true })),
    one('2401', { kind: 'agent', agentId: 'A1', pin: '1' }),
    one('2402', { kind: 'agent', agentId: 'A2', pin: '2' }),
    one('2403', { kind: 'agent', agentId: 'A3', pin: '3', responseMs: 100 }),
    one('2110', { supervisor: true }),
  ];
  const acdGroups = [{ dn: '2501', name: 'Sales', agents: ['2401', '2402'] }];
  const acdExpressGroups = [{ dn: '2700', name: 'Express', agents: ['2402'], agentTimeoutMs: 10_000, workMs: 5_000 }];
  const acdPaths = [{ dn: '2600', name: 'Hotline', groups: ['2501'], agentTimeoutMs: 10_000, workMs: 5_000 }];
  world = twoControllers({ acdGroups, acdExpressGroups, acdPaths, agentLicences: 2 }, stations);
});

const logIn = (set: string, agent: string, pin: string) => world.do('agent-log-in', set, { number: agent, text: pin });

describe('ACD', () => {
  it('callers queue, the agent who logs in is offered the one who waits, then works', () => {
    world.do('call', '3001', { number: '2600' });
    world.do('call', '3002', { number: '2600' });
    world.news();
    logIn('2101', '2401', '1');
    expect(world.news().filter((line) => /^(2401|3001) [A-Z_]+\//.test(line))).toEqual([
      '2401 IN_SERVICE/DEVICE_IN_SERVICE/null',
      '2401 RECEIVED/ACD_CALL_RECEIVED/alerting',
      '3001 DELIVERED/ACD_CALL_DELIVERED/delivered',
    ]);
    world.do('answer', '2401');
    world.news();
    world.do('clear', '3001');
    expect(world.news()).toContain('2401 CLEARED/CLEARED/null');
    expect(world.told.find(({ event, phone }) => event === 'CLEARED' && phone.dn === '2401')?.flags.workTimer).toBe(true);
    expect(world.at('3002').legs[0]?.state).toBe('queued');
    world.pass(5_000);
    const news = world.news();
    expect(news[0]).toBe('2401 WORK_TIMER_EXPIRED/WORK_TIMER_EXPIRED/null');
    expect(news[1]).toBe('2401 RECEIVED/ACD_CALL_RECEIVED/alerting');
  });

  it('an agent who does not answer is passed over, the caller stays first', () => {
    logIn('2101', '2401', '1');
    world.pass(1);
    logIn('2102', '2402', '2');
    world.do('call', '3001', { number: '2600' });
    world.news();
    world.pass(10_000);
    expect(world.news().filter((line) => !line.startsWith('2600') && !line.startsWith('2501'))).toEqual([
      '2401 CLEARED/ACD_AGENT_TIMEOUT/null',
      '2401 MAKE_BUSY on',
      '3001 QUEUED/ACD_CALL_QUEUED/queued',
      '2402 RECEIVED/ACD_CALL_RECEIVED/alerting',
      '3001 DELIVERED/ACD_CALL_DELIVERED/delivered',
    ]);
    expect(world.told.find(({ event }) => event === 'ACD2_PATH')).toBeDefined();
  });

  it('R-CC-01 an ACD Express group is called by its own number, queues by itself and tells of it as its own kind', () => {
    world.do('call', '3001', { number: '2700' });
    expect(world.news()).toContain('2700 ACD_EXPRESS_GROUP_EVENT/ACD_CALL_QUEUED/null');
    logIn('2102', '2402', '2');
    expect(world.news().filter((line) => /^(2402|2700|3001) [A-Z_]+\//.test(line))).toEqual([
      '2402 IN_SERVICE/DEVICE_IN_SERVICE/null',
      '2402 RECEIVED/ACD_CALL_RECEIVED/alerting',
      '3001 DELIVERED/ACD_CALL_DELIVERED/delivered',
      '2700 ACD_EXPRESS_GROUP_EVENT/ACD_CALL_DELIVERED/null',
    ]);
    world.do('answer', '2402');
    world.do('clear', '3001');
    expect(world.news().at(-1)).toBe('2402 CLEARED/CLEARED/null');
    world.do('agent-presence', '2402', { number: '2700', on: false });
    world.pass(5_000);
    world.do('call', '3001', { number: '2700' });
    expect(world.at('3001').legs[0]?.state).toBe('queued');
    world.do('agent-presence', '2402', { number: '2700', on: true });
    expect(world.at('2402').legs[0]?.state).toBe('alerting');
  });

  it('a path has no ACD Express groups', () => {
    const group = { dn: '2700', name: '', agents: [] };
    expect(() => twoControllers({ acdExpressGroups: [group], acdPaths: [{ dn: '2600', name: '', groups: ['2700'] }] })).toThrow(
      'path 2600 names 2700, which is no agent group',
    );
  });

  it('who is not present, busy by wish or working gets none; the work timer can be ended', () => {
    logIn('2101', '2401', '1');
    expect(world.ask('agent-presence', '2401', { number: '2599', on: false }).result).toBe('UNKNOWN_GROUP');
    world.do('agent-presence', '2401', { number: '2501', on: false, text: '2110' });
    world.do('call', '3001', { number: '2600' });
    expect(world.at('3001').legs[0]?.state).toBe('queued');
    world.do('make-busy', '2401', { on: true, code: 7 });
    world.do('agent-presence-all', '2401', { on: true, text: '' });
    expect(world.at('3001').legs[0]?.state).toBe('queued');
    expect(world.news().filter((line) => /_GROUP |MAKE_BUSY/.test(line))).toEqual([
      '2401 LEAVE_GROUP off 2501 2110',
      '2401 MAKE_BUSY on 7',
      '2401 JOIN_GROUP on 2501',
    ]);
    world.do('make-busy', '2401', { on: false });
    expect(world.at('3001').legs[0]?.state).toBe('delivered');
    world.do('answer', '2401');
    world.do('clear', '2401');
    world.do('cancel-work-timer', '2401');
    expect(world.ask('cancel-work-timer', '2401').result).toBe('WRONG_STATE');
    expect(world.ask('make-busy', '2001', { on: true }).result).toBe('WRONG_KIND');
    expect(world.ask('make-busy', '2402', { on: true }).result).toBe('NOT_LOGGED_IN');
  });

  it('log-ins are bounded by licences; external agents log in alone', () => {
    logIn('2101', '2401', '1');
    world.do('external-agent-log-in', '2403', { text: '3' });
    expect(world.ask('agent-log-in', '2102', { number: '2402', text: '2' }).result).toBe('NO_LICENSE');
    world.do('external-agent-log-out', '2403');
    logIn('2102', '2402', '2');
    expect(world.ask('external-agent-log-in', '2401').result).toBe('WRONG_KIND');
  });
});

describe('supervisors', () => {
  it('listen to an agent without being told of, speak by coaching, and are dropped when he logs out', () => {
    logIn('2101', '2401', '1');
    world.talk('3001', '2401');
    world.do('call', '2110', { number: '2401' });
    expect(world.told.at(-1)).toMatchObject({ event: 'FAILED', flags: { agent: true } });
    world.news();
    expect(world.ask('silent-monitor', '2110', { number: '7777' }).result).toBe('INVALID_NUMBER');
    world.do('silent-monitor', '2110', { number: '2401' });
    expect(world.news()).toEqual(['2110 ESTABLISHED/ACD_SILENT_MONITOR_INVOKED/connected', '2401 BRIDGE_JOIN on 2110']);
    expect(world.told.at(-2)?.flags.listening).toBe(true);
    expect(world.ask('coach', '2110', { code: 3 }).result).toBe('MALFORMED');
    world.do('coach', '2110', { code: 2 });
    world.do('clear-coach', '2110');
    for (const operation of ['hold', 'consult', 'digits', 'account-code', 'tap', 'new-call'] as const)
      expect([operation, world.ask(operation, '2110', { number: '12' }).result]).toEqual([operation, 'WRONG_STATE']);
    world.do('clear', '3001');
    expect(world.at('2110').legs).toHaveLength(1);
    world.news();
    world.do('agent-log-out', '2101');
    expect(world.news().slice(0, 2)).toEqual(['2401 BRIDGE_LEAVE off 2110', '2110 CLEARED/ACD_SILENT_MONITOR_DROPPED/null']);
    expect(world.cluster.callCount).toBe(0);
  });

  it('may begin to listen without a call, and help is a consultation of the agent', () => {
    logIn('2101', '2401', '1');
    expect(world.ask('listen-to-agent', '2110', { number: '2402' }).result).toBe('DESTINATION_UNAVAILABLE');
    world.do('listen-to-agent', '2110', { number: '2401' });
    world.do('clear', '2110');
    const [, far] = world.talk('3001', '2401');
    world.news();
    world.do('request-help', '2401', { call: far, number: '2110' });
    expect(world.news().slice(0, 3)).toEqual([
      '2401 HELD/CONS_HOLD_INVOKED/hold',
      '3001 HELD/CONS_HOLD/connected',
      '2401 ORIGINATED/ACD_HELP_CALL/originated',
    ]);
    expect(world.ask('request-help', '3001', { number: '2110' }).result).toBe('WRONG_STATE');
  });
});
