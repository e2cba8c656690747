/** Getting a session's events: by cursor, or pushed to a handler of the application (R-CC-04: one way at a time). */
import { z } from 'zod';
import { CursorSchema, EventSchema } from './events.js';
import { empty, id53, operation, SESSION, sessionId, text } from './members.js';

export const EVENT_OPERATIONS = {
  getEvents: operation({
    doc: 'The events after a cursor; waits for the first when there is none.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'GET', path: `${SESSION}/events` },
    request: z.strictObject({
      sessionId,
      /** Absent: from the beginning of what is held. */
      after: CursorSchema.optional(),
      /** How long to wait for the first event; the answer holds what is there, it never waits for more. */
      waitMs: z.int().min(0).max(60_000).default(0),
      max: z.int().min(1).max(500).default(100),
    }),
    response: z.strictObject({ events: z.array(EventSchema), cursor: CursorSchema }),
  }),
  cancelGetEvents: operation({
    doc: 'Ends a wait for events; it answers with none.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'DELETE', path: `${SESSION}/events` },
    request: z.strictObject({ sessionId }),
    response: empty,
  }),
  registerEventHandler: operation({
    doc: 'Where the application takes its events by SOAP, one in each message (handleEvent, of an advanced session advHandleEvent); an empty address ends it.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'PUT', path: `${SESSION}/event-handler` },
    request: z.strictObject({ sessionId, eventHandlerURL: text(2048) }),
    response: empty,
  }),
  registerRestSession: operation({
    doc: 'Lets the events of this session be fetched under another number, by whoever registered it; the newest number of a session counts.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'PUT', path: `${SESSION}/rest-session` },
    request: z.strictObject({ sessionId, restSessionId: id53 }),
    response: empty,
  }),
  getRestEvent: operation({
    doc: 'The next event of the session registered under this number by `registerRestSession`; waits for it when there is none.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'GET', path: '/v1/rest-sessions/{restSessionId}/event' },
    request: z.strictObject({
      restSessionId: id53,
      /** How long to wait for an event. */
      waitMs: z.int().min(0).max(60_000).default(45_000),
    }),
    response: z.strictObject({ sessionId: id53, event: EventSchema.optional() }),
  }),
} as const;
