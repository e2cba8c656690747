/** The numbers of the protocol page for the words of types.ts; the position in a list is the number on the wire. */
import type { CauseName, ControllerMessage, EventTypeName, LocalStateName, ResultName } from './types.js';

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
  EVENT: 0x40,
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

/** Number 0 is not given to any event. */
export const EVENT_TYPES: readonly EventTypeName[] = [
  'UNKNOWN_EVENT',
  'ORIGINATED',
  'DELIVERED',
  'RECEIVED',
  'ESTABLISHED',
  'HELD',
  'RETRIEVED',
  'CLEARED',
  'FAILED',
  'IN_SERVICE',
  'OUT_OF_SERVICE',
];

export const CAUSES: readonly CauseName[] = [
  'UNKNOWN',
  'NEW_CALL',
  'DELIVERED',
  'ANSWERED',
  'ANSWERED_INVOKED',
  'CLEARED',
  'CLEAR_INVOKED',
  'HARD_HOLD',
  'HARD_HOLD_INVOKED',
  'RETRIEVE',
  'RETRIEVE_INVOKED',
  'DESTINATION_BUSY',
  'NO_SUCH_NUMBER',
  'DESTINATION_NOT_OBTAINABLE',
  'DEVICE_IN_SERVICE',
  'DEVICE_OUT_OF_SERVICE',
  'NO_ANSWER',
];

/** Number 0 is not given. */
export const ROLES: readonly (string | undefined)[] = [
  undefined,
  'CALLING_DEVICE',
  'CALLED_DEVICE',
  'CONNECTED_DEVICE',
  'CONTROLLER_DEVICE',
  'HOLDING_DEVICE',
  'DROPPED_DEVICE',
];

/** Number 0 is not given. */
export const ATTRIBUTES: readonly (string | undefined)[] = [undefined, 'NUMBER', 'NAME', 'DEVICE_TYPE', 'DIALED_DIGITS'];

export const PLATFORMS: readonly ('x86' | 'powerpc' | undefined)[] = [undefined, 'x86', 'powerpc'];

/** R-PERF-03; header included. */
export const REQUEST_BYTES_MAX = 64;
export const EVENT_FIXED_BYTES = 64;
export const CALLS_PER_SNAPSHOT_MAX = 3;
export const HEARTBEAT_MS_MIN = 100;
/** What directory numbers, numbers and account codes are made of. */
export const DIALLABLE = /^[0-9*#+]*$/;
