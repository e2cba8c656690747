import { find, traitsOf, typeNumber } from '../answers/described.js';
import { readDirectory, writeDirectory } from '../answers/directory.js';
import { query } from '../answers/queries.js';
import { pictureOf } from '../model/flags.js';
import type { CallOperation, Operation, PhoneOperation } from '../model/operations.js';
import type { Ask } from '../model/calls/rule.js';
import type { Device, Phone } from '../model/phone.js';
import type { Simulation } from '../simulation.js';
import type { CALL_OPCODE, DEVICE_OPCODE } from '../wire/asked-numbers.js';
import type { Answer } from '../wire/controller.encoder.js';
import type { CallRequestType, Request } from '../wire/request.decoder.js';

const OPERATION_OF: Readonly<Record<CallRequestType, CallOperation>> = {
  ANSWER_CALL: 'answer',
  CLEAR_CALL: 'clear',
  HOLD_CALL: 'hold',
  RETRIEVE_CALL: 'retrieve',
};

const ON_CALL: Readonly<Record<keyof typeof CALL_OPCODE, CallOperation>> = {
  CONSULT: 'consult',
  CANCEL_CONSULTATION: 'cancel-consultation',
  ALTERNATE: 'alternate',
  TRADE: 'trade',
  TRANSFER: 'transfer',
  SINGLE_STEP_TRANSFER: 'blind-transfer',
  CONFERENCE: 'conference',
  SPLIT_CONFERENCE: 'split',
  REDIRECT: 'redirect',
  CAMP_ON: 'camp-on',
  SET_CALL_ME_BACK: 'call-me-back',
  SEND_CALL_ME_BACK_MESSAGE: 'message-for-call',
  NEW_CALL: 'new-call',
  OUT_PULSE_DIGITS: 'digits',
  SET_ACCOUNT_CODE: 'account-code',
  ASSIGN_CALLER_ID: 'caller-name',
  INTRUDE: 'intrude',
  SILENT_MONITOR: 'silent-monitor',
  TAP: 'tap',
  COACH: 'coach',
  CLEAR_COACH: 'clear-coach',
  REQUEST_HELP: 'request-help',
};

const AT_DEVICE: Readonly<Record<Exclude<keyof typeof DEVICE_OPCODE, 'REPORT_CONFERENCES'>, PhoneOperation>> = {
  PICKUP: 'pickup',
  REMOTE_RETRIEVE: 'remote-retrieve',
  SEND_CALL_ME_BACK_MESSAGE_TO: 'message-to',
  CLEAR_CALL_ME_BACK_MESSAGE: 'clear-message',
  DO_NOT_DISTURB: 'do-not-disturb',
  FORWARD_ALWAYS: 'forward-always',
  FORWARD_BUSY_INTERNAL: 'forward-busy-internal',
  FORWARD_BUSY_EXTERNAL: 'forward-busy-external',
  FORWARD_NO_ANSWER_INTERNAL: 'forward-no-answer-internal',
  FORWARD_NO_ANSWER_EXTERNAL: 'forward-no-answer-external',
  AUTO_ANSWER: 'auto-answer',
  MESSAGE_WAITING: 'message-waiting',
  HOT_DESK_LOG_IN: 'hot-desk-log-in',
  HOT_DESK_LOG_OUT: 'hot-desk-log-out',
  EXTERNAL_HOT_DESK_LOG_IN: 'external-log-in',
  EXTERNAL_HOT_DESK_LOG_OUT: 'external-log-out',
  VERIFY_PIN: 'verify-pin',
  AGENT_MAKE_BUSY: 'make-busy',
  AGENT_MAKE_BUSY_WITH_CODE: 'make-busy',
  AGENT_LOG_IN: 'agent-log-in',
  AGENT_LOG_OUT: 'agent-log-out',
  EXTERNAL_AGENT_LOG_IN: 'external-agent-log-in',
  EXTERNAL_AGENT_LOG_OUT: 'external-agent-log-out',
  AGENT_PRESENCE: 'agent-presence',
  AGENT_PRESENCE_ALL_GROUPS: 'agent-presence-all',
  GROUP_MEMBER_PRESENCE: 'group-presence',
  PRG_PRESENCE: 'personal-presence',
  CANCEL_WORK_TIMER: 'cancel-work-timer',
  CANCEL_RESEIZE_TIMER: 'cancel-work-timer',
  TRUNK_MAKE_BUSY: 'trunk-make-busy',
  TRUNK_MAKE_BUSY_CANCEL: 'trunk-make-busy-cancel',
  LISTEN_TO_AGENT: 'listen-to-agent',
};

/** Does what a request asks of the controller and says what came of it. A refusal has changed nothing. */
export function perform(simulation: Simulation, controller: number, linkId: number, request: Request): Answer {
  switch (request.type) {
    case 'LOOKUP_DEVICE':
      return lookedUp(simulation, controller, { kind: 'PHONE', number: 0, text: request.directoryNumber });
    case 'LOOKUP':
      return lookedUp(simulation, controller, request);
    case 'DIRECTORY_READ':
      if (request.entity === null) return { result: 'NOT_SUPPORTED' };
      return { result: 'OK', ...readDirectory(simulation, controller, request.entity, request.after) };
    case 'DIRECTORY_WRITE': {
      const { entity } = request;
      return entity === null ? { result: 'NOT_SUPPORTED' } : writeDirectory(simulation, controller, { ...request, entity });
    }
    case 'MONITOR_OBJECT':
      if (request.target === 0) return monitorWhole(simulation, controller, linkId, request);
      break;
    case 'MONITOR_STOP':
      if (request.target === 0) return { result: simulation.monitors(controller).stop(linkId, null, request.monitorReference) };
      break;
    case 'QUERY':
      if (request.kind === null) return { result: 'NOT_SUPPORTED' };
      if (request.target === 0) return asked(simulation, controller, request.kind, null);
      break;
    case 'DEVICE_COMMAND':
      if (request.opcode === null) return { result: 'NOT_SUPPORTED' };
      if (request.opcode === 'REPORT_CONFERENCES') return report(simulation, controller, request.target);
      break;
  }
  const device = simulation.cluster.directory.at(controller, request.target);
  if (!device) return { result: 'UNKNOWN_DEVICE' };
  return atDevice(simulation, controller, linkId, request, device);
}

