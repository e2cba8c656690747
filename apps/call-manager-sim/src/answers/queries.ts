/** What QUERY answers: the state of one device, or the settings of the controller, as items in the order of the page. */
import { FORWARDING_KINDS, lampShines, type ForwardingKind } from '../model/features.js';
import { isAcdGroup, isAcdPath, isGroup, type AcdGroup, type Group } from '../model/group.js';
import { activeLeg, linesOfSet, type Device, type Phone } from '../model/phone.js';
import type { Simulation } from '../simulation.js';
import type { Result } from '../model/words.js';
import type { ItemWord, QUERY_KIND } from '../wire/asked-numbers.js';
import type { ItemValue } from '../wire/controller.encoder.js';
import { agentType, asPhone, typeName } from './described.js';

type Answered = { readonly items: readonly ItemValue[] } | { readonly refused: Result };
type QueryKind = keyof typeof QUERY_KIND;

const yes = (value: boolean): string => (value ? '1' : '0');

export function query(simulation: Simulation, controller: number, kind: QueryKind, device: Device | null): Answered {
  if (kind === 'SETTINGS') return device ? { refused: 'WRONG_KIND' } : { items: settings(simulation, controller) };
  if (!device) return { refused: 'UNKNOWN_DEVICE' };
  const phone = asPhone(device);
  switch (kind) {
    case 'DESCRIPTION':
      return { items: description(simulation, device) };
    case 'STATUS':
      return status(simulation, device);
    case 'RESILIENCE':
      return {
        items: [
          ...homes(simulation, device),
          ['ACTIVE_HERE', yes(device.controller === controller)],
          ['CALL_STATE', callState(phone, controller)],
        ],
      };
    case 'MEMBERS':
      return { items: members(simulation, device) };
    case 'CONFIGURATION':
      return phone ? { items: [...homes(simulation, device), ...lines(phone)] } : { refused: 'WRONG_KIND' };
    case 'FEATURES':
      return phone ? { items: features(phone) } : { refused: 'WRONG_KIND' };
    case 'HOT_DESK':
      return phone ? { items: hotDesk(phone) } : { refused: 'WRONG_KIND' };
  }
}

function settings(simulation: Simulation, controller: number): ItemValue[] {
  const { address = '', release = '', numbering = {} } = simulation.spec(controller);
  return [
    ['ADDRESS', address],
    ['RELEASE', release],
    ['NETWORK_ELEMENT_TYPE', 'MI_VB'],
    ['EXTENSION_LENGTH', String(numbering.extensionLength ?? 4)],
    ['OUTSIDE_PREFIX', simulation.cluster.directory.outsidePrefix(controller)],
    ['COUNTRY_CODE', numbering.countryCode ?? ''],
    ['LONG_DISTANCE_PREFIX', numbering.longDistancePrefix ?? ''],
    ['INTERNATIONAL_PREFIX', numbering.internationalPrefix ?? ''],
    ['LOCAL_AREA_CODES', (numbering.localAreaCodes ?? []).join(',')],
  ];
}

function homes(simulation: Simulation, { primary, secondary }: Device): ItemValue[] {
  const address = (index: number) => simulation.spec(index).address ?? '';
  return [
    ['RESILIENT', yes(secondary !== null)],
    ['PRIMARY_ADDRESS', address(primary)],
    ...(secondary === null ? [] : [['SECONDARY_ADDRESS', address(secondary)] as const]),
  ];
}

function callState(phone: Phone | null, controller: number): string {
  return phone?.controller === controller ? (phone.legs.at(-1)?.state ?? 'null') : 'null';
}

function lines(phone: Phone): ItemValue[] {
  return linesOfSet(phone).flatMap((line): ItemValue[] => [
    ['HANDLE', String(line.handle)],
    ['DN', line.dn],
    ['BUTTON', String(line.line?.button ?? 1)],
  ]);
}

function members(simulation: Simulation, device: Device): ItemValue[] {
  return simulation.cluster.directory.appearancesOf(device.dn).flatMap((line): ItemValue[] => [
    ['HANDLE', String(line.handle)],
    ['DN', (line.line ? line.set : line)?.dn ?? ''],
    ['BUTTON', String(line.line?.button ?? 1)],
  ]);
}

const FORWARDING_WORDS: Readonly<Record<ForwardingKind, ItemWord>> = {
  always: 'FORWARD_ALWAYS',
  'busy-internal': 'FORWARD_BUSY_INTERNAL',
  'busy-external': 'FORWARD_BUSY_EXTERNAL',
  'no-answer-internal': 'FORWARD_NO_ANSWER_INTERNAL',
  'no-answer-external': 'FORWARD_NO_ANSWER_EXTERNAL',
};

function features({ features: set, dn, occupant, set: seat, line }: Phone): ItemValue[] {
  return [
    ['DO_NOT_DISTURB', yes(set.doNotDisturb)],
    ['AUTO_ANSWER', yes(set.autoAnswer)],
    ['MESSAGE_WAITING', yes(lampShines(set))],
    ['REGISTRATION_DN', seat && !line ? seat.dn : dn],
    ...FORWARDING_KINDS.map((kind): ItemValue => {
      const { on, number } = set.forwarding[kind];
      return [FORWARDING_WORDS[kind], `${yes(on)}${number}`];
    }),
    ...(occupant ? [['HOT_DESK_USER_DN', occupant.dn] as const] : []),
  ];
}

