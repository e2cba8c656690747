/**
 * Every operation that changes something at a controller, as data: which message of the link carries it and where its members go
 * (docs/design/controller-link.md, section 4). One path carries them all out (command.operations.ts).
 */
import type { OperationName } from '#contracts/application-api';
import type { CallOpcode, ControllerRequest, DeviceOpcode } from '#southbound/messages';

/** Of a message's argument or value: the member of the operation's request it comes from. */
type Member = string;

export type CommandShape =
  /** A message of its own: the first day's five. */
  | { readonly message: 'ANSWER_CALL' | 'CLEAR_CALL' | 'HOLD_CALL' | 'RETRIEVE_CALL' | 'MAKE_CALL' }
  | {
      readonly message: 'CALL_COMMAND';
      readonly opcode: CallOpcode;
      readonly argument?: Member;
      readonly value?: Member;
    }
  | {
      readonly message: 'DEVICE_COMMAND';
      readonly opcode: DeviceOpcode;
      readonly value?: Member;
      readonly first?: Member;
      readonly second?: Member;
    };

const call = (opcode: CallOpcode, argument?: Member, value?: Member) =>
  ({
    message: 'CALL_COMMAND',
    opcode,
    ...(argument === undefined ? {} : { argument }),
    ...(value === undefined ? {} : { value }),
  }) as const;
const device = (opcode: DeviceOpcode, members: { value?: Member; first?: Member; second?: Member } = {}) =>
  ({ message: 'DEVICE_COMMAND', opcode, ...members }) as const;
const forward = (opcode: DeviceOpcode) => device(opcode, { value: 'cfOn', first: 'dn' });
const presence = (opcode: DeviceOpcode, group: Member) =>
  device(opcode, { value: 'presenceValue', first: group, second: 'invokerDn' });

export const COMMANDS = {
  makeCall: { message: 'MAKE_CALL' },
  answerCall: { message: 'ANSWER_CALL' },
  clearCall: { message: 'CLEAR_CALL' },
  holdCall: { message: 'HOLD_CALL' },
  retrieveCall: { message: 'RETRIEVE_CALL' },

  consultationCall: call('CONSULT', 'number'),
  cancelConsCall: call('CANCEL_CONSULTATION'),
  alternateCall: call('ALTERNATE'),
  tradeCall: call('TRADE'),
  transferCall: call('TRANSFER'),
  singleStepTransfer: call('SINGLE_STEP_TRANSFER', 'number'),
  conferenceCall: call('CONFERENCE'),
  splitConferenceCall: call('SPLIT_CONFERENCE'),
  redirectCall: call('REDIRECT', 'redirectDn'),
  camponCall: call('CAMP_ON'),
  setCallMeBack: call('SET_CALL_ME_BACK'),
  sendCallMeBackMsgForCall: call('SEND_CALL_ME_BACK_MESSAGE'),
  newCall: call('NEW_CALL'),
  outPulseDigits: call('OUT_PULSE_DIGITS', 'digits'),
  setAccountCode: call('SET_ACCOUNT_CODE', 'accountCode'),
  advAssignCallerId: call('ASSIGN_CALLER_ID', 'newName'),
  advIntrudeCall: call('INTRUDE'),
  advACDSilentMonitor: call('SILENT_MONITOR', 'agentDn'),
  advTapCall: call('TAP', 'dn'),
  advCoachCall: call('COACH', undefined, 'coachType'),
  advClearCoachCall: call('CLEAR_COACH'),
  advACDRequestHelp: call('REQUEST_HELP', 'supervisorDn'),

  pickupCall: device('PICKUP', { first: 'ringDn' }),
  remoteRetrieveCall: device('REMOTE_RETRIEVE', { first: 'remoteDn' }),
  sendCallMeBackMsgNoCall: device('SEND_CALL_ME_BACK_MESSAGE_TO', { first: 'dn' }),
  clearCallMeBackMsg: device('CLEAR_CALL_ME_BACK_MESSAGE', { first: 'deviceDn' }),
  advACDSilentMonitorEx: device('LISTEN_TO_AGENT', { first: 'agentDn' }),

  setDeviceDND: device('DO_NOT_DISTURB', { value: 'dndState' }),
  setCFAlways: forward('FORWARD_ALWAYS'),
  setCFBusyInternal: forward('FORWARD_BUSY_INTERNAL'),
  setCFBusyExternal: forward('FORWARD_BUSY_EXTERNAL'),
  setCFNAInternal: forward('FORWARD_NO_ANSWER_INTERNAL'),
  setCFNAExternal: forward('FORWARD_NO_ANSWER_EXTERNAL'),
  advSetMsgWaitingInd: device('MESSAGE_WAITING', { value: 'state' }),
  advSetAutoAnswer: device('AUTO_ANSWER', { value: 'autoAnswerMode' }),

  loginHotDeskUser: device('HOT_DESK_LOG_IN', { first: 'hotDeskUserDn', second: 'pin' }),
  logoutHotDeskUser: device('HOT_DESK_LOG_OUT'),
  loginExtHotDeskUser: device('EXTERNAL_HOT_DESK_LOG_IN', { second: 'pin' }),
  logoutExtHotDeskUser: device('EXTERNAL_HOT_DESK_LOG_OUT'),
  verifyHotDeskUserPin: device('VERIFY_PIN', { first: 'hotDeskUserDn', second: 'pin' }),

  advLoginACDAgent: device('AGENT_LOG_IN', { first: 'agentDn', second: 'pin' }),
  advLogoutACDAgent: device('AGENT_LOG_OUT'),
  advLoginExternalACDAgent: device('EXTERNAL_AGENT_LOG_IN', { second: 'pin' }),
  advLogoutExternalACDAgent: device('EXTERNAL_AGENT_LOG_OUT'),
  advSetACDAgentMakeBusy: device('AGENT_MAKE_BUSY', { value: 'busyState' }),
  advSetACDAgentMakeBusyWithCode: device('AGENT_MAKE_BUSY_WITH_CODE', { value: 'busyState', first: 'busyCode' }),
  advSetACDAgentPresence: presence('AGENT_PRESENCE', 'groupDn'),
  advSetACD2AgentPresenceAllGroups: device('AGENT_PRESENCE_ALL_GROUPS', { value: 'presenceValue', second: 'invokerDn' }),
  advSetGroupMemberPresence: presence('GROUP_MEMBER_PRESENCE', 'groupDn'),
  setPRGPresence: presence('PRG_PRESENCE', 'prgDn'),
  advCancelACDWorkTimer: device('CANCEL_WORK_TIMER'),
  advCancelACDReseizeWorkTimer: device('CANCEL_RESEIZE_TIMER'),
  advSetTrunkMakeBusy: device('TRUNK_MAKE_BUSY', { value: 'forced' }),
  advCancelTrunkMakeBusy: device('TRUNK_MAKE_BUSY_CANCEL'),
  advGetSystemConferences: device('REPORT_CONFERENCES'),
} as const satisfies Partial<Record<OperationName, CommandShape>>;

