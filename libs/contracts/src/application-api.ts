/**
 * The application API: each operation once, as data. REST routes, SOAP faces, WSDL and OpenAPI come from here.
 * Names are the contract's (`guides/vocabulary.md`); ids are JSON numbers (at most 53 bits); times are milliseconds since 1970 UTC (R-CC-03).
 */
import { z } from 'zod';
import { READER_OPERATIONS } from './application-api/reader.operations.js';
import { CONNECTION_STATES, EpochSchema } from './gateway-admin.js';

const id53 = z.int().min(0);
const text = (max: number) => z.string().max(max);
const sessionId = id53.describe('The session, as log-in answered it');
const objectId = id53.describe('The device, as getPhoneNumberId answered it');
const localCallId = z.int().min(0).max(0xffffffff).describe('The call at this device, as its events name it');
/** Characters a controller can dial. */
const number = z.string().regex(/^\+?[0-9*#]{1,32}$/, 'digits, * and #, at most 32, optionally with a leading +');
const idempotencyKey = z.string().min(1).max(100).optional();

const empty = z.strictObject({});

export const CALL_EVENT_TYPES = [
  'MONITOR_SET',
  'MONITOR_FAILED_EVENT',
  'CALL_ORIGINATED',
  'CALL_DELIVERED',
  'CALL_RECEIVED',
  'CALL_ESTABLISHED',
  'CALL_HELD',
  'CALL_RETRIEVED',
  'CALL_CLEAR',
  'CALL_FAILED',
  'IN_SERVICE',
  'OUT_OF_SERVICE',
] as const;
export type CallEventType = (typeof CALL_EVENT_TYPES)[number];

export const CALL_STATES = [
  'NIL',
  'DELIVERED',
  'ESTABLISHED',
  'FAILED',
  'HELD',
  'IDLE',
  'ORIGINATED',
  'OUT_OF_SERVICE',
  'QUEUED',
  'RECEIVED',
  'UNAVAILABLE',
] as const;
export type CallState = (typeof CALL_STATES)[number];

/** featuresAllowed of this release: exactly the call-control operations it has. */
export const FEATURES = ['ANSWER_CALL', 'CLEAR_CALL', 'HOLD_CALL', 'RETRIEVE_CALL'] as const;
export type Feature = (typeof FEATURES)[number];

const eventBase = {
  /** Dense within an epoch, from 1; never used again for another event. */
  seq: z.int().min(1),
  epoch: EpochSchema,
  /** The same for the same happening whatever incarnation reports it; for de-duplication. */
  eventId: z.string(),
  eventTime: z.int(),
  source: z.enum(['live', 'snapshot', 'synthetic']),
};
export const CallEventSchema = z.strictObject({
  ...eventBase,
  category: z.literal('CALL_EVENT'),
  type: z.enum(CALL_EVENT_TYPES),
  /** The contract's eventCauseType, for example CLEARED or CLEAR_INVOKED. */
  cause: z.string(),
  callState: z.enum(CALL_STATES),
  icpId: id53,
  objectId: id53,
  localCallId: id53,
  globalCallId: z.string().nullable(),
  devices: z.array(z.strictObject({ role: z.string(), attributes: z.record(z.string(), z.string()) })),
  featuresAllowed: z.array(z.enum(FEATURES)),
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
export const EventSchema = z.discriminatedUnion('category', [CallEventSchema, SystemEventSchema, GapEventSchema]);
export type ApplicationEvent = z.infer<typeof EventSchema>;
export type CallEvent = z.infer<typeof CallEventSchema>;
export type SystemEvent = z.infer<typeof SystemEventSchema>;
export type GapEvent = z.infer<typeof GapEventSchema>;

/** `<epoch major>.<epoch minor>.<seq>`: everything after it is still to come. */
export const CursorSchema = z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,15}$/);

const loginInput = z.strictObject({
  companyName: text(100),
  applicationName: text(100),
  applicationPassword: text(200),
  localPassword: text(200),
  /** Contract version the application is built for, for example `4.0`; absent counts as 4.0. */
  version: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3}){0,2}( SP\d{1,2})?$/)
    .optional(),
  userId: text(200).optional(),
});

