/** From the controller link's words (docs/design/controller-link.md) to the application contract's. */
import type { CallEvent, CallEventType, CallState } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { DeviceDatum, EventMessage, EventTypeName, LocalStateName, ResultName } from '#southbound/messages';
import { featuresAllowed } from './connection-state.rules.js';
import type { EventBody } from '../event-page.js';

type CallBody = Extract<EventBody, { category: 'CALL_EVENT' }>;

const EVENT_TYPE: Readonly<Record<Exclude<EventTypeName, 'UNKNOWN_EVENT'>, CallEventType>> = {
  ORIGINATED: 'CALL_ORIGINATED',
  DELIVERED: 'CALL_DELIVERED',
  RECEIVED: 'CALL_RECEIVED',
  ESTABLISHED: 'CALL_ESTABLISHED',
  HELD: 'CALL_HELD',
  RETRIEVED: 'CALL_RETRIEVED',
  CLEARED: 'CALL_CLEAR',
  FAILED: 'CALL_FAILED',
  IN_SERVICE: 'IN_SERVICE',
  OUT_OF_SERVICE: 'OUT_OF_SERVICE',
};

const CALL_STATE: Readonly<Record<LocalStateName, CallState>> = {
  null: 'IDLE',
  initiated: 'ORIGINATED',
  originated: 'ORIGINATED',
  delivered: 'DELIVERED',
  alerting: 'RECEIVED',
  connected: 'ESTABLISHED',
  hold: 'HELD',
  queued: 'QUEUED',
  fail: 'FAILED',
};

/** The event type that says a call is in this state; for snapshots. */
const TYPE_OF_STATE: Readonly<Record<LocalStateName, CallEventType>> = {
  null: 'CALL_CLEAR',
  initiated: 'CALL_ORIGINATED',
  originated: 'CALL_ORIGINATED',
  delivered: 'CALL_DELIVERED',
  alerting: 'CALL_RECEIVED',
  connected: 'CALL_ESTABLISHED',
  hold: 'CALL_HELD',
  queued: 'CALL_RECEIVED',
  fail: 'CALL_FAILED',
};

/** Sixteen hexadecimal digits; null for the controller's "none". */
export function globalCallIdText(id: bigint): string | null {
  return id === 0n ? null : id.toString(16).padStart(16, '0');
}

function devicesOf(data: readonly DeviceDatum[]): CallEvent['devices'] {
  const roles = new Map<string, [string, string][]>();
  for (const { role, attribute, value } of data) roles.set(role, [...(roles.get(role) ?? []), [attribute, value]]);
  return [...roles].map(([role, attributes]) => ({ role, attributes: Object.fromEntries(attributes) }));
}

export interface DeviceRef {
  readonly icpId: number;
  readonly objectId: number;
  readonly handle: number;
}

/** @param state of the connection after the event, as our own machine has it */
export function liveEvent(device: DeviceRef, bootId: number, message: EventMessage, state: LocalStateName): CallBody | undefined {
  if (message.eventType === 'UNKNOWN_EVENT') return undefined;
  const outOfService = message.eventType === 'OUT_OF_SERVICE';
  return {
    category: 'CALL_EVENT',
    type: EVENT_TYPE[message.eventType],
    eventId: `${device.icpId}-${bootId}-${device.handle}-${message.serial}`,
    eventTime: message.time,
    source: 'live',
    cause: message.cause,
    callState: outOfService ? 'OUT_OF_SERVICE' : CALL_STATE[state],
    icpId: device.icpId,
    objectId: device.objectId,
    localCallId: message.localCallId,
    globalCallId: globalCallIdText(message.globalCallId),
    devices: devicesOf(message.devices),
    featuresAllowed: featuresAllowed(state),
  };
}

/** A call as it is now; the devices in it are not known, and not invented (R-CC-05). */
export function snapshotEvent(
  device: DeviceRef,
  call: { readonly localCallId: number; readonly globalCallId: string | null; readonly state: LocalStateName },
  eventId: string,
  eventTime: number,
): CallBody {
  return {
    category: 'CALL_EVENT',
    type: TYPE_OF_STATE[call.state],
    eventId,
    eventTime,
    source: 'snapshot',
    cause: 'UNKNOWN',
    callState: CALL_STATE[call.state],
    icpId: device.icpId,
    objectId: device.objectId,
    localCallId: call.localCallId,
    globalCallId: call.globalCallId,
    devices: [],
    featuresAllowed: featuresAllowed(call.state),
  };
}

/** MONITOR_SET and MONITOR_FAILED_EVENT (R-MON-01). */
export function monitorEvent(
  type: 'MONITOR_SET' | 'MONITOR_FAILED_EVENT',
  device: DeviceRef,
  cause: string,
  eventId: string,
  eventTime: number,
): CallBody {
  return {
    category: 'CALL_EVENT',
    type,
    eventId,
    eventTime,
    source: 'synthetic',
    cause,
    callState: type === 'MONITOR_SET' ? 'IDLE' : 'UNAVAILABLE',
    icpId: device.icpId,
    objectId: device.objectId,
    localCallId: 0,
    globalCallId: null,
    devices: [],
    featuresAllowed: [],
  };
}

const REFUSALS: Readonly<Record<Exclude<ResultName, 'OK'>, Refusal>> = {
  UNKNOWN_DEVICE: { code: 'OBJECT_NOT_FOUND', detail: 'the controller has no such device' },
  UNKNOWN_CALL: { code: 'INVALID_CONNECTION', detail: 'the device is not in that call' },
  WRONG_STATE: { code: 'INVALID_STATE', detail: 'the call is not in a state that allows this' },
  NOT_ALLOWED: { code: 'PRIVILEGE_VIOLATION', detail: 'the class of service of the device forbids this' },
  MONITOR_LIMIT: {
    code: 'MONITOR_LIMIT',
    detail: 'the controller has no room for another monitor',
    limit: 'monitorsPerController',
  },
  INVALID_NUMBER: { code: 'INVALID_NUMBER', detail: 'the controller cannot dial this number' },
  OVERLOADED: { code: 'RATE_LIMITED', detail: 'the controller is overloaded', retryAfterMs: 1000 },
  NOT_SUPPORTED: { code: 'FEATURE_NOT_ALLOWED', detail: 'the device does not support this' },
  MALFORMED: { code: 'INTERNAL', detail: 'the controller could not read the request' },
  DEVICE_OUT_OF_SERVICE: { code: 'INVALID_STATE', detail: 'the device is out of service' },
  STALE_EPOCH: { code: 'CONTROLLER_DISCONNECTED', detail: 'the controller serves a newer incarnation of this instance' },
  REFUSED: { code: 'UNAVAILABLE', detail: 'the operator of the controller refuses this for now', retryAfterMs: 5000 },
  MONITOR_UNKNOWN: { code: 'MONITOR_NOT_SET', detail: 'the controller holds no such monitor' },
  UNKNOWN_RESULT: { code: 'INTERNAL', detail: 'the controller answered a result this release does not know' },
};

/** The refusal an application is told for a controller's result. */
export function refusalOf(result: Exclude<ResultName, 'OK'>): Refusal {
  return REFUSALS[result];
}