function hotDesk({ occupant, set, line }: Phone): ItemValue[] {
  if (occupant) return [['HOT_DESK_USER_DN', occupant.dn]];
  return set && !line ? [['HOT_DESK_DEVICE_DN', set.dn]] : [];
}

function description(simulation: Simulation, device: Device): ItemValue[] {
  const head: ItemValue[] = [
    ['DEVICE_TYPE', typeName(device)],
    ['DN', device.dn],
    ['NAME', device.fullName],
    ...homes(simulation, device),
  ];
  if (isGroup(device)) return [...head, ...groupFacts(device)];
  if (isAcdGroup(device)) return [...head, ['MEMBER_COUNT', String(device.agents.length)], ['USES_SKILLS', '0']];
  if (isAcdPath(device)) return [...head, ['GROUP_COUNT', String(device.groups.length)], ['INTERFLOW_ENABLED', '0']];
  const phone = asPhone(device);
  if (phone?.kind === 'agent')
    return [
      ...head,
      ['AGENT_ID', phone.agentId ?? phone.dn],
      ['AGENT_TYPE', agentType(simulation.cluster.directory, phone)],
      ['AGENT_SKILL', '1'],
    ];
  if (phone?.kind === 'sip-peer') return [...head, ['PEER_TYPE', 'PEER_SIP'], ['PEER_TRUNK_TYPE', 'PEER_PUBLIC_TRUNK']];
  return head;
}

function groupFacts(group: Group): ItemValue[] {
  const count: ItemValue = ['MEMBER_COUNT', String(group.members.length)];
  if (group.kind !== 'hunt-group')
    return [
      count,
      ['RING_TYPE', group.kind === 'ring-cascade-group' ? 'RING_CASCADE' : 'RING_ALL'],
      ...(group.overflow === null ? [] : [['OVERFLOW_DN', group.overflow] as const]),
    ];
  return [
    count,
    ['HUNT_MODE', group.order === 'circular' ? 'HuntGroupModeCyclic' : 'HuntGroupModeLinear'],
    ['HUNT_TYPE', 'HuntGroupVoice'],
  ];
}

function status(simulation: Simulation, device: Device): Answered {
  if (isAcdGroup(device)) return { items: counted(device.agents, device.absent, waiting(simulation, device)) };
  if (isGroup(device)) return { items: counted(device.members, device.absent, 0) };
  if (isAcdPath(device)) return { items: [['WAITING_COUNT', String(device.queue.length)]] };
  const phone = asPhone(device);
  if (phone?.kind === 'agent') return { items: agentStatus(simulation, phone) };
  if (phone?.kind === 'trunk') return { items: [['IN_SERVICE', yes(phone.inService && phone.features.makeBusy === null)]] };
  if (phone?.kind === 'sip-peer') return { items: peerStatus(phone) };
  return { refused: 'WRONG_KIND' };
}

function waiting(simulation: Simulation, group: AcdGroup): number {
  const paths = simulation.cluster.directory.queues().filter(({ groups }) => groups.includes(group));
  return paths.reduce((sum, { queue }) => sum + queue.length, 0);
}

function counted(members: readonly Phone[], absent: ReadonlySet<Phone>, callers: number): ItemValue[] {
  const count = (fits: (phone: Phone) => boolean) => String(members.filter(fits).length);
  const loggedIn = (phone: Phone) => phone.inService;
  return [
    ['MEMBER_COUNT', String(members.length)],
    ['LOGGED_IN_COUNT', count(loggedIn)],
    ['BUSY_COUNT', count((phone) => loggedIn(phone) && (phone.legs.length > 0 || phone.features.makeBusy !== null))],
    ['WAITING_COUNT', String(callers)],
    ['DND_COUNT', count((phone) => loggedIn(phone) && phone.features.doNotDisturb)],
    ['IDLE_COUNT', count((phone) => loggedIn(phone) && phone.legs.length === 0 && phone.workUntilMs === null)],
    ['PRESENT_COUNT', count((phone) => loggedIn(phone) && !absent.has(phone))],
  ];
}

function agentStatus(simulation: Simulation, agent: Phone): ItemValue[] {
  const groups = simulation.cluster.directory.groupsOfAgent(agent);
  return [
    ...features(agent),
    ['AGENT_DN', agent.dn],
    ['MAKE_BUSY', yes(agent.features.makeBusy !== null)],
    ...groups.flatMap((group): ItemValue[] => [
      ['GROUP_DN', group.dn],
      ['PRESENT', yes(!group.absent.has(agent))],
    ]),
  ];
}

function peerStatus(peer: Phone): ItemValue[] {
  const leg = activeLeg(peer) ?? peer.legs[0];
  if (!leg) return [];
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  return [
    ['LOCAL_CALL_ID', String(leg.localCallId)],
    ['GLOBAL_CALL_ID', `${hex(leg.call.globalHigh)}${hex(leg.call.globalLow)}`],
    ['CALL_STATE', leg.state],
  ];
}
