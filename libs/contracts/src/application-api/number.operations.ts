/** Numbers: from E.164 to what a controller dials, and back (R-E164-*). */
import { z } from 'zod';
import { CONTROLLER, icpId, number, operation, sessionId } from './members.js';

const digits = z.string().regex(/^\+?[0-9*#]{1,32}$/, 'digits, * and #, at most 32, optionally with a leading +');

export const NUMBER_OPERATIONS = {
  getDialableNumber: operation({
    doc: 'What has to be dialled at a controller for a number; one without a plus sign is dialled as it is.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/dialable-number` },
    request: z.strictObject({ sessionId, icpId, number }),
    response: z.strictObject({ dialableNumber: z.string() }),
  }),
  getIncomingPhoneNumber: operation({
    doc: 'The E.164 numbers that the digits of a caller, or of a call made, may stand for; the likeliest first.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/incoming-phone-number` },
    request: z.strictObject({ sessionId, icpId, digits, incomingCall: z.boolean() }),
    response: z.strictObject({ incomingNumbers: z.array(z.string()) }),
  }),
  explainDialling: operation({
    doc: 'What would be dialled for a number and why: the rules in the order they were applied.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/dialling` },
    request: z.strictObject({ sessionId, icpId, number }),
    response: z.strictObject({
      number: z.string(),
      dialableNumber: z.string(),
      steps: z.array(
        z.strictObject({
          /** A stable name, for example `local-area`. */
          rule: z.string(),
          reason: z.string(),
          /** The number as it is after this step. */
          result: z.string(),
        }),
      ),
    }),
  }),
} as const;
