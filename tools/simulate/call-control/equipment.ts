/**
 * The cluster that random calls are driven at: plain sets at two controllers, two SIP devices, of which one asks others over another line, a supervisor, an agent, a hot desk user and an external
 * one, groups, a path, a trunk.
 */
import type { SimulatedControllerSpec } from '../../../apps/call-manager-sim/src/simulation.js';

const set = (dn: string, more: Partial<SimulatedControllerSpec['phones'][number]> = {}) => ({
  dn,
  name: `User ${dn}`,
  monitorable: true,
  ...more,
});

export const PHONES: readonly { readonly dn: string; readonly icpId: number }[] = [
  ...['1001', '1002', '1003', '1004', '1201', '1202', '1301', '1401', '1601', '1701'].map((dn) => ({ dn, icpId: 1 })),
  ...['2001', '2002'].map((dn) => ({ dn, icpId: 2 })),
];

/** Over which a SIP set asks others (R-CC-06). */
export const TRANSFER_LINE = { primeDn: '1202', buttonNum: 2 } as const;

export function equipment(): SimulatedControllerSpec[] {
  const monitorLimits = { total: 5600, shared: 10_000 };
  return [
    {
      bootId: 1,
      monitorLimits,
      phones: [
        ...['1001', '1002', '1003', '1004'].map((dn) => set(dn)),
        set('1201', { kind: 'sip-phone' }),
        set(TRANSFER_LINE.primeDn, { kind: 'sip-phone', transferLine: TRANSFER_LINE.buttonNum }),
        set('1301', { supervisor: true }),
        set('1401', { kind: 'agent', pin: '4711', agentId: '1401' }),
        set('1501', { hotDesk: true }),
        set('1502', { hotDesk: true }),
        set('1601', { kind: 'hot-desk-user', pin: '4712' }),
        set('1701', { kind: 'external-user', pin: '4713', responseMs: 500 }),
      ],
      lines: [{ setDn: TRANSFER_LINE.primeDn, button: TRANSFER_LINE.buttonNum, dn: TRANSFER_LINE.primeDn, shared: 'multicall' }],
      trunks: [{ number: 1, name: 'Outside', kind: 'trunk', answersAfterMs: 3_000 }],
      groups: [
        { dn: '6200', name: 'All', kind: 'ring-all-group', members: ['1002', '1003'] },
        { dn: '6300', name: 'Hunt', kind: 'hunt-group', members: ['1003', '1004'] },
      ],
      acdGroups: [{ dn: '6100', name: 'Sales', agents: ['1401'] }],
      acdPaths: [{ dn: '6000', name: 'Sales', groups: ['6100'], workMs: 20_000 }],
    },
    { bootId: 2, monitorLimits, phones: ['2001', '2002'].map((dn) => set(dn)) },
  ];
}
