/** What `getEvent` and `getNumberedEvent` take. */
import { z } from 'zod';
import { APPLICATION_OPERATIONS } from '#contracts/application-api';
import { SOAP_EVENT_WAIT_MS } from '#contracts/soap';

export const nextEventSchema = z.strictObject({
  sessionId: APPLICATION_OPERATIONS.logout.request.shape.sessionId,
  timeout: z.int().min(0).default(SOAP_EVENT_WAIT_MS.default),
  eventNumber: z.int().min(0).optional(),
});
