/** The numbers of the protocol page for the words of types.ts; the position in a list is the number on the wire. */
import { CALL_ATTRIBUTES, CAUSES, CODE_ATTRIBUTES, DEVICE_ATTRIBUTES, DEVICE_ROLES } from './event-words.js';
import { ITEM_WORDS } from './item-words.js';
import type { ControllerMessage, EventTypeName, LocalStateName, ResultName } from './types.js';
import {
  CALL_EVENT_WORDS,
  CALL_OPCODES,
  DEVICE_OPCODES,
  DIRECTORY_ACTIONS,
  DIRECTORY_ENTITIES,
  FEATURE_EVENT_WORDS,
  LOOKUP_KINDS,
  MONITOR_KINDS,
  QUERY_KINDS,
} from './words.js';

/** R-CLU-03: where an instance may be called back. */
export const isCallbackPort = (port: number): boolean => port >= 49_500 && port <= 49_600;

/** A response's type is its request's with the high bit set. */
export const FRAME_TYPES = {
  HELLO: 0x01,
  HELLO_ACK: 0x02,
  BACK_HELLO: 0x03,
  BACK_ACK: 0x04,
  PING: 0x05,
  PONG: 0x06,
  GOODBYE: 0x07,
  LOOKUP_DEVICE: 0x10,
  LOOKUP_DEVICE_RESPONSE: 0x90,
  MONITOR_START: 0x11,
  MONITOR_START_RESPONSE: 0x91,
  MONITOR_STOP: 0x12,
  MONITOR_STOP_RESPONSE: 0x92,
  SNAPSHOT_DEVICE: 0x13,
  SNAPSHOT_DEVICE_RESPONSE: 0x93,
  MAKE_CALL: 0x20,
  MAKE_CALL_RESPONSE: 0xa0,
  ANSWER_CALL: 0x21,
  ANSWER_CALL_RESPONSE: 0xa1,
  CLEAR_CALL: 0x22,
  CLEAR_CALL_RESPONSE: 0xa2,
  HOLD_CALL: 0x23,
  HOLD_CALL_RESPONSE: 0xa3,
  RETRIEVE_CALL: 0x24,
  RETRIEVE_CALL_RESPONSE: 0xa4,
  LOOKUP: 0x14,
  LOOKUP_RESPONSE: 0x94,
  SNAPSHOT_CALLS: 0x15,
  SNAPSHOT_CALLS_RESPONSE: 0x95,
  MONITOR_OBJECT: 0x16,
  MONITOR_OBJECT_RESPONSE: 0x96,
  CALL_COMMAND: 0x30,
  CALL_COMMAND_RESPONSE: 0xb0,
  DEVICE_COMMAND: 0x31,
  DEVICE_COMMAND_RESPONSE: 0xb1,
  QUERY: 0x32,
  QUERY_RESPONSE: 0xb2,
  DIRECTORY_READ: 0x33,
  DIRECTORY_READ_RESPONSE: 0xb3,
  DIRECTORY_WRITE: 0x34,
  DIRECTORY_WRITE_RESPONSE: 0xb4,
  EVENT: 0x40,
  TRACE: 0x41,
  DIRECTORY_ENTRIES: 0x42,
  DIRECTORY_PART: 0x43,
} as const satisfies Record<ControllerMessage['type'], number>;

export const TYPE_NAMES: ReadonlyMap<number, ControllerMessage['type']> = new Map(
  Object.entries(FRAME_TYPES).map(([name, number]) => [number, name as ControllerMessage['type']]),
);

export const RESULTS: readonly ResultName[] = [
  'OK',
  'UNKNOWN_DEVICE',
  'UNKNOWN_CALL',
  'WRONG_STATE',
  'NOT_ALLOWED',
  'MONITOR_LIMIT',
  'INVALID_NUMBER',
  'OVERLOADED',
  'NOT_SUPPORTED',
  'MALFORMED',
  'DEVICE_OUT_OF_SERVICE',
  'STALE_EPOCH',
  'REFUSED',
  'MONITOR_UNKNOWN',
  'OK_USER_ACTION',
  'INVALID_PIN',
  'DESTINATION_UNAVAILABLE',
  'NOT_LOGGED_IN',
  'ALREADY_LOGGED_IN',
  'UNKNOWN_GROUP',
  'WRONG_KIND',
  'NO_LICENSE',
];

export const LOCAL_STATES: readonly LocalStateName[] = [
  'null',
  'initiated',
  'alerting',
  'connected',
  'hold',
  'queued',
  'fail',
  'delivered',
  'originated',
];

/** A sparse list: each run of words by the number of its first. */
function numbered(runs: Readonly<Record<number, readonly (string | undefined)[]>>): readonly (string | undefined)[] {
  const words: (string | undefined)[] = [];
  for (const [first, run] of Object.entries(runs)) run.forEach((word, index) => (words[Number(first) + index] = word));
  return words;
}

