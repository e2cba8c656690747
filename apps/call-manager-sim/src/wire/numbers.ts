/** The numbers that docs/design/controller-link.md gives to words, each table by its own index. */
import type { Cause, EventName, LocalState, Result, Role } from '../model/words.js';

export const TYPE = {
  HELLO: 0x01,
  HELLO_ACK: 0x02,
  BACK_HELLO: 0x03,
  BACK_ACK: 0x04,
  PING: 0x05,
  PONG: 0x06,
  GOODBYE: 0x07,
  LOOKUP_DEVICE: 0x10,
  MONITOR_START: 0x11,
  MONITOR_STOP: 0x12,
  SNAPSHOT_DEVICE: 0x13,
  MAKE_CALL: 0x20,
  ANSWER_CALL: 0x21,
  CLEAR_CALL: 0x22,
  HOLD_CALL: 0x23,
  RETRIEVE_CALL: 0x24,
  EVENT: 0x40,
} as const;

export const RESPONSE_BIT = 0x80;

export const GOODBYE_REASON = { shutdown: 0, replaced: 1, protocolError: 2, operator: 3 } as const;
export type GoodbyeReason = keyof typeof GOODBYE_REASON;

export const RESULT: Readonly<Record<Result, number>> = {
  OK: 0,
  UNKNOWN_DEVICE: 1,
  UNKNOWN_CALL: 2,
  WRONG_STATE: 3,
  NOT_ALLOWED: 4,
  MONITOR_LIMIT: 5,
  INVALID_NUMBER: 6,
  OVERLOADED: 7,
  NOT_SUPPORTED: 8,
  MALFORMED: 9,
  DEVICE_OUT_OF_SERVICE: 10,
  STALE_EPOCH: 11,
  REFUSED: 12,
  MONITOR_UNKNOWN: 13,
};

export const STATE: Readonly<Record<LocalState, number>> = {
  null: 0,
  initiated: 1,
  alerting: 2,
  connected: 3,
  hold: 4,
  queued: 5,
  fail: 6,
  delivered: 7,
  originated: 8,
};

export const EVENT: Readonly<Record<EventName, number>> = {
  ORIGINATED: 1,
  DELIVERED: 2,
  RECEIVED: 3,
  ESTABLISHED: 4,
  HELD: 5,
  RETRIEVED: 6,
  CLEARED: 7,
  FAILED: 8,
  IN_SERVICE: 9,
  OUT_OF_SERVICE: 10,
};

export const CAUSE: Readonly<Record<Cause, number>> = {
  NEW_CALL: 1,
  DELIVERED: 2,
  ANSWERED: 3,
  ANSWERED_INVOKED: 4,
  CLEARED: 5,
  CLEAR_INVOKED: 6,
  HARD_HOLD: 7,
  HARD_HOLD_INVOKED: 8,
  RETRIEVE: 9,
  RETRIEVE_INVOKED: 10,
  DESTINATION_BUSY: 11,
  NO_SUCH_NUMBER: 12,
  DESTINATION_NOT_OBTAINABLE: 13,
  DEVICE_IN_SERVICE: 14,
  DEVICE_OUT_OF_SERVICE: 15,
};

export const ROLE: Readonly<Record<Role, number>> = {
  CALLING_DEVICE: 1,
  CALLED_DEVICE: 2,
  CONNECTED_DEVICE: 3,
  CONTROLLER_DEVICE: 4,
  HOLDING_DEVICE: 5,
  DROPPED_DEVICE: 6,
};

export const ATTRIBUTE = { NUMBER: 1, NAME: 2, DEVICE_TYPE: 3, DIALED_DIGITS: 4 } as const;

export const PLATFORM = { x86: 1, powerpc: 2 } as const;
export type Platform = keyof typeof PLATFORM;
