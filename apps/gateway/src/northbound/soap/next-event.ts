/** The arguments of `getEvent` and `getNumberedEvent`, which only SOAP has. */
import { SOAP_EVENT_WAIT_MS } from '#contracts/soap';
import { plainCheck } from '../../shapes/plain-check.js';
import type { Shaped } from '../../shapes/shapes.js';
import { argumentErrors } from '../refusal.js';

export interface NextEventRequest {
  readonly sessionId: number;
  readonly timeout: number;
  readonly eventNumber?: number | undefined;
}

const natural = { type: 'integer', minimum: 0 } as const;
const isPlain = plainCheck({
  type: 'object',
  properties: { sessionId: natural, timeout: natural, eventNumber: natural },
  required: ['sessionId'],
  additionalProperties: false,
});

export async function readNextEvent(given: Record<string, unknown>): Promise<Shaped<NextEventRequest>> {
  if (isPlain(given)) return { ok: true, value: { timeout: SOAP_EVENT_WAIT_MS.default, ...given } as NextEventRequest };
  const { nextEventSchema } = await import('./next-event.schema.js');
  const parsed = nextEventSchema.safeParse(given);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, errors: argumentErrors(parsed.error) };
}
