/** What a session's log holds, as applications read it. Times are milliseconds since 1970 UTC (R-CC-03). */
import { z } from 'zod';
import { CONNECTION_STATES, EpochSchema } from '../gateway-admin.js';
import { id53 } from './members.js';
import {
  CALL_EVENT_ATTRIBUTES,
  CALL_EVENT_TYPES,
  CALL_STATES,
  DEVICE_TYPES,
  FEATURE_EVENT_ATTRIBUTES,
  FEATURE_EVENT_TYPES,
  FEATURES,
} from './words.js';

const eventBase = {
  /** Dense within an epoch, from 1; never used again for another event. */
  seq: z.int().min(1),
  epoch: EpochSchema,
  /** The same for the same happening whatever incarnation reports it; for de-duplication. */
  eventId: z.string(),
  eventTime: z.int(),
  source: z.enum(['live', 'snapshot', 'synthetic']),
};

/** One party of a conference. */
export const PartySchema = z.strictObject({
  memberNum: z.string().optional(),
  memberName: z.string().optional(),
  deviceType: z.enum(DEVICE_TYPES).optional(),
  remoteMemberExt: z.string().optional(),
  remoteMemberName: z.string().optional(),
  memberNetworkExt: z.string().optional(),
  peerId: z.string().optional(),
  peerName: z.string().optional(),
  callId: id53.optional(),
  numberPrivacy: z.boolean().optional(),
  namePrivacy: z.boolean().optional(),
});

export const CallEventSchema = z.strictObject({
  ...eventBase,
  category: z.literal('CALL_EVENT'),
  type: z.enum(CALL_EVENT_TYPES),
  /** The contract's eventCauseType, for example CLEARED or CLEAR_INVOKED. */
  cause: z.string(),
  callState: z.enum(CALL_STATES),
  icpId: id53,
  /** Absent: the primary controller of the device, or the only one (R-RES-01). */
  icpRole: z.enum(['primary', 'secondary']).optional(),
  objectId: id53,
  localCallId: id53,
  globalCallId: z.string().nullable(),
  devices: z.array(z.strictObject({ role: z.string(), attributes: z.record(z.string(), z.string()) })),
  featuresAllowed: z.array(z.enum(FEATURES)),
  /** Absent: the call is no conference, or `unknown` says that its parties are not known. */
  parties: z.array(PartySchema).optional(),
  accountCode: z.strictObject({ value: z.string(), verified: z.boolean() }).optional(),
  /** Besides CURRENT_GLOBAL_CALL_ID and ICP_ID, which are members of their own. */
  attributes: z.partialRecord(z.enum(CALL_EVENT_ATTRIBUTES), z.string()).optional(),
  /** Of RESILIENT_DEVICE: the controllers of the device, and which of them serves it from now on (R-RES-03). */
  resilience: z
    .strictObject({
      primaryIcpAddress: z.string(),
      secondaryIcpAddress: z.string().optional(),
      activeIcpId: id53.optional(),
    })
    .optional(),
  /** W3C trace context of the request that caused it, as far as that is known (docs/applications.md). */
  traceparent: z.string().optional(),
  /** What the controller could not tell, rather than something invented (R-CC-05). */
  unknown: z.array(z.enum(['devices', 'parties', 'featuresAllowed'])).optional(),
});

/** A feature of a device, a user, an agent or a group changed; see FEATURE_EVENT_TYPES. */
export const FeatureEventSchema = z.strictObject({
  ...eventBase,
  category: z.literal('FEATURE_EVENT'),
  type: z.enum(FEATURE_EVENT_TYPES),
  icpId: id53,
  objectId: id53,
  attributes: z.partialRecord(z.enum(FEATURE_EVENT_ATTRIBUTES), z.string()),
});

export const SystemEventSchema = z.strictObject({
  ...eventBase,
  category: z.literal('SYSTEM_EVENT'),
  type: z.enum(['ICP_COMMUNICATION_EVENT', 'OIG_SHUTDOWN', 'HA_ACTIVITY_SWITCH']),
  icpId: id53,
  connectionState: z.enum(CONNECTION_STATES).nullable(),
});

/** Continuity is broken here (R-CC-09): which monitors, since when, and how many events were lost, null for unknown. A snapshot follows. */
export const GapEventSchema = z.strictObject({
  ...eventBase,
  category: z.literal('GAP'),
  type: z.literal('EVENT_GAP'),
  objectIds: z.array(id53),
  since: z.int(),
  lost: z.int().min(0).nullable(),
  reason: z.enum(['overflow', 'restart', 'link-lost', 'missed']),
});

/** The session has ended, and not by its own log-out: the last event of its stream, socket or handler. */
export const SessionEventSchema = z.strictObject({
  ...eventBase,
  category: z.literal('SESSION_EVENT'),
  type: z.literal('session.terminated'),
  reason: z.string(),
});

export const EventSchema = z.discriminatedUnion('category', [
  CallEventSchema,
  FeatureEventSchema,
  SystemEventSchema,
  GapEventSchema,
  SessionEventSchema,
]);
export type ApplicationEvent = z.infer<typeof EventSchema>;
export type CallEvent = z.infer<typeof CallEventSchema>;
export type FeatureEvent = z.infer<typeof FeatureEventSchema>;
export type SystemEvent = z.infer<typeof SystemEventSchema>;
export type GapEvent = z.infer<typeof GapEventSchema>;

/** A call as it is now: an event without a place in a log. */
export const CallViewSchema = CallEventSchema.omit({ seq: true, epoch: true });
export type CallViewEvent = z.infer<typeof CallViewSchema>;

/** `<epoch major>.<epoch minor>.<seq>`: everything after it is still to come. */
export const CursorSchema = z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,15}$/);
