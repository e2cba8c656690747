/** From the controller link's words (docs/design/controller-link.md) to the application contract's. */
import {
  CALL_EVENT_TYPES,
  FEATURE_EVENT_TYPES,
  type CallEventType,
  type CallState,
  type Feature,
  type FeatureEventType,
} from '#contracts/application-words';
import { CALL_FLAGS, type DeviceDatum, type EventMessage, type EventTypeName, type LocalStateName } from '#southbound/messages';
import { featuresOf } from '../calls/call-features.rules.js';
import type { EventBody } from '../../event-entry.js';
import { makeObjectId } from '../numbering.rules.js';

type CallBody = Extract<EventBody, { category: 'CALL_EVENT' }>;
type FeatureBody = Extract<EventBody, { category: 'FEATURE_EVENT' }>;

/** Where the contract has another word than the link. */
const EVENT_TYPE: Readonly<Partial<Record<EventTypeName, CallEventType>>> = {
  ORIGINATED: 'CALL_ORIGINATED',
  DELIVERED: 'CALL_DELIVERED',
  RECEIVED: 'CALL_RECEIVED',
  ESTABLISHED: 'CALL_ESTABLISHED',
  HELD: 'CALL_HELD',
  RETRIEVED: 'CALL_RETRIEVED',
  CLEARED: 'CALL_CLEAR',
  FAILED: 'CALL_FAILED',
  DIVERTED: 'CALL_DIVERTED',
  QUEUED: 'CALL_QUEUED',
  TRANSFERRED: 'CALL_TRANSFERRED',
  CONFERENCED: 'CALL_CONFERENCED',
  INFORMATION_UPDATE: 'INFORMATION_UPDATE_EVENT',
};
const CALL_EVENT_WORDS: ReadonlySet<string> = new Set<CallEventType>(CALL_EVENT_TYPES);
const FEATURE_EVENT_WORDS: ReadonlySet<string> = new Set<FeatureEventType>(FEATURE_EVENT_TYPES);

/** The contract's type of a call event; undefined for one that is about a feature. */
function callEventType(word: EventTypeName): CallEventType | undefined {
  const renamed = EVENT_TYPE[word];
  if (renamed !== undefined) return renamed;
  return !FEATURE_EVENT_WORDS.has(word) && CALL_EVENT_WORDS.has(word) ? (word as CallEventType) : undefined;
}

/** The contract's call state of a connection. */
export const CALL_STATE: Readonly<Record<LocalStateName, CallState>> = {
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
  queued: 'CALL_QUEUED',
  fail: 'CALL_FAILED',
};

/** Sixteen hexadecimal digits; null for the controller's "none". */
export function globalCallIdText(id: bigint): string | null {
  return id === 0n ? null : id.toString(16).padStart(16, '0');
}

type Told = Pick<CallBody, 'devices' | 'parties' | 'accountCode' | 'attributes' | 'resilience'>;

/** The device data of an event, sorted into what the contract makes of it. */
function toldBy(data: readonly DeviceDatum[]): Told {
  const roles = new Map<string, Record<string, string>>();
  let beside = false;
  for (const { role, attribute, value } of data) {
    const attributes = roles.get(role);
    if (attributes === undefined) roles.set(role, { [attribute]: value });
    else attributes[attribute] = value;
    beside ||= role === 'CALL' || role.startsWith('PARTY_');
  }
  const devices = (): Told['devices'] => [...roles].map(([role, attributes]) => ({ role, attributes }));
  return beside ? { ...besideDevices(roles), devices: devices() } : { devices: devices() };
}

