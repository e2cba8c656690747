/**
 * What the simulated controllers have beside their plain phones: a few of each kind, so that everything can be tried. The file's shape is the
 * simulator's (apps/call-manager-sim/README.md).
 */

/** Each controller's numbers begin with the hundred that its plain phones begin with. */
function controllerEquipment(index: number, controllers: number, firstExtension: number): unknown {
  const hundred = firstExtension - 1;
  const dn = (offset: number): string => String(hundred + offset);
  const secondary = controllers > 1 ? { secondary: (index + 1) % controllers } : {};
  return {
    phones: [
      { dn: dn(60), name: 'SIP phone', sip: true },
      { dn: dn(61), name: 'Hot desk 1', hotDesk: true },
      { dn: dn(62), name: 'Hot desk 2', hotDesk: true },
      { dn: dn(63), name: 'Resilient 1', ...secondary },
      { dn: dn(64), name: 'Resilient 2', ...secondary },
      { dn: dn(65), name: 'Supervisor', supervisor: true },
      { dn: dn(66), name: 'Team 1', pickupGroup: 1 },
      { dn: dn(67), name: 'Team 2', pickupGroup: 1 },
    ],
    users: [
      { dn: dn(70), name: 'Hot desk user', pin: '4711' },
      { dn: dn(71), name: 'Resilient user', pin: '4712', ...secondary },
    ],
    externalUsers: [{ dn: dn(72), name: 'External user', pin: '4713' }],
    agents: [
      { dn: dn(75), name: 'Agent 1', agentId: `A${dn(75)}`, pin: '4714' },
      { dn: dn(76), name: 'Agent 2', agentId: `A${dn(76)}`, pin: '4715' },
      { dn: dn(77), name: 'Express agent', agentId: `A${dn(77)}`, pin: '4716' },
    ],
    lines: [
      { setDn: dn(66), button: 2, dn: dn(66), shared: 'multicall' },
      { setDn: dn(66), button: 3, dn: dn(90), shared: 'key' },
      { setDn: dn(67), button: 2, dn: dn(90), shared: 'key' },
    ],
    groups: [
      { dn: dn(80), name: 'Everyone', kind: 'ring-all-group', members: [dn(66), dn(67)] },
      { dn: dn(81), name: 'In turn', kind: 'hunt-group', order: 'circular', members: [dn(66), dn(67), dn(65)] },
      { dn: dn(82), name: 'One more', kind: 'ring-cascade-group', members: [dn(66), dn(67)] },
      { dn: dn(83), name: 'Personal', kind: 'personal-ring-group', members: [dn(65), dn(66)] },
    ],
    acdGroups: [{ dn: dn(85), name: 'Sales', agents: [dn(75), dn(76)] }],
    acdExpressGroups: [{ dn: dn(87), name: 'Service', agents: [dn(77)], agentTimeoutMs: 15_000, workMs: 5_000 }],
    acdPaths: [{ dn: dn(86), name: 'Hotline', groups: [dn(85)], agentTimeoutMs: 15_000, workMs: 5_000 }],
    trunks: [
      { number: 10 * index + 1, name: 'ISDN', kind: 'trunk', answersAfterMs: 2_000 },
      { number: 10 * index + 2, name: `peer-${index + 1}`, kind: 'sip-peer', answersAfterMs: 2_000 },
    ],
    accountCodes: ['7711'],
    numbering: {
      countryCode: '49',
      longDistancePrefix: '0',
      internationalPrefix: '00',
      localAreaCodes: ['30'],
      extensionLength: 4,
    },
  };
}

/** @param firstExtensions of each controller's plain phones */
export function sampleEquipment(firstExtensions: readonly number[]): unknown {
  return { controllers: firstExtensions.map((first, index) => controllerEquipment(index, firstExtensions.length, first)) };
}