/** `request` and `response` are what the gateway core takes and answers; `rest` says where the members travel. */
export const APPLICATION_OPERATIONS = {
  login: {
    rest: { method: 'POST', path: '/v1/sessions' },
    request: loginInput,
    response: z.strictObject({
      sessionId: id53,
      token: z.string(),
      keepAliveMs: z.int(),
      epoch: EpochSchema,
      durability: z.enum(['local', 'copied']),
    }),
  },
  logout: {
    rest: { method: 'DELETE', path: '/v1/sessions/{sessionId}' },
    request: z.strictObject({ sessionId }),
    response: empty,
  },
  resetSessionTimer: {
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/keepalive' },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({ keepAliveMs: z.int() }),
  },
  serviceVersions: {
    rest: { method: 'GET', path: '/v1/sessions/{sessionId}/versions' },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({ serviceVersions: z.string() }),
  },
  getIcpId: {
    rest: { method: 'GET', path: '/v1/sessions/{sessionId}/controllers' },
    request: z.strictObject({ sessionId, icpIpAddress: text(45) }),
    response: z.strictObject({ icpId: id53, connectionState: z.enum(CONNECTION_STATES), icpVersion: z.string() }),
  },
  getPhoneNumberId: {
    rest: { method: 'GET', path: '/v1/sessions/{sessionId}/controllers/{icpId}/phones/{primeDn}' },
    request: z.strictObject({ sessionId, icpId: id53, primeDn: z.string().regex(/^[0-9*#]{1,32}$/) }),
    response: z.strictObject({ objectId: id53 }),
  },
  monitorObject: {
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/monitors' },
    request: z.strictObject({ sessionId, objectId }),
    response: z.strictObject({ objectId: id53, icpId: id53 }),
  },
  stopMonitor: {
    rest: { method: 'DELETE', path: '/v1/sessions/{sessionId}/monitors/{objectId}' },
    request: z.strictObject({ sessionId, objectId }),
    response: empty,
  },
  makeCall: {
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/devices/{objectId}/calls' },
    request: z.strictObject({
      sessionId,
      objectId,
      number,
      accountCode: z
        .string()
        .regex(/^[0-9*#]{1,12}$/)
        .optional(),
      idempotencyKey,
    }),
    response: z.strictObject({ localCallId: id53 }),
  },
  answerCall: {
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/answer' },
    request: z.strictObject({ sessionId, objectId, localCallId, idempotencyKey }),
    response: empty,
  },
  clearCall: {
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/clear' },
    request: z.strictObject({ sessionId, objectId, localCallId, idempotencyKey }),
    response: empty,
  },
  holdCall: {
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/hold' },
    request: z.strictObject({ sessionId, objectId, localCallId, idempotencyKey }),
    response: empty,
  },
  retrieveCall: {
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/devices/{objectId}/calls/{localCallId}/retrieve' },
    request: z.strictObject({ sessionId, objectId, localCallId, idempotencyKey }),
    response: empty,
  },
  getEvents: {
    rest: { method: 'GET', path: '/v1/sessions/{sessionId}/events' },
    request: z.strictObject({
      sessionId,
      /** Absent: from the beginning of what is held. */
      after: CursorSchema.optional(),
      /** How long to wait for the first event; the answer holds what is there, it never waits for more. */
      waitMs: z.int().min(0).max(60_000).default(0),
      max: z.int().min(1).max(500).default(100),
    }),
    response: z.strictObject({ events: z.array(EventSchema), cursor: CursorSchema }),
  },
  cancelGetEvents: {
    rest: { method: 'DELETE', path: '/v1/sessions/{sessionId}/events' },
    request: z.strictObject({ sessionId }),
    response: empty,
  },
  ...READER_OPERATIONS,
} as const satisfies Record<string, { rest: { method: string; path: string }; request: z.ZodType; response: z.ZodType }>;

export { DELIVERY_OUTCOMES, HANDLER_STATES, type DeadLetter, type Delivery } from './application-api/reader.operations.js';

/** Operations without a twin in the SOAP contract. */
export const REST_ONLY_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(READER_OPERATIONS));

export type OperationName = keyof typeof APPLICATION_OPERATIONS;
export type OperationRequest<N extends OperationName> = z.output<(typeof APPLICATION_OPERATIONS)[N]['request']>;
export type OperationResponse<N extends OperationName> = z.output<(typeof APPLICATION_OPERATIONS)[N]['response']>;
