/** Advanced call control (R-CC-10): trunks, peers, agents, groups and paths, their lookup, description, state and commands. */
import { z } from 'zod';
import {
  accepted,
  CONTROLLER,
  controllerRequest,
  DEVICE,
  deviceCommandRequest,
  deviceRequest,
  dn,
  homes,
  id53,
  icpId,
  operation,
  pin,
  sessionId,
  text,
  type RestMethod,
} from './members.js';
import { forwardings } from './lookup.operations.js';
import { CALL_STATES } from './words.js';

type Extra = Record<string, z.ZodType>;
/** The last member of the path is what is looked for. */
const lookup = <E extends Extra>(doc: string, what: string, extra: E) =>
  operation({
    doc,
    level: 'advanced',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/${what}/{${Object.keys(extra)[0] ?? ''}}` },
    request: controllerRequest.extend(extra),
    response: z.strictObject({ objectId: id53 }),
  });
const about = <A extends Extra>(doc: string, what: string, answer: A) =>
  operation({
    doc,
    level: 'advanced',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/${what}` },
    request: deviceRequest,
    response: z.strictObject(answer),
  });
const command = <E extends Extra>(doc: string, method: RestMethod, what: string, extra: E) =>
  operation({
    doc,
    level: 'advanced',
    kind: 'command',
    rest: { method, path: `${DEVICE}/${what}` },
    request: deviceCommandRequest.extend(extra),
    response: accepted,
  });

const name = z.string();
const some = z.string().optional();
const group = { groupNumber: name, groupName: name, numberOfMembers: z.int(), ...homes };
const acdGroup = { ...group, usesSkills: z.int() };
const agentStatus = {
  agentDn: some,
  registrationDn: some,
  ...forwardings,
  agentGroupStatus: z.array(z.strictObject({ groupDn: z.string(), present: z.boolean() })),
  DND: z.boolean(),
  autoAnswer: z.boolean(),
  msgWaitingLamp: z.boolean(),
};

