/** The numbers that docs/design/controller-link.md gives to words, each table by its own index. */
import type { LocalState, Result } from '../model/words.js';

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
  LOOKUP: 0x14,
  SNAPSHOT_CALLS: 0x15,
  MONITOR_OBJECT: 0x16,
  MAKE_CALL: 0x20,
  ANSWER_CALL: 0x21,
  CLEAR_CALL: 0x22,
  HOLD_CALL: 0x23,
  RETRIEVE_CALL: 0x24,
  CALL_COMMAND: 0x30,
  DEVICE_COMMAND: 0x31,
  QUERY: 0x32,
  DIRECTORY_READ: 0x33,
  DIRECTORY_WRITE: 0x34,
  EVENT: 0x40,
  TRACE: 0x41,
  DIRECTORY_ENTRIES: 0x42,
  DIRECTORY_PART: 0x43,
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
  OK_USER_ACTION: 14,
  INVALID_PIN: 15,
  DESTINATION_UNAVAILABLE: 16,
  NOT_LOGGED_IN: 17,
  ALREADY_LOGGED_IN: 18,
  UNKNOWN_GROUP: 19,
  WRONG_KIND: 20,
  NO_LICENSE: 21,
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

/** Bits of HELLO_ACK: what is taken beyond the first release of the link. */
export const CAPABILITY = { trace: 1, 'long-items': 2 } as const;
export type Capability = keyof typeof CAPABILITY;

export const PLATFORM = { x86: 1, powerpc: 2 } as const;
export type Platform = keyof typeof PLATFORM;

/** Bits of section 5. */
export const FLAG = {
  conference: 1,
  conferenceController: 2,
  ownCall: 4,
  external: 8,
  agent: 16,
  listening: 32,
  workTimer: 64,
  farAlerting: 128,
} as const;

export const TRAIT = { sip: 1, externalHotDesk: 2, resilient: 4, supervisor: 8, lineAppearance: 16, hotDesk: 32 } as const;