type DeviceRequest = Exclude<Request, { readonly type: 'LOOKUP_DEVICE' | 'LOOKUP' | 'DIRECTORY_READ' | 'DIRECTORY_WRITE' }>;

function atDevice(simulation: Simulation, controller: number, linkId: number, request: DeviceRequest, device: Device): Answer {
  switch (request.type) {
    case 'MONITOR_START':
    case 'MONITOR_OBJECT': {
      const kind = request.type === 'MONITOR_START' ? 'DEVICE' : request.kind;
      if (kind !== 'DEVICE' && kind !== 'FEATURES') return { result: kind === null ? 'NOT_SUPPORTED' : 'WRONG_KIND' };
      const { result, reference } = simulation.monitors(controller).start(linkId, device, kind);
      return { result, monitorReference: reference };
    }
    case 'MONITOR_STOP':
      return { result: simulation.monitors(controller).stop(linkId, device, request.monitorReference) };
    case 'QUERY':
      return request.kind === null ? { result: 'NOT_SUPPORTED' } : asked(simulation, controller, request.kind, device);
  }
  if (!('legs' in device)) return { result: 'WRONG_KIND' };
  return atPhone(simulation, controller, request, device as Phone);
}

type PhoneRequest = Exclude<DeviceRequest, { readonly type: 'MONITOR_START' | 'MONITOR_OBJECT' | 'MONITOR_STOP' | 'QUERY' }>;

function atPhone(simulation: Simulation, controller: number, request: PhoneRequest, phone: Phone): Answer {
  const here = phone.controller === controller;
  if (request.type === 'SNAPSHOT_DEVICE' || request.type === 'SNAPSHOT_CALLS')
    return { result: 'OK', traits: traitsOf(phone), calls: here ? phone.legs.filter(({ told }) => told).map(pictureOf) : [] };
  // a phone that has gone to its other controller is commanded there
  if (!here) return { result: 'DEVICE_OUT_OF_SERVICE' };
  const does = (operation: Operation, ask: Ask) => simulation.cluster.perform(operation, phone, ask, simulation.nowMs);
  switch (request.type) {
    case 'MAKE_CALL':
      return does('call', { number: request.number, text: request.accountCode });
    case 'CALL_COMMAND': {
      const { opcode, localCallId, value, argument } = request;
      return opcode === null
        ? { result: 'NOT_SUPPORTED' }
        : does(ON_CALL[opcode], { call: localCallId, number: argument, text: argument, code: value });
    }
    case 'DEVICE_COMMAND': {
      const { opcode, value, first, second } = request;
      if (opcode === null || opcode === 'REPORT_CONFERENCES') return { result: 'NOT_SUPPORTED' };
      if (opcode === 'AGENT_MAKE_BUSY_WITH_CODE' && !/^\d{1,6}$/.test(first)) return { result: 'MALFORMED' };
      const code = opcode === 'AGENT_MAKE_BUSY_WITH_CODE' ? Number(first) : 0;
      return does(AT_DEVICE[opcode], { number: first, text: second, on: value !== 0, code });
    }
    default:
      return does(OPERATION_OF[request.type], { call: request.localCallId });
  }
}

function lookedUp(
  simulation: Simulation,
  controller: number,
  { kind, number, text }: Pick<Request & { type: 'LOOKUP' }, 'kind' | 'number' | 'text'>,
): Answer {
  if (kind === null) return { result: 'NOT_SUPPORTED' };
  const device = find(simulation.cluster.directory, controller, kind, number, text);
  if (!device) return { result: 'UNKNOWN_DEVICE' };
  const { handle, inService } = device;
  return { result: 'OK', device: { handle, inService }, deviceType: typeNumber(device), traits: traitsOf(device) };
}

function monitorWhole(
  simulation: Simulation,
  controller: number,
  linkId: number,
  request: Request & { type: 'MONITOR_OBJECT' },
): Answer {
  const { kind } = request;
  if (kind === null) return { result: 'NOT_SUPPORTED' };
  if (kind === 'DEVICE' || kind === 'FEATURES') return { result: 'UNKNOWN_DEVICE' };
  const { result, reference } = simulation.monitors(controller).startWhole(linkId, kind);
  return { result, monitorReference: reference };
}

function asked(simulation: Simulation, controller: number, kind: Parameters<typeof query>[2], device: Device | null): Answer {
  const answered = query(simulation, controller, kind, device);
  return 'refused' in answered ? { result: answered.refused } : { result: 'OK', items: answered.items };
}

function report(simulation: Simulation, controller: number, target: number): Answer {
  if (target !== 0) return { result: 'WRONG_KIND' };
  simulation.cluster.reportConferences(controller, simulation.nowMs);
  return { result: 'OK' };
}