export const ADVANCED_OPERATIONS = {
  advGetTdmTrunkId: lookup('The trunk with this number.', 'trunks', { trunkNum: z.int().min(0).max(0x7fffffff) }),
  advGetSipPeerId: lookup('The SIP peer with this name.', 'sip-peers', { sipPeerName: text(64) }),
  advGetACD2PathId: lookup('The ACD path with this number.', 'acd-paths', { pathDn: dn }),
  advGetACD2GroupId: lookup('The ACD group with this number.', 'acd-groups', { acd2GroupDn: dn }),
  advGetACDAgentId: lookup('The agent with this number.', 'acd-agents', { agentDn: dn }),
  advGetACDXGroupId: lookup('The ACD Express group with this number.', 'acd-express-groups', { acdXGroupDn: dn }),
  advGetRingGroupId: lookup('The ring group with this number.', 'ring-groups', { ringGroupDn: dn }),
  advGetHuntGroupId: lookup('The hunt group with this number.', 'hunt-groups', { huntGroupDn: dn }),
  advGetSipPeerDescription: about('What a SIP peer is.', 'sip-peer', {
    peerType: z.enum(['PEER_UNKNOWN', 'PEER_SIP', 'PEER_IP']),
    peerTrunkType: z.enum(['PEER_UNKNOWN', 'PEER_PUBLIC_TRUNK', 'PEER_PRIVATE_TRUNK', 'PEER_BOTH_TRUNK']),
    ...homes,
  }),
  advGetACD2PathDescription: about('What an ACD path is.', 'acd-path', {
    pathName: name,
    firstRad: some,
    secondRad: some,
    thirdRad: some,
    fourthRad: some,
    interflowDn: some,
    pathUnavailableDn: some,
    numGroups: z.int(),
    interflowEnabled: z.boolean(),
    ...homes,
  }),
  advGetACD2GroupDescription: about('What an ACD group is.', 'acd-group', acdGroup),
  advGetACDXGroupDescription: about('What an ACD Express group is.', 'acd-express-group', acdGroup),
  advGetACDAgentDescription: about('What an agent is.', 'acd-agent', {
    agentId: name,
    agentName: name,
    agentDn: name,
    agentType: z.enum(['TRADITIONAL', 'HOTDESK_ACD_EXPRESS', 'HOTDESK_ACD2']),
    agentSkill: z.int(),
    ...homes,
  }),
  advGetRingGroupDescription: about('What a ring group is.', 'ring-group', {
    ...group,
    overflowPoint: some,
    ringType: z.enum(['RING_ALL', 'RING_CASCADE']),
  }),
  advGetHuntGroupDescription: about('What a hunt group is.', 'hunt-group', {
    ...group,
    firstRad: some,
    secondRad: some,
    nightRad: some,
    huntMode: z.enum(['HuntGroupModeLinear', 'HuntGroupModeCyclic', 'HuntGroupModeAuto']),
    huntType: z.enum(['HuntGroupVoice', 'HuntGroupRad', 'HuntGroupPhantom', 'HuntGroupVoiceMail', 'HuntGroupHCIReroute']),
  }),
  advGetACDGroupStatus: about('How many of a group are there, free, busy, and how many calls wait.', 'acd-group/status', {
    numOfMembers: z.int(),
    membersLoggedIn: z.int(),
    membersBusy: z.int(),
    callsWaiting: z.int(),
    membersInDND: z.int(),
    membersIdle: z.int(),
    membersLoggedInPresent: z.int(),
  }),
  advGetTdmTrunkStatus: about('Whether a trunk is in service.', 'trunk/status', { inService: z.boolean() }),
  advGetSipPeerStatus: operation({
    doc: 'How a call over a SIP peer stands.',
    level: 'advanced',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/sip-peer/calls/{localCallId}` },
    request: deviceRequest.extend({ localCallId: z.int().min(0).max(0xffffffff), globalCallId: text(64).optional() }),
    response: z.strictObject({ globalCallId: some, callState: z.enum(CALL_STATES), localCallId: id53 }),
  }),
  advGetACDAgentStatus: about('How an agent is set, and in which groups he is present.', 'acd-agent/status', agentStatus),
  advGetACDAgentStatusEx: about('How an agent is set, make busy included.', 'acd-agent/status-ex', {
    ...agentStatus,
    makeBusyState: z.boolean(),
  }),
  advGetSystemConferences: operation({
    doc: 'Asks a controller to tell of all its conferences, by events.',
    level: 'advanced',
    kind: 'query',
    rest: { method: 'POST', path: `${CONTROLLER}/conferences/tell` },
    request: z.strictObject({ sessionId, icpId }),
    response: z.strictObject({}),
  }),
  advLoginACDAgent: command('Logs an agent in at a device.', 'POST', 'acd-agent-login', { agentDn: dn, pin: pin.optional() }),
  advLogoutACDAgent: command('Logs the agent out.', 'DELETE', 'acd-agent-login', {}),
  advLoginExternalACDAgent: command('Logs an external agent in.', 'POST', 'external-acd-agent-login', { pin }),
  advLogoutExternalACDAgent: command('Logs an external agent out.', 'DELETE', 'external-acd-agent-login', {}),
  advSetACDAgentMakeBusy: command('Makes an agent busy, or free again.', 'PUT', 'make-busy', { busyState: z.boolean() }),
  advSetACDAgentMakeBusyWithCode: command('Makes an agent busy with a reason (R-MCC-02).', 'PUT', 'make-busy-with-code', {
    busyState: z.boolean(),
    busyCode: z.int().min(0).max(9999),
  }),
  advCancelACDWorkTimer: command('Ends the work timer of an agent.', 'POST', 'work-timer/cancel', {}),
  advCancelACDReseizeWorkTimer: command(
    'Ends the work timer that a new call has begun again.',
    'POST',
    'work-timer/cancel-reseize',
    {},
  ),
  advSetTrunkMakeBusy: command('Takes a trunk out of service, at once or when it is free.', 'PUT', 'trunk/make-busy', {
    forced: z.boolean(),
  }),
  advCancelTrunkMakeBusy: command('Takes a trunk back into service.', 'DELETE', 'trunk/make-busy', {}),
} as const;
