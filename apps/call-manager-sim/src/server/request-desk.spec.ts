import { describe, expect, it } from 'vitest';
import { withEquipment, readEquipment } from '../equipment-file.js';
import { Simulation } from '../simulation.js';
import type { Answer } from '../wire/controller.encoder.js';
import type { Request } from '../wire/request.decoder.js';
import { perform } from './request-desk.js';

const limits = { total: 2, shared: 3 };

function setUp() {
  const equipment = readEquipment(
    JSON.stringify({
      controllers: [
        {
          phones: [
            { dn: '1060', name: 'Both', secondary: 1 },
            { dn: '1061', hotDesk: true },
          ],
          users: [{ dn: '1070', name: 'User', pin: '1' }],
          agents: [
            { dn: '1075', name: 'Agent', agentId: 'A1' },
            { dn: '1076', name: 'Other', agentId: 'A2' },
          ],
          lines: [{ setDn: '1001', button: 3, dn: '1001', shared: 'multicall' }],
          groups: [{ dn: '1080', name: 'All', kind: 'ring-all-group', members: ['1001', '1002'], overflow: '1003' }],
          acdGroups: [{ dn: '1085', name: 'Sales', agents: ['1075'] }],
          acdExpressGroups: [{ dn: '1087', name: 'Express', agents: ['1076'] }],
          acdPaths: [{ dn: '1086', name: 'Hotline', groups: ['1085'] }],
          trunks: [
            { number: 1, name: 'T1', kind: 'trunk' },
            { number: 2, name: 'Zürich', kind: 'sip-peer' },
          ],
        },
      ],
    }),
    'file',
  );
  const range = (from: number) =>
    Array.from({ length: 3 }, (_, at) => ({ dn: String(from + at), name: `Ana No${from + at}`, monitorable: true }));
  const told: string[] = [];
  const simulation = new Simulation(
    [
      { ...withEquipment(range(1001), equipment[0]), bootId: 1, address: '10.0.0.1', release: '9.4', monitorLimits: limits },
      { phones: range(2001), bootId: 2, address: '10.0.0.2', monitorLimits: limits },
    ],
    (monitor, { event, phone }) => told.push(`${monitor.kind} ${event} ${phone.dn}`),
  );
  let correlation = 0;
  const ask = (request: Record<string, unknown>, controller = 0, link = 1): Answer => {
    correlation += 1;
    return perform(simulation, controller, link, { correlation, target: 0, ...request } as unknown as Request);
  };
  const find = (kind: string, text: string, number = 0) => ask({ type: 'LOOKUP', kind, number, text });
  const handle = (dn: string) => simulation.cluster.directory.device(dn)?.handle ?? 0;
  const items = (answer: Answer) => Object.fromEntries(answer.items ?? []);
  return { simulation, told, ask, find, handle, items };
}

describe('what is looked up', () => {
  it('is found by its kind, with type and traits, at the controllers that serve it', () => {
    const { ask, find, handle } = setUp();
    expect(find('PHONE', '1060')).toMatchObject({ result: 'OK', device: { handle: handle('1060') }, deviceType: 1, traits: 4 });
    expect(find('LINE_APPEARANCE', '1001', 3)).toMatchObject({ result: 'OK', deviceType: 8, traits: 16 });
    expect(find('LINE_APPEARANCE', '1001', 1)).toMatchObject({ device: { handle: handle('1001') } });
    expect(find('TDM_TRUNK', '', 1)).toMatchObject({ result: 'OK', deviceType: 26 });
    expect(find('SIP_PEER', 'Zürich')).toMatchObject({ result: 'OK', deviceType: 21 });
    expect(find('ACD2_PATH', '1086')).toMatchObject({ result: 'OK', deviceType: 10 });
    expect(find('ACD2_GROUP', '1085')).toMatchObject({ result: 'OK', deviceType: 12 });
    expect(find('ACDX_GROUP', '1087')).toMatchObject({ result: 'OK', deviceType: 18 });
    expect(find('ACD2_GROUP', '1087').result).toBe('UNKNOWN_DEVICE');
    expect(find('ACD_AGENT', '1075')).toMatchObject({ result: 'OK', deviceType: 11, device: { inService: false } });
    expect(find('RING_GROUP', '1080')).toMatchObject({ result: 'OK', deviceType: 15 });
    for (const [kind, text] of [
      ['HUNT_GROUP', '1080'],
      ['ACDX_GROUP', '1085'],
      ['PHONE', '2001'],
      ['TDM_TRUNK', '1'],
      ['ACD_AGENT', '1001'],
    ] as const)
      expect([kind, find(kind, text).result]).toEqual([kind, 'UNKNOWN_DEVICE']);
    expect(ask({ type: 'LOOKUP', kind: null, number: 0, text: '1001' }).result).toBe('NOT_SUPPORTED');
    expect(ask({ type: 'LOOKUP_DEVICE', directoryNumber: '1060' }, 1)).toMatchObject({ result: 'OK' });
    expect(ask({ type: 'LOOKUP_DEVICE', directoryNumber: '1001' }, 1).result).toBe('UNKNOWN_DEVICE');
  });
});

