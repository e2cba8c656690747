/** What items of the link make of an application's answer; what a controller did not say is left out, not invented. */
import type { OperationResponse } from '#contracts/application-api';
import { CALL_STATES } from '#contracts/application-words';
import type { Item, ItemWord, LocalStateName } from '#southbound/messages';
import type { Core } from '../core.js';
import { CALL_STATE } from '../events/event-mapping.mapper.js';
import { makeObjectId } from '../numbering.rules.js';

/** The items of one answer. */
export class Items {
  constructor(private readonly items: readonly Item[]) {}

  some(word: ItemWord): string | undefined {
    return this.items.find((item) => item.word === word)?.value;
  }

  all(word: ItemWord): string[] {
    return this.items.filter((item) => item.word === word).map(({ value }) => value);
  }

  text(word: ItemWord): string {
    return this.some(word) ?? '';
  }

  flag(word: ItemWord): boolean {
    return this.some(word) === '1';
  }

  /** A whole number that is not negative; 0 for what is not one. */
  count(word: ItemWord): number {
    const value = Number(this.some(word) ?? 0);
    return Number.isSafeInteger(value) && value >= 0 ? value : 0;
  }

  /** One of the contract's words; the first of them for what is not one. */
  oneOf<const W extends string>(word: ItemWord, words: readonly [W, ...W[]]): W {
    return words.find((known) => known === this.some(word)) ?? words[0];
  }

  /** A list whose entries begin with this word. */
  entries(first: ItemWord): Items[] {
    const entries: Item[][] = [];
    for (const item of this.items) {
      if (item.word === first) entries.push([item]);
      else entries.at(-1)?.push(item);
    }
    return entries.map((entry) => new Items(entry));
  }
}

const optional = <K extends string>(name: K, value: string | undefined): { [P in K]?: string } =>
  (value === undefined || value === '' ? {} : { [name]: value }) as { [P in K]?: string };

/** The controller with that address; undefined: none of this instance. */
export function icpIdAt(core: Core, address: string): number | undefined {
  for (const { grant, icpId } of core.controllers.values()) if (grant.address === address) return icpId;
  return undefined;
}

/** Where it lives; a controller that says nothing of it is its only one. */
export function homesOf(items: Items, core: Core, icpId: number) {
  const primary = items.some('PRIMARY_ADDRESS');
  const primaryIcpAddress = primary ?? core.controllers.get(icpId)?.grant.address ?? '';
  const secondaryIcpAddress = items.some('SECONDARY_ADDRESS');
  const secondaryIcpId = secondaryIcpAddress === undefined ? undefined : icpIdAt(core, secondaryIcpAddress);
  return {
    isResilient: items.flag('RESILIENT'),
    primaryIcpId: primary === undefined ? icpId : (icpIdAt(core, primary) ?? 0),
    primaryIcpAddress,
    ...(secondaryIcpId === undefined ? {} : { secondaryIcpId }),
    ...optional('secondaryIcpAddress', secondaryIcpAddress),
  };
}

const FORWARDINGS = {
  CFAlways: 'FORWARD_ALWAYS',
  CFBusyInt: 'FORWARD_BUSY_INTERNAL',
  CFBusyExt: 'FORWARD_BUSY_EXTERNAL',
  CFNAInt: 'FORWARD_NO_ANSWER_INTERNAL',
  CFNAExt: 'FORWARD_NO_ANSWER_EXTERNAL',
} as const satisfies Record<string, ItemWord>;

function forwardingsOf(items: Items) {
  const told = Object.entries(FORWARDINGS).flatMap(([name, word]) => {
    const value = items.some(word);
    return value === undefined ? [] : [[name, { fwdOn: value.startsWith('1'), ...optional('dn', value.slice(1)) }]];
  });
  return Object.fromEntries(told) as { [K in keyof typeof FORWARDINGS]?: { fwdOn: boolean; dn?: string } };
}

export function deviceFeatures(items: Items): OperationResponse<'getDeviceFeatures'> {
  return {
    ...optional('hotDeskUserLoggedInDn', items.some('HOT_DESK_USER_DN')),
    ...optional('registrationDn', items.some('REGISTRATION_DN')),
    ...forwardingsOf(items),
    DND: items.flag('DO_NOT_DISTURB'),
    autoAnswer: items.flag('AUTO_ANSWER'),
    msgWaitingLamp: items.flag('MESSAGE_WAITING'),
  };
}

export function agentStatus(items: Items): OperationResponse<'advGetACDAgentStatus'> {
  const { hotDeskUserLoggedInDn: _user, ...features } = deviceFeatures(items);
  const groups = items.entries('GROUP_DN');
  return {
    ...features,
    ...optional('agentDn', items.some('AGENT_DN')),
    agentGroupStatus: groups.map((group) => ({ groupDn: group.text('GROUP_DN'), present: group.flag('PRESENT') })),
  };
}

export const agentStatusEx = (items: Items): OperationResponse<'advGetACDAgentStatusEx'> => ({
  ...agentStatus(items),
  makeBusyState: items.flag('MAKE_BUSY'),
});

const handleOf = (items: Items, icpId: number): number => {
  const handle = items.count('HANDLE');
  return handle >= 1 && handle < 2 ** 32 ? makeObjectId(icpId, handle) : 0;
};

function linesOf(items: Items, icpId: number) {
  return items.entries('HANDLE').map((line) => ({
    extNumber: line.text('DN'),
    objectId: handleOf(line, icpId),
    buttonNumber: line.count('BUTTON'),
  }));
}