export type CommandName = keyof typeof COMMANDS;

/** Commands that answer the id of the call they began. */
export const BEGINS_CALL: ReadonlySet<string> = new Set<CommandName>(['makeCall', 'consultationCall']);

/** Words that stand for a number on the link. */
const NUMBERS: Readonly<Record<string, number>> = { COACH_ALL: 1, COACH_WHISPER: 2 };

/** Bounds of the link, in bytes of UTF-8. */
const ARGUMENT_BYTES_MAX = 42;
const STRINGS_BYTES_MAX = 45;

type Unnumbered<R> = R extends unknown ? Omit<R, 'correlation'> : never;
export type CommandRequest = Unnumbered<
  Extract<
    ControllerRequest,
    { type: 'MAKE_CALL' | 'ANSWER_CALL' | 'CLEAR_CALL' | 'HOLD_CALL' | 'RETRIEVE_CALL' | 'CALL_COMMAND' | 'DEVICE_COMMAND' }
  >
>;

/**
 * The message for an operation, or which of its members are longer than the link can carry.
 * @param request the operation's, checked against the contract
 */
export function commandRequest(
  shape: CommandShape,
  target: number,
  request: Readonly<Record<string, unknown>>,
): CommandRequest | { readonly tooLong: readonly string[]; readonly bytesMax: number } {
  const textOf = (member: Member | undefined): string => {
    const value = member === undefined ? undefined : request[member];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const numberOf = (member: Member | undefined): number => {
    const value = member === undefined ? 0 : request[member];
    return typeof value === 'string' ? (NUMBERS[value] ?? 0) : Number(value ?? 0);
  };
  const localCallId = numberOf('localCallId');
  switch (shape.message) {
    case 'MAKE_CALL':
      return { type: 'MAKE_CALL', target, number: textOf('number'), accountCode: textOf('accountCode') };
    case 'CALL_COMMAND': {
      const { opcode, argument: member, value } = shape;
      const argument = textOf(member);
      if (Buffer.byteLength(argument) > ARGUMENT_BYTES_MAX) return { tooLong: [member ?? ''], bytesMax: ARGUMENT_BYTES_MAX };
      return { type: 'CALL_COMMAND', target, opcode, localCallId, value: numberOf(value), argument };
    }
    case 'DEVICE_COMMAND': {
      const [first, second] = [textOf(shape.first), textOf(shape.second)];
      if (Buffer.byteLength(first) + Buffer.byteLength(second) > STRINGS_BYTES_MAX)
        return { tooLong: [shape.first ?? '', shape.second ?? ''].filter(Boolean), bytesMax: STRINGS_BYTES_MAX };
      return { type: 'DEVICE_COMMAND', target, opcode: shape.opcode, value: numberOf(shape.value), first, second };
    }
    default:
      return { type: shape.message, target, localCallId };
  }
}
