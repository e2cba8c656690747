/** The ways to a session's events that are no operations, for the OpenAPI document: server-sent events, the WebSocket, and what a webhook is sent. */
import { z } from 'zod';
import { CursorSchema, EventSchema } from './application-api.js';
import { EVENT_STREAM_PATHS, EVENT_TICKET_MS, SOCKET_WINDOW_MAX, STREAM_ENDS } from './event-streams.js';

const moment = z.iso.datetime();
const page = { events: z.array(EventSchema), cursor: CursorSchema };

/** The body of what a webhook is sent: events in order, or a challenge that its answer must repeat (S-49). */
export const WebhookMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('cordboard.events'),
    timestamp: moment,
    data: z.strictObject({ handlerId: z.string(), ...page }),
  }),
  z.strictObject({
    type: z.literal('cordboard.challenge'),
    timestamp: moment,
    data: z.strictObject({ handlerId: z.string(), challenge: z.string() }),
  }),
]);
/** What a socket sends, and what it takes; each a JSON text. */
export const SocketMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('open'), cursor: CursorSchema }),
  z.strictObject({ type: z.literal('events'), ...page }),
]);
export const SocketAcknowledgementSchema = z.strictObject({ type: z.literal('ack'), cursor: CursorSchema });

type Json = Record<string, unknown>;
const schemaOf = (schema: z.ZodType): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'output', target: 'draft-2020-12' }) as Json;
  return rest;
};
const cursor = schemaOf(CursorSchema);
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Named once in the document, because several places hold them. */
export const eventSchemas = (): Json => ({
  Event: schemaOf(EventSchema),
  SocketMessage: schemaOf(SocketMessageSchema),
  SocketAcknowledgement: schemaOf(SocketAcknowledgementSchema),
  WebhookMessage: schemaOf(WebhookMessageSchema),
});

const sessionId = { name: 'sessionId', in: 'path', required: true, schema: { type: 'integer', minimum: 0 } };
const after = {
  name: 'after',
  in: 'query',
  required: false,
  description: 'Events after this cursor; absent: from the beginning of what is held',
  schema: cursor,
};
const problem = { $ref: '#/components/responses/Problem' };
const ends = Object.entries(STREAM_ENDS)
  .map(([why, code]) => `${code} ${why}`)
  .join(', ');

export const eventStreamPaths = (): Record<string, Json> => ({
  [EVENT_STREAM_PATHS.stream]: {
    get: {
      operationId: 'streamEvents',
      summary: 'The session’s events as server-sent events; resumes by Last-Event-ID.',
      description:
        'Each message has the event’s cursor as its id and the event as its data. The last message is `event: end` with `{"reason": …}`; after `renew` and `stopping` come back with the cursor. One reader at a time: the newest ends the one before (`superseded`).',
      tags: ['event'],
      'x-level': 'standard',
      security: [{ session: [] }],
      parameters: [
        sessionId,
        after,
        { name: 'Last-Event-ID', in: 'header', required: false, description: 'Goes before `after`', schema: cursor },
      ],
      responses: {
        200: {
          description: 'The stream; the schema is that of the data of one message',
          content: { 'text/event-stream': { schema: ref('Event') } },
        },
        default: problem,
      },
    },
  },
  [EVENT_STREAM_PATHS.socket]: {
    get: {
      operationId: 'openEventSocket',
      summary: 'The session’s events over a WebSocket (RFC 6455).',
      description: `Opened with the session’s token, or with a ticket of issueEventTicket (good once, for ${EVENT_TICKET_MS / 1000} s). A page may open it when its origin is among the tenant’s browserOrigins. Sends SocketMessage and takes SocketAcknowledgement, as texts. Close codes: ${ends}.`,
      tags: ['event'],
      'x-level': 'standard',
      security: [{ session: [] }, { ticket: [] }],
      parameters: [
        sessionId,
        after,
        {
          name: 'window',
          in: 'query',
          required: false,
          description: 'At most so many events are sent beyond the last acknowledged one',
          schema: { type: 'integer', minimum: 1, maximum: SOCKET_WINDOW_MAX },
        },
        { name: 'Upgrade', in: 'header', required: true, schema: { const: 'websocket' } },
      ],
      responses: { 101: { description: 'The socket is open', 'x-messages': ref('SocketMessage') }, default: problem },
      'x-takes': ref('SocketAcknowledgement'),
    },
  },
});

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** OpenAPI’s own word for what we call and others serve. */
export const eventWebhooks = (): Json => ({
  events: {
    post: {
      operationId: 'receiveEvents',
      summary: 'What the address of setEventHandler is sent, as Standard Webhooks.',
      description:
        'At least once and in order: a message is sent again, the same under the same id, until it is answered with 2xx; 410 ends the handler. A challenge comes first and is answered with `{"challenge": …}`.',
      tags: ['event'],
      parameters: [
        header('webhook-id', 'The same at every try of one message'),
        header('webhook-timestamp', 'Seconds since 1970 of this try'),
        header('webhook-signature', '`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; two for a day after a rotation'),
      ],
      requestBody: { required: true, content: { 'application/json': { schema: ref('WebhookMessage') } } },
      responses: {
        '2XX': {
          description: 'Taken',
          content: { 'application/json': { schema: { type: 'object', properties: { challenge: { type: 'string' } } } } },
        },
        410: { description: 'No more of them, please' },
      },
    },
  },
});