export function configuration(items: Items, core: Core, icpId: number): OperationResponse<'getDeviceConfiguration'> {
  const { isResilient, primaryIcpAddress, secondaryIcpAddress } = homesOf(items, core, icpId);
  const secondary = optional('secondaryIcp', secondaryIcpAddress);
  return { lines: linesOf(items, icpId), primaryIcp: primaryIcpAddress, ...secondary, isResilient };
}

export function configurationEx(items: Items, core: Core, icpId: number): OperationResponse<'getDeviceConfigurationEx'> {
  return { lines: linesOf(items, icpId), ...homesOf(items, core, icpId) };
}

export function members(items: Items, _core: Core, icpId: number): OperationResponse<'getDeviceMembers'> {
  return {
    members: items.entries('HANDLE').map((member) => ({
      primeDn: member.text('DN'),
      buttonNum: member.count('BUTTON'),
      objectId: handleOf(member, icpId),
    })),
  };
}

export function sipPeer(items: Items, core: Core, icpId: number): OperationResponse<'advGetSipPeerDescription'> {
  return {
    peerType: items.oneOf('PEER_TYPE', ['PEER_UNKNOWN', 'PEER_SIP', 'PEER_IP']),
    peerTrunkType: items.oneOf('PEER_TRUNK_TYPE', ['PEER_UNKNOWN', 'PEER_PUBLIC_TRUNK', 'PEER_PRIVATE_TRUNK', 'PEER_BOTH_TRUNK']),
    ...homesOf(items, core, icpId),
  };
}

export function acdPath(items: Items, core: Core, icpId: number): OperationResponse<'advGetACD2PathDescription'> {
  const [firstRad, secondRad, thirdRad, fourthRad] = items.all('RAD');
  return {
    pathName: items.text('NAME'),
    ...optional('firstRad', firstRad),
    ...optional('secondRad', secondRad),
    ...optional('thirdRad', thirdRad),
    ...optional('fourthRad', fourthRad),
    ...optional('interflowDn', items.some('INTERFLOW_DN')),
    ...optional('pathUnavailableDn', items.some('UNAVAILABLE_DN')),
    numGroups: items.count('GROUP_COUNT'),
    interflowEnabled: items.flag('INTERFLOW_ENABLED'),
    ...homesOf(items, core, icpId),
  };
}

function groupOf(items: Items, core: Core, icpId: number) {
  const numberOfMembers = items.count('MEMBER_COUNT');
  return { groupNumber: items.text('DN'), groupName: items.text('NAME'), numberOfMembers, ...homesOf(items, core, icpId) };
}

export function acdGroup(items: Items, core: Core, icpId: number): OperationResponse<'advGetACD2GroupDescription'> {
  return { ...groupOf(items, core, icpId), usesSkills: items.count('USES_SKILLS') };
}

export function acdAgent(items: Items, core: Core, icpId: number): OperationResponse<'advGetACDAgentDescription'> {
  return {
    agentId: items.text('AGENT_ID'),
    agentName: items.text('NAME'),
    agentDn: items.text('DN'),
    agentType: items.oneOf('AGENT_TYPE', ['TRADITIONAL', 'HOTDESK_ACD_EXPRESS', 'HOTDESK_ACD2']),
    agentSkill: items.count('AGENT_SKILL'),
    ...homesOf(items, core, icpId),
  };
}

export function ringGroup(items: Items, core: Core, icpId: number): OperationResponse<'advGetRingGroupDescription'> {
  const overflow = optional('overflowPoint', items.some('OVERFLOW_DN'));
  return { ...groupOf(items, core, icpId), ...overflow, ringType: items.oneOf('RING_TYPE', ['RING_ALL', 'RING_CASCADE']) };
}

export function huntGroup(items: Items, core: Core, icpId: number): OperationResponse<'advGetHuntGroupDescription'> {
  const [firstRad, secondRad] = items.all('RAD');
  const types = ['HuntGroupVoice', 'HuntGroupRad', 'HuntGroupPhantom', 'HuntGroupVoiceMail', 'HuntGroupHCIReroute'] as const;
  return {
    ...groupOf(items, core, icpId),
    ...optional('firstRad', firstRad),
    ...optional('secondRad', secondRad),
    ...optional('nightRad', items.some('NIGHT_RAD')),
    huntMode: items.oneOf('HUNT_MODE', ['HuntGroupModeLinear', 'HuntGroupModeCyclic', 'HuntGroupModeAuto']),
    huntType: items.oneOf('HUNT_TYPE', types),
  };
}

export function acdGroupStatus(items: Items): OperationResponse<'advGetACDGroupStatus'> {
  return {
    numOfMembers: items.count('MEMBER_COUNT'),
    membersLoggedIn: items.count('LOGGED_IN_COUNT'),
    membersBusy: items.count('BUSY_COUNT'),
    callsWaiting: items.count('WAITING_COUNT'),
    membersInDND: items.count('DND_COUNT'),
    membersIdle: items.count('IDLE_COUNT'),
    membersLoggedInPresent: items.count('PRESENT_COUNT'),
  };
}

/** The contract's call state for the link's word, or the contract's own; NIL for neither. */
export function callStateOf(word: string | undefined): (typeof CALL_STATES)[number] {
  if (word !== undefined && Object.hasOwn(CALL_STATE, word)) return CALL_STATE[word as LocalStateName];
  return CALL_STATES.find((state) => state === word) ?? 'NIL';
}

export function sipPeerStatus(items: Items): OperationResponse<'advGetSipPeerStatus'> {
  return {
    ...optional('globalCallId', items.some('GLOBAL_CALL_ID')),
    callState: callStateOf(items.some('CALL_STATE')),
    localCallId: items.count('LOCAL_CALL_ID'),
  };
}