/** Takes what is not a device of the contract out of `roles`. */
function besideDevices(roles: Map<string, Record<string, string>>): Partial<Told> {
  const parties: NonNullable<Told['parties']> = [];
  for (const [role, attributes] of [...roles]) {
    if (!role.startsWith('PARTY_')) continue;
    roles.delete(role);
    parties.push(partyOf(attributes));
  }
  const { ACCOUNT_CODE, ACCOUNT_CODE_VERIFIED, PRIMARY_ADDRESS, SECONDARY_ADDRESS, ...attributes } = roles.get('CALL') ?? {};
  roles.delete('CALL');
  return {
    ...(parties.length === 0 ? {} : { parties }),
    ...(ACCOUNT_CODE === undefined ? {} : { accountCode: { value: ACCOUNT_CODE, verified: ACCOUNT_CODE_VERIFIED === '1' } }),
    ...(PRIMARY_ADDRESS === undefined
      ? {}
      : {
          resilience: {
            primaryIcpAddress: PRIMARY_ADDRESS,
            ...(SECONDARY_ADDRESS === undefined ? {} : { secondaryIcpAddress: SECONDARY_ADDRESS }),
          },
        }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

function partyOf(attributes: Readonly<Record<string, string>>): NonNullable<Told['parties']>[number] {
  const { NUMBER, NAME, CALL_ID, REMOTE_NUMBER, REMOTE_NAME, NETWORK_EXTENSION, PEER_ID, PEER_NAME } = attributes;
  const words = {
    memberNum: NUMBER,
    memberName: NAME,
    remoteMemberExt: REMOTE_NUMBER,
    remoteMemberName: REMOTE_NAME,
    memberNetworkExt: NETWORK_EXTENSION,
    peerId: PEER_ID,
    peerName: PEER_NAME,
  };
  const known = Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
  const callId = Number(CALL_ID);
  return Number.isInteger(callId) && callId > 0 ? { ...known, callId } : known;
}

export interface DeviceRef {
  readonly icpId: number;
  /** The id of the device, or of the monitor where that is not one of a device (numbering.rules.ts). */
  readonly objectId: number;
  /** 0 for a monitor of a whole controller. */
  readonly handle: number;
  /** Where it is the secondary controller that says it (R-RES-01); `objectId` is that of the device all the same. */
  readonly icpRole?: 'secondary';
}

const roleOf = ({ icpRole }: DeviceRef): { readonly icpRole?: 'secondary' } => (icpRole === undefined ? {} : { icpRole });

/** What the device of a message is to applications; a monitor of features or of a whole controller has another id than the device it tells of. */
function objectIdOf({ icpId, objectId }: DeviceRef, target: number): number {
  if (target === 0) return 0;
  return objectId > 0 ? objectId : makeObjectId(icpId, target);
}

/** What a controller said of a device: which one, and under which id. */
function originOf(monitor: DeviceRef, bootId: number, message: EventMessage) {
  return {
    eventId: `${monitor.icpId}-${bootId}-${message.target}-${message.serial}`,
    eventTime: message.time,
    source: 'live',
    icpId: monitor.icpId,
    objectId: objectIdOf(monitor, message.target),
  } as const;
}

/**
 * @param state of the connection after the event, as our own machine has it
 * @param mask of its features (call-features.rules.ts)
 */
export function liveEvent(
  device: DeviceRef,
  bootId: number,
  message: EventMessage,
  state: LocalStateName,
  mask: number,
): CallBody | undefined {
  const type = callEventType(message.eventType);
  if (type === undefined) return undefined;
  const told = toldBy(message.devices);
  const body: CallBody = {
    category: 'CALL_EVENT',
    type,
    eventId: `${device.icpId}-${bootId}-${device.handle}-${message.serial}`,
    eventTime: message.time,
    source: 'live',
    cause: message.cause,
    callState: CALL_STATE[state],
    icpId: device.icpId,
    ...roleOf(device),
    objectId: device.objectId,
    localCallId: message.localCallId,
    globalCallId: globalCallIdText(message.globalCallId),
    ...told,
    featuresAllowed: featuresOf(mask) as Feature[],
  };
  // R-CC-05: a conference elsewhere may be known to be one, and no more
  const isConference = ((message.flags ?? 0) & CALL_FLAGS.CONFERENCE) !== 0;
  const partiesUnknown = isConference && (message.parties === 0 || (told.parties?.length ?? 0) < (message.parties ?? 0));
  return partiesUnknown ? { ...body, unknown: ['parties'] } : body;
}

/** What is about a device, group or agent and about no single call. */
export function deviceEvent(device: DeviceRef, bootId: number, message: EventMessage): CallBody | undefined {
  const type = callEventType(message.eventType);
  if (type === undefined) return undefined;
  return {
    category: 'CALL_EVENT',
    type,
    ...originOf(device, bootId, message),
    ...roleOf(device),
    cause: message.cause,
    callState: message.eventType === 'OUT_OF_SERVICE' ? 'OUT_OF_SERVICE' : CALL_STATE[message.localState],
    localCallId: message.localCallId,
    globalCallId: globalCallIdText(message.globalCallId),
    ...toldBy(message.devices),
    featuresAllowed: [],
  };
}

/** A feature that has changed; undefined when the event is not about one. */
export function featureEvent(monitor: DeviceRef, bootId: number, message: EventMessage): FeatureBody | undefined {
  const word = message.eventType === 'LEAVE_All_ACD_GROUPS' ? 'LEAVE_ALL_ACD_GROUPS' : message.eventType;
  if (!FEATURE_EVENT_WORDS.has(word) || EVENT_TYPE[message.eventType] !== undefined) return undefined;
  const attributes = Object.fromEntries(
    message.devices.filter(({ role }) => role === 'FEATURE').map(({ attribute, value }) => [attribute, value]),
  );
  return { category: 'FEATURE_EVENT', type: word as FeatureEventType, ...originOf(monitor, bootId, message), attributes };
}

interface CallAsTold {
  readonly localCallId: number;
  readonly globalCallId: string | null;
  readonly state: LocalStateName;
  readonly mask: number;
}

/** A call as it is now; the devices in it are not known, and not invented (R-CC-05). */
export function snapshotEvent(device: DeviceRef, call: CallAsTold, eventId: string, eventTime: number): CallBody {
  return {
    category: 'CALL_EVENT',
    type: TYPE_OF_STATE[call.state],
    eventId,
    eventTime,
    source: 'snapshot',
    cause: 'UNKNOWN',
    callState: CALL_STATE[call.state],
    icpId: device.icpId,
    ...roleOf(device),
    objectId: device.objectId,
    localCallId: call.localCallId,
    globalCallId: call.globalCallId,
    devices: [],
    featuresAllowed: featuresOf(call.mask) as Feature[],
    unknown: ['devices'],
  };
}

/** What is allowed for a call has changed by what happened to another one of its device. */
export function changedFeaturesEvent(device: DeviceRef, call: CallAsTold, eventId: string, eventTime: number): CallBody {
  const body = snapshotEvent(device, call, eventId, eventTime);
  return { ...body, type: 'INFORMATION_UPDATE_EVENT', source: 'synthetic', cause: 'FEATURES_ALLOWED_CHANGED' };
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
    objectId: objectIdOf(device, device.handle),
    localCallId: 0,
    globalCallId: null,
    devices: [],
    featuresAllowed: [],
  };
}

/**
 * RESILIENT_DEVICE (R-RES-01, R-RES-03): the device is served elsewhere from now on (RESILIENT_INFO_UPDATE), or its secondary monitor was set or
 * is gone (SECONDARY_MONITOR_SET, SECONDARY_CONTROLLER_COMMS_FAILED).
 */
export function resilienceEvent(
  device: DeviceRef,
  cause: 'RESILIENT_INFO_UPDATE' | 'SECONDARY_MONITOR_SET' | 'SECONDARY_CONTROLLER_COMMS_FAILED',
  origin: Pick<CallBody, 'eventId' | 'eventTime' | 'source'>,
  resilience: NonNullable<CallBody['resilience']>,
): CallBody {
  return {
    category: 'CALL_EVENT',
    type: 'RESILIENT_DEVICE',
    ...origin,
    cause,
    callState: 'IDLE',
    icpId: device.icpId,
    ...roleOf(device),
    objectId: device.objectId,
    localCallId: 0,
    globalCallId: null,
    devices: [],
    featuresAllowed: [],
    resilience,
  };
}

/** By what a controller's event is known everywhere, and when it was. */
export const liveOrigin = (device: DeviceRef, bootId: number, message: EventMessage) =>
  ({
    eventId: `${device.icpId}-${bootId}-${device.handle}-${message.serial}`,
    eventTime: message.time,
    source: 'live',
  }) as const;
