/**
 * One type per frame type of the controller link, version 1. Field names follow the protocol page; 64-bit fields are `bigint` only where
 * they are opaque (nonce, global call id); serial and time fit in 53 bits and are numbers (a decoder refuses larger ones).
 */
import type { CAUSES } from './event-words.js';
import type { DirectoryEntries, DirectoryPart, FeatureRequest, FeatureResponse } from './feature-types.js';
import type { CALL_EVENT_WORDS, FEATURE_EVENT_WORDS } from './words.js';

export type ResultName =
  | 'OK'
  | 'UNKNOWN_DEVICE'
  | 'UNKNOWN_CALL'
  | 'WRONG_STATE'
  | 'NOT_ALLOWED'
  | 'MONITOR_LIMIT'
  | 'INVALID_NUMBER'
  | 'OVERLOADED'
  | 'NOT_SUPPORTED'
  | 'MALFORMED'
  | 'DEVICE_OUT_OF_SERVICE'
  | 'STALE_EPOCH'
  | 'REFUSED'
  | 'MONITOR_UNKNOWN'
  | 'OK_USER_ACTION'
  | 'INVALID_PIN'
  | 'DESTINATION_UNAVAILABLE'
  | 'NOT_LOGGED_IN'
  | 'ALREADY_LOGGED_IN'
  | 'UNKNOWN_GROUP'
  | 'WRONG_KIND'
  | 'NO_LICENSE'
  | 'UNKNOWN_RESULT';

export type LocalStateName =
  'null' | 'initiated' | 'alerting' | 'connected' | 'hold' | 'queued' | 'fail' | 'delivered' | 'originated';

export type EventTypeName =
  (typeof CALL_EVENT_WORDS)[number] | (typeof FEATURE_EVENT_WORDS)[number] | 'DIRECTORY_CHANGED' | 'UNKNOWN_EVENT';

export type CauseName = (typeof CAUSES)[number];

/** `target` is a device handle, `correlation` the number of a request; both 1 to 2^32-1. */
export type ControllerRequest =
  | FeatureRequest
  | { readonly type: 'LOOKUP_DEVICE'; readonly correlation: number; readonly directoryNumber: string }
  | { readonly type: 'MONITOR_START'; readonly correlation: number; readonly target: number }
  | { readonly type: 'MONITOR_STOP'; readonly correlation: number; readonly target: number; readonly monitorReference: number }
  | { readonly type: 'SNAPSHOT_DEVICE'; readonly correlation: number; readonly target: number }
  | {
      readonly type: 'MAKE_CALL';
      readonly correlation: number;
      readonly target: number;
      readonly number: string;
      readonly accountCode: string;
    }
  | {
      readonly type: 'ANSWER_CALL' | 'CLEAR_CALL' | 'HOLD_CALL' | 'RETRIEVE_CALL';
      readonly correlation: number;
      readonly target: number;
      readonly localCallId: number;
    };

/** Fields beyond `result` are 0 (false, empty) unless the result grants: OK or OK_USER_ACTION. */
export type ControllerResponse =
  | FeatureResponse
  | {
      readonly type: 'LOOKUP_DEVICE_RESPONSE';
      readonly correlation: number;
      readonly result: ResultName;
      readonly target: number;
      readonly deviceType: number;
      readonly inService: boolean;
    }
  | {
      readonly type: 'MONITOR_START_RESPONSE';
      readonly correlation: number;
      readonly result: ResultName;
      readonly target: number;
      readonly monitorReference: number;
    }
  | { readonly type: 'MONITOR_STOP_RESPONSE'; readonly correlation: number; readonly result: ResultName; readonly target: number }
  | {
      readonly type: 'SNAPSHOT_DEVICE_RESPONSE';
      readonly correlation: number;
      readonly result: ResultName;
      readonly target: number;
      readonly more: boolean;
      readonly calls: readonly {
        readonly localCallId: number;
        readonly globalCallId: bigint;
        readonly localState: LocalStateName;
      }[];
    }
  | {
      readonly type: 'MAKE_CALL_RESPONSE';
      readonly correlation: number;
      readonly result: ResultName;
      readonly target: number;
      readonly localCallId: number;
    }
  | {
      readonly type: 'ANSWER_CALL_RESPONSE' | 'CLEAR_CALL_RESPONSE' | 'HOLD_CALL_RESPONSE' | 'RETRIEVE_CALL_RESPONSE';
      readonly correlation: number;
      readonly result: ResultName;
      readonly target: number;
    };

export interface DeviceDatum {
  /** The contract's device name, for example CALLING_DEVICE; `ROLE_<n>` when unknown. */
  readonly role: string;
  /** NUMBER, NAME, DEVICE_TYPE, DIALED_DIGITS; `ATTRIBUTE_<n>` when unknown. */
  readonly attribute: string;
  readonly value: string;
}

export interface EventMessage {
  readonly type: 'EVENT';
  readonly monitorReference: number;
  readonly target: number;
  readonly serial: number;
  readonly time: number;
  readonly monitorSequence: number;
  readonly localCallId: number;
  readonly globalCallId: bigint;
  readonly eventType: EventTypeName;
  readonly cause: CauseName;
  readonly localState: LocalStateName;
  /** Bits of CALL_FLAGS; absent, like the next two, counts as 0. A decoder gives all three. */
  readonly flags?: number;
  /** Local call id of the other call of a consultation; 0 for none. */
  readonly linkedCallId?: number;
  /** Devices in the conference; 0 for none or unknown. */
  readonly parties?: number;
  readonly devices: readonly DeviceDatum[];
}

/** Frames of the link itself; the southbound adapter deals with them, the switchboard never sees them. */
export type LinkMessage =
  | {
      readonly type: 'HELLO';
      readonly nonce: bigint;
      readonly epochMajor: number;
      readonly epochMinor: number;
      /** UUID text. */
      readonly instanceId: string;
      readonly address: string;
      readonly callbackPort: number;
    }
  | {
      readonly type: 'HELLO_ACK';
      readonly result: ResultName;
      readonly heartbeatMs: number;
      readonly bootId: number;
      readonly platform: 'x86' | 'powerpc';
      readonly release: string;
      /** Bits of CAPABILITIES; absent counts as 0. A decoder gives it, with bits that are not ours too. */
      readonly capabilities?: number;
    }
  | { readonly type: 'BACK_HELLO'; readonly nonce: bigint; readonly bootId: number }
  | { readonly type: 'BACK_ACK'; readonly result: ResultName }
  | { readonly type: 'PING' | 'PONG'; readonly opaque: bigint }
  | { readonly type: 'GOODBYE'; readonly reason: number };

/** Whose request the next one is, by W3C trace context; not answered. `correlation` is that of the request. */
export interface TraceMessage {
  readonly type: 'TRACE';
  readonly correlation: number;
  /** 32 hexadecimal digits in lower case, not all 0. */
  readonly traceId: string;
  /** 16 hexadecimal digits in lower case, not all 0. */
  readonly spanId: string;
  /** One byte. */
  readonly flags: number;
}

export type ControllerMessage =
  ControllerRequest | ControllerResponse | EventMessage | DirectoryEntries | DirectoryPart | TraceMessage | LinkMessage;
