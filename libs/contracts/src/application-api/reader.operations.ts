/** What belongs to the lasting ways to a session's events and has no twin in the old contract: over REST only. */
import { z } from 'zod';

const sessionId = z.int().min(0).describe('The session, as log-in answered it');

const HANDLER = '/v1/sessions/{sessionId}/handler';
const empty = z.strictObject({});
const plain = z.strictObject({ sessionId });
const cursor = z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,15}$/);
/** Standard Webhooks: `whsec_` and 32 to 64 bytes in base64. */
const secret = z.string().regex(/^whsec_[A-Za-z0-9+/]{43,88}={0,2}$/);

export const HANDLER_STATES = ['unproven', 'active', 'retrying', 'disabled'] as const;
export const DELIVERY_OUTCOMES = [
  'delivered',
  'refused',
  'timeout',
  'unreachable',
  'address-not-allowed',
  'reply-too-large',
  'unproven',
] as const;
/** What is said of a try; nothing of what the receiver answered but its status (S-47). */
export const DeliverySchema = z.strictObject({
  messageId: z.string(),
  at: z.int(),
  attempt: z.int().min(1),
  firstSeq: z.int().min(0),
  events: z.int().min(0),
  outcome: z.enum(DELIVERY_OUTCOMES),
  status: z.int().optional(),
  tookMs: z.int(),
});
export type Delivery = z.infer<typeof DeliverySchema>;
/** Events that can be delivered no more; the receiver is told of them by the gap at `seq`. */
export const DeadLetterSchema = z.strictObject({
  eventId: z.string(),
  seq: z.int(),
  at: z.int(),
  since: z.int(),
  lost: z.int().nullable(),
  /** `declined`: the receiver answered again and again that it does not take it. */
  reason: z.enum(['overflow', 'restart', 'declined']),
});
export type DeadLetter = z.infer<typeof DeadLetterSchema>;

export const READER_OPERATIONS = {
  issueEventTicket: {
    doc: 'For a WebSocket of a browser, which cannot send the token: good once, for `expiresInMs`. The newest replaces an older one.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/events/tickets' },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({ ticket: z.string(), expiresInMs: z.int() }),
  },
  setEventHandler: {
    doc: 'Events are sent to this address as Standard Webhooks, once it has answered a challenge; without a secret one is made and answered, here only.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'PUT', path: HANDLER },
    request: z.strictObject({ sessionId, url: z.string().min(1).max(2048), secret: secret.optional() }),
    response: z.strictObject({ handlerId: z.string(), url: z.string(), secret: z.string().optional() }),
  },
  getEventHandler: {
    doc: 'How the handler stands.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'GET', path: HANDLER },
    request: plain,
    response: z.strictObject({
      handlerId: z.string(),
      kind: z.enum(['webhook', 'soap', 'soap-advanced']),
      url: z.string(),
      state: z.enum(HANDLER_STATES),
      /** Why it is disabled. */
      reason: z.string().optional(),
      cursor,
      failures: z.int().min(0),
      nextAttemptAt: z.int().optional(),
    }),
  },
  removeEventHandler: {
    doc: 'Ends the handler; events can be read by another way again.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'DELETE', path: HANDLER },
    request: plain,
    response: empty,
  },
  rotateHandlerSecret: {
    doc: 'A new secret; for a day messages carry the signatures of both.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'POST', path: `${HANDLER}/secret` },
    request: z.strictObject({ sessionId, secret: secret.optional() }),
    response: z.strictObject({ secret: z.string().optional(), bothUntil: z.int() }),
  },
  getDeliveries: {
    doc: 'The last hundred tries, newest last, of this incarnation.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'GET', path: `${HANDLER}/deliveries` },
    request: plain,
    response: z.strictObject({ deliveries: z.array(DeliverySchema) }),
  },
  getDeadLetters: {
    doc: 'Events that could not be delivered, with the reason; the last hundred, newest last.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'GET', path: `${HANDLER}/dead-letters` },
    request: plain,
    response: z.strictObject({ deadLetters: z.array(DeadLetterSchema) }),
  },
  replayEvents: {
    doc: 'Sends again what is still held behind the cursor, under new message ids and the same event ids; enables a disabled handler.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'POST', path: `${HANDLER}/replay` },
    request: z.strictObject({ sessionId, after: cursor }),
    response: empty,
  },
} as const;