describe('monitors', () => {
  it('R-LIM-07 of calls and of features have the limits each; those of a controller count as shared', () => {
    const { ask, handle } = setUp();
    const monitor = (kind: string, target: number) => ask({ type: 'MONITOR_OBJECT', kind, target }).result;
    expect([monitor('DEVICE', handle('1001')), monitor('FEATURES', handle('1001')), monitor('FEATURES', handle('1002'))]).toEqual(
      ['OK', 'OK', 'OK'],
    );
    expect([monitor('FEATURES', handle('1003')), monitor('BRIDGES', 0), monitor('CONFERENCES', 0)]).toEqual([
      'MONITOR_LIMIT',
      'OK',
      'MONITOR_LIMIT',
    ]);
    expect([monitor('BRIDGES', handle('1001')), monitor('DEVICE', 0), monitor('FEATURES', 7)]).toEqual([
      'WRONG_KIND',
      'UNKNOWN_DEVICE',
      'UNKNOWN_DEVICE',
    ]);
  });

  it('of ACD Express are told what comes to its groups', () => {
    const { ask, told, handle } = setUp();
    ask({ type: 'MONITOR_OBJECT', kind: 'ACD_EXPRESS', target: 0 });
    ask({ type: 'MAKE_CALL', target: handle('1001'), number: '1087', accountCode: '' });
    ask({ type: 'MAKE_CALL', target: handle('1002'), number: '1086', accountCode: '' });
    expect(told).toEqual(['ACD_EXPRESS ACD_EXPRESS_GROUP_EVENT 1087']);
  });

  it('are told what their kind is about, and no more once stopped', () => {
    const { ask, told, handle, simulation } = setUp();
    const start = (kind: string, target: number) => ask({ type: 'MONITOR_OBJECT', kind, target }).monitorReference ?? 0;
    const features = start('FEATURES', handle('1001'));
    const whole = start('DIRECTORY', 0);
    start('DEVICE', handle('1001'));
    ask({ type: 'DEVICE_COMMAND', target: handle('1001'), opcode: 'DO_NOT_DISTURB', value: 1, first: '', second: '' });
    ask({
      type: 'DIRECTORY_WRITE',
      target: handle('1001'),
      entity: 'PHONE',
      action: 'UPDATE',
      items: [{ word: 'NAME', value: 'Bo' }],
    });
    ask({ type: 'MAKE_CALL', target: handle('1001'), number: '1002', accountCode: '' });
    expect(told).toEqual([
      'FEATURES DO_NOT_DISTURB 1001',
      'DIRECTORY DIRECTORY_CHANGED ',
      'DEVICE ORIGINATED 1001',
      'DEVICE DELIVERED 1001',
    ]);
    expect(ask({ type: 'MONITOR_STOP', target: 0, monitorReference: features }).result).toBe('MONITOR_UNKNOWN');
    expect(ask({ type: 'MONITOR_STOP', target: handle('1001'), monitorReference: features }).result).toBe('OK');
    expect(ask({ type: 'MONITOR_STOP', monitorReference: whole }).result).toBe('OK');
    expect(simulation.monitors(0).featureCounts()).toEqual({ total: 0, shared: 0 });
  });

  it('R-RES-01 stand at both controllers of a resilient phone, and are told at the one that serves it', () => {
    const { ask, told, handle, simulation } = setUp();
    const both = handle('1060');
    expect(ask({ type: 'MONITOR_START', target: both }, 0).result).toBe('OK');
    expect(ask({ type: 'MONITOR_START', target: both }, 1, 2).result).toBe('OK');
    simulation.press('call', simulation.cluster.phoneByDn('1060')!, { number: '2001' });
    expect(ask({ type: 'CLEAR_CALL', target: both, localCallId: 1 }, 1).result).toBe('DEVICE_OUT_OF_SERVICE');
    expect(ask({ type: 'SNAPSHOT_CALLS', target: both, from: 0 }, 1)).toMatchObject({ result: 'OK', calls: [] });
    expect(ask({ type: 'CLEAR_CALL', target: both, localCallId: 1 }, 0).result).toBe('OK');
    expect(told).toHaveLength(3);
    expect(simulation.cluster.send(simulation.cluster.phoneByDn('1060')!, 'secondary', 1)).toBe(true);
    expect(ask({ type: 'MAKE_CALL', target: both, number: '2001', accountCode: '' }, 1).result).toBe('OK');
    expect(Object.fromEntries(ask({ type: 'QUERY', target: both, kind: 'RESILIENCE', from: 0 }, 1).items ?? [])).toMatchObject({
      RESILIENT: '1',
      PRIMARY_ADDRESS: '10.0.0.1',
      SECONDARY_ADDRESS: '10.0.0.2',
      ACTIVE_HERE: '1',
      CALL_STATE: 'delivered',
    });
  });
});

