import { describe, expect, it } from 'vitest';
import { readEquipment, withEquipment } from './equipment-file.js';
import { Simulation } from './simulation.js';

const limits = { total: 10, shared: 10 };
const plain = [{ dn: '1001', name: 'Ana Ek', monitorable: false }];

describe('the equipment file', () => {
  it('adds to plain phones, names one again with more abilities, and refuses a number given twice', () => {
    const [equipment] = readEquipment(
      JSON.stringify({
        controllers: [
          {
            phones: [
              { dn: '1001', hotDesk: true },
              { dn: '1060', sip: true },
            ],
            users: [{ dn: '1070', pin: '1' }],
          },
        ],
      }),
      'file',
    );
    const { phones } = withEquipment(plain, equipment);
    expect(phones.map(({ dn, kind, name, hotDesk, monitorable }) => [dn, kind, name, hotDesk, monitorable])).toEqual([
      ['1001', 'phone', 'Ana Ek', true, false],
      ['1060', 'sip-phone', '', undefined, true],
      ['1070', 'hot-desk-user', '', undefined, true],
    ]);
    const [twice] = readEquipment(JSON.stringify({ controllers: [{ users: [{ dn: '1001' }] }] }), 'file');
    expect(() => withEquipment(plain, twice)).toThrow(/1001 is given twice/);
  });

  it.each([
    ['{', /is not JSON/],
    ['{"controllers":[{"phones":[{"dn":"12a"}]}]}', /controllers\.0\.phones\.0\.dn: a directory number has 1 to 9 digits/],
    ['{"controllers":[{"walls":[]}]}', /walls/],
    ['{"controllers":[{"agents":[{"dn":"1","pin":"x"}]}]}', /agents\.0\.pin/],
    ['{"controllers":[{"phones":[{"dn":"1","name":"' + 'ü'.repeat(21) + '"}]}]}', /at most 40 bytes/],
  ])('%s is refused, and says where', (text, message) => expect(() => readEquipment(text, 'file')).toThrow(message));

  it.each([
    [{ groups: [{ dn: '1080', name: '', kind: 'hunt-group' as const, members: ['9999'] }] }, /no phone, user or agent 9999/],
    [{ acdGroups: [{ dn: '1080', name: '', agents: ['1001'] }] }, /is not an agent/],
    [{ acdPaths: [{ dn: '1080', name: '', groups: ['1001'] }] }, /no agent group/],
    [
      {
        lines: [
          { setDn: '1001', button: 2, dn: '1', shared: 'key' as const },
          { setDn: '1001', button: 2, dn: '2', shared: 'key' as const },
        ],
      },
      /given twice/,
    ],
    [{ groups: [{ dn: '1001', name: '', kind: 'hunt-group' as const, members: ['1001'] }] }, /given twice/],
  ])('%j does not make a cluster', (more, message) =>
    expect(() => new Simulation([{ bootId: 1, monitorLimits: limits, phones: plain, ...more }], () => undefined)).toThrow(
      message,
    ),
  );

  it('a secondary has to be another controller of the cluster', () => {
    const at = (secondary: number) => () =>
      new Simulation([{ bootId: 1, monitorLimits: limits, phones: [{ ...plain[0]!, secondary }] }], () => undefined);
    expect(at(0)).toThrow(/is its primary/);
    expect(at(1)).toThrow(/not in the cluster/);
  });
});