/** Number 0 is not given to any event. */
export const EVENT_TYPES = numbered({
  0: ['UNKNOWN_EVENT'],
  1: CALL_EVENT_WORDS,
  65: FEATURE_EVENT_WORDS,
  128: ['DIRECTORY_CHANGED'],
}) as readonly EventTypeName[];

export { CAUSES };

export const ROLES = numbered({
  1: DEVICE_ROLES,
  64: ['CALL', 'FEATURE'],
  101: ['PARTY_1', 'PARTY_2', 'PARTY_3', 'PARTY_4', 'PARTY_5', 'PARTY_6', 'PARTY_7', 'PARTY_8'],
});

export const ATTRIBUTES = numbered({
  1: DEVICE_ATTRIBUTES,
  32: CALL_ATTRIBUTES,
  56: CODE_ATTRIBUTES,
  64: ['CALL_STATE', 'DEVICE_NUMBER', 'USER_DN', 'GROUP_DN', 'FORWARD_DN'],
  71: ['REGISTRATION_DN', 'USER_TYPE', 'FEATURE_EVENT_STATE'],
  75: [
    'ACD_AGENT_MAKE_BUSY_CODE',
    'INVOKER_DN',
    'INVOKER_LINE_NUM',
    'BRIDGE_PARTY_DN',
    'BRIDGE_PARTY_LINE_NUM',
    'BRIDGE_STATUS',
    'BRIDGE_COACH_MODE',
    'BRIDGE_NUMBER_REQUESTORS',
    'BRIDGE_REQUESTOR_DN',
  ],
  96: ['REMOTE_NUMBER', 'REMOTE_NAME', 'NETWORK_EXTENSION'],
});

/** Lists whose number 0 is not given. */
const fromOne = <W extends string>(words: readonly W[]): readonly (W | undefined)[] => [undefined, ...words];
export const CALL_OPCODE_NUMBERS = fromOne(CALL_OPCODES);
export const DEVICE_OPCODE_NUMBERS = fromOne(DEVICE_OPCODES);
export const LOOKUP_KIND_NUMBERS = fromOne(LOOKUP_KINDS);
export const MONITOR_KIND_NUMBERS = fromOne(MONITOR_KINDS);
export const QUERY_KIND_NUMBERS = fromOne(QUERY_KINDS);
export const ENTITY_NUMBERS = fromOne(DIRECTORY_ENTITIES);
export const ACTION_NUMBERS = fromOne(DIRECTORY_ACTIONS);
export const ITEM_NUMBERS = fromOne(ITEM_WORDS);

/** Bits of the flags of a call (section 5). */
export const CALL_FLAGS = Object.freeze({
  CONFERENCE: 1,
  CONFERENCE_CONTROLLER: 2,
  OWN_CALL: 4,
  EXTERNAL: 8,
  AGENT: 16,
  LISTENING: 32,
  WORK_TIMER: 64,
  FAR_ALERTING: 128,
});

/** Bits of the traits of a device. */
export const TRAITS = Object.freeze({
  SIP: 1,
  EXTERNAL_HOT_DESK: 2,
  RESILIENT: 4,
  SUPERVISOR: 8,
  LINE_APPEARANCE: 16,
  HOT_DESK: 32,
});

/** Bits of the capabilities of HELLO_ACK: what a controller takes that controllers of earlier releases do not know. */
export const CAPABILITIES = Object.freeze({
  /** TRACE before a request. */
  TRACE: 1,
  /** DIRECTORY_PART before a DIRECTORY_WRITE; CONTINUED items and entries of several pieces in both directions. */
  LONG_ITEMS: 2,
});

export const PLATFORMS: readonly ('x86' | 'powerpc' | undefined)[] = [undefined, 'x86', 'powerpc'];

/** R-PERF-03; header included. */
export const REQUEST_BYTES_MAX = 64;
/** Frames as long as an event with all its data. */
export const LONG_TYPES: ReadonlySet<string> = new Set<ControllerMessage['type']>([
  'EVENT',
  'DIRECTORY_ENTRIES',
  'DIRECTORY_PART',
]);
/** Items of one DIRECTORY_WRITE, with their heads. */
export const WRITE_ITEMS_BYTES_MAX = 50;
/** Of one DIRECTORY_WRITE. */
export const PARTS_MAX = 16;
export const EVENT_FIXED_BYTES = 64;
export const CALLS_PER_SNAPSHOT_MAX = 3;
/** In one SNAPSHOT_CALLS response. */
export const CALLS_PER_PAGE_MAX = 2;
export const HEARTBEAT_MS_MIN = 100;
/** What directory numbers, numbers and account codes are made of. */
export const DIALLABLE = /^[0-9*#+]*$/;
