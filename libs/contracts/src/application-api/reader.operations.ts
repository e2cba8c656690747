/** What belongs to the lasting ways to a session's events and has no twin in the old contract: over REST only. */
import { z } from 'zod';

const sessionId = z.int().min(0).describe('The session, as log-in answered it');

export const READER_OPERATIONS = {
  issueEventTicket: {
    doc: 'For a WebSocket of a browser, which cannot send the token: good once, for `expiresInMs`. The newest replaces an older one.',
    level: 'standard',
    kind: 'event',
    rest: { method: 'POST', path: '/v1/sessions/{sessionId}/events/tickets' },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({ ticket: z.string(), expiresInMs: z.int() }),
  },
} as const;