describe('queries', () => {
  it('answer features, configuration, members, hot desk, description, status and settings', () => {
    const { ask, handle, items } = setUp();
    const query = (kind: string, dn: string) => ask({ type: 'QUERY', target: dn === '' ? 0 : handle(dn), kind, from: 0 });
    ask({ type: 'DEVICE_COMMAND', target: handle('1001'), opcode: 'FORWARD_ALWAYS', value: 1, first: '1002', second: '' });
    expect(items(query('FEATURES', '1001'))).toMatchObject({
      DO_NOT_DISTURB: '0',
      FORWARD_ALWAYS: '11002',
      REGISTRATION_DN: '1001',
    });
    expect(query('CONFIGURATION', '1001').items?.filter(([word]) => word === 'BUTTON')).toEqual([
      ['BUTTON', '1'],
      ['BUTTON', '3'],
    ]);
    expect(items(query('CONFIGURATION', '1060'))).toMatchObject({ RESILIENT: '1', SECONDARY_ADDRESS: '10.0.0.2' });
    expect(query('MEMBERS', '1001').items).toHaveLength(6);
    expect(
      ask({ type: 'DEVICE_COMMAND', target: handle('1061'), opcode: 'HOT_DESK_LOG_IN', value: 0, first: '1070', second: '1' })
        .result,
    ).toBe('OK');
    expect([query('HOT_DESK', '1061').items, query('HOT_DESK', '1070').items]).toEqual([
      [['HOT_DESK_USER_DN', '1070']],
      [['HOT_DESK_DEVICE_DN', '1061']],
    ]);
    expect(items(query('DESCRIPTION', '1080'))).toMatchObject({
      DEVICE_TYPE: 'RING_ALL_GROUP',
      MEMBER_COUNT: '2',
      OVERFLOW_DN: '1003',
    });
    expect(items(query('DESCRIPTION', '1075'))).toMatchObject({ AGENT_ID: 'A1', AGENT_TYPE: 'HOTDESK_ACD2' });
    expect(items(query('STATUS', '1085'))).toMatchObject({ MEMBER_COUNT: '1', LOGGED_IN_COUNT: '0', WAITING_COUNT: '0' });
    expect(items(query('SETTINGS', ''))).toMatchObject({
      ADDRESS: '10.0.0.1',
      OUTSIDE_PREFIX: '9',
      NETWORK_ELEMENT_TYPE: 'MI_VB',
    });
    expect([query('SETTINGS', '1001').result, query('FEATURES', '1080').result, query('STATUS', '1001').result]).toEqual([
      'WRONG_KIND',
      'WRONG_KIND',
      'WRONG_KIND',
    ]);
  });
});

describe('the directory', () => {
  it('R-DAS-02 is read by handle, a page at a time; users may be written, of devices the name', () => {
    const { ask, handle } = setUp();
    const phones = ask({ type: 'DIRECTORY_READ', entity: 'PHONE', after: 0 });
    expect(phones.entries?.map((entry) => entry.handle)).toEqual(['1001', '1002', '1003', '1060', '1061'].map(handle));
    expect(ask({ type: 'DIRECTORY_READ', entity: 'PHONE', after: handle('1003') }).entries).toHaveLength(2);
    expect(
      ['CONTROLLER', 'USER', 'HOT_DESK_USER', 'ACD_AGENT', 'LINE_APPEARANCE', 'GROUP', 'TRUNK'].map(
        (entity) => ask({ type: 'DIRECTORY_READ', entity, after: 0 }).entries?.length,
      ),
    ).toEqual([1, 7, 1, 2, 1, 4, 2]);
    const agents = ask({ type: 'DIRECTORY_READ', entity: 'ACD_AGENT', after: 0 }).entries ?? [];
    expect(agents.map(({ items }) => Object.fromEntries(items)['AGENT_TYPE'])).toEqual(['HOTDESK_ACD2', 'HOTDESK_ACD_EXPRESS']);
    const write = (action: string, target: number, items: readonly (readonly [string, string])[], entity = 'USER') =>
      ask({ type: 'DIRECTORY_WRITE', target, entity, action, items: items.map(([word, value]) => ({ word, value })) });
    const made = write('INSERT', 0, [
      ['FIRST_NAME', 'Eva'],
      ['PRIME_DN', '1002'],
    ]);
    expect(made).toMatchObject({ result: 'OK' });
    expect(write('UPDATE', made.handle ?? 0, [['LAST_NAME', 'Ek']]).result).toBe('OK');
    const users = ask({ type: 'DIRECTORY_READ', entity: 'USER', after: (made.handle ?? 0) - 1 }).entries;
    expect(Object.fromEntries(users?.[0]?.items ?? [])).toMatchObject({ FIRST_NAME: 'Eva', LAST_NAME: 'Ek', PRIME_DN: '1002' });
    expect(write('DELETE', made.handle ?? 0, []).result).toBe('OK');
    expect(write('DELETE', made.handle ?? 0, []).result).toBe('UNKNOWN_DEVICE');
    expect([
      write('INSERT', 0, [['DN', '1']]).result,
      write('INSERT', 0, []).result,
      write('INSERT', 5, [['FIRST_NAME', 'A']]).result,
    ]).toEqual(['MALFORMED', 'MALFORMED', 'MALFORMED']);
    expect([
      write('INSERT', 0, [['NAME', 'A']], 'PHONE').result,
      write('UPDATE', handle('1080'), [['NAME', 'A']], 'PHONE').result,
      write('UPDATE', handle('1001'), [['NAME', 'x'.repeat(256)]], 'PHONE').result,
    ]).toEqual(['NOT_SUPPORTED', 'WRONG_KIND', 'MALFORMED']);
  });
});

describe('commands', () => {
  it('go by their opcode, with what the page says of value, first and second', () => {
    const { ask, handle } = setUp();
    const device = (opcode: string | null, dn: string, value = 0, first = '', second = '') =>
      ask({ type: 'DEVICE_COMMAND', target: handle(dn), opcode, value, first, second });
    expect(device(null, '1001').result).toBe('NOT_SUPPORTED');
    expect(device('DO_NOT_DISTURB', '1080', 1).result).toBe('WRONG_KIND');
    expect(device('AGENT_LOG_IN', '1061', 0, '1075').result).toBe('OK');
    expect(device('AGENT_MAKE_BUSY_WITH_CODE', '1075', 1, 'seven').result).toBe('MALFORMED');
    expect(device('AGENT_MAKE_BUSY_WITH_CODE', '1075', 1, '7').result).toBe('OK');
    expect(device('AGENT_PRESENCE', '1075', 0, '1085', '1001').result).toBe('OK');
    expect(ask({ type: 'DEVICE_COMMAND', target: 0, opcode: 'REPORT_CONFERENCES', value: 0, first: '', second: '' }).result).toBe(
      'OK',
    );
    const made = ask({ type: 'MAKE_CALL', target: handle('1001'), number: '1002', accountCode: '' });
    ask({ type: 'ANSWER_CALL', target: handle('1002'), localCallId: 1 });
    const call = (opcode: string | null, argument = '') =>
      ask({ type: 'CALL_COMMAND', target: handle('1001'), opcode, localCallId: made.localCallId, value: 0, argument });
    expect(call(null).result).toBe('NOT_SUPPORTED');
    const consulted = call('CONSULT', '1003');
    expect(consulted).toMatchObject({ result: 'OK', localCallId: 2 });
    expect(
      ask({ type: 'SNAPSHOT_CALLS', target: handle('1001'), from: 0 }).calls?.map(({ state, linked }) => [state, linked]),
    ).toEqual([
      ['hold', 2],
      ['delivered', 1],
    ]);
  });
});
