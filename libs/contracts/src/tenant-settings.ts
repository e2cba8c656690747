/** Settings of a tenant that its instances go by: carried in the access document, written over the control API. */
import { z } from 'zod';

const prefix = (min: number) => z.string().regex(new RegExp(`^[0-9*#]{${min},8}$`), `${min} to 8 of 0-9, * and #`);

/** R-E164-01; the meaning of each member is in `#domain/numbering`. */
export const NumberingSchema = z.strictObject({
  outsidePrefix: prefix(0).describe('Dialled for an outside line; empty: none'),
  localCountryCode: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, 'a country code of 1 to 3 digits')
    .describe('Country where the controller is'),
  longDistancePrefix: prefix(0).describe('Dialled before a national number; empty: none (Italy, Spain)'),
  internationalPrefix: prefix(1).describe('Dialled before a country code'),
  localAreaCodes: z
    .array(z.string().regex(/^[0-9]{1,8}$/, 'an area code of 1 to 8 digits'))
    .max(50)
    .describe('Dialled without area code, as they begin a national number; empty: nobody leaves it out'),
  maxExtensionLength: z.int().min(1).max(15).describe('Digits of the longest extension'),
});
export type Numbering = z.infer<typeof NumberingSchema>;

/** How telephone numbers stand in the logs of instances: as they are, with their last four digits only, or not at all. */
export const LOGGED_NUMBERS = ['full', 'last-four', 'none'] as const;
export type LoggedNumbers = (typeof LOGGED_NUMBERS)[number];

/** R-LIM-11: a recommended rate that is exceeded is warned of, or what exceeds it is refused with a retry time. */
export const RATE_POLICIES = ['warn', 'enforce'] as const;
export type RatePolicy = (typeof RATE_POLICIES)[number];
const policy = z.enum(RATE_POLICIES);
export const RatesSchema = z.strictObject({
  applicationOperations: policy.describe('20 operations a second of one application to one controller'),
  controllerOperations: policy.describe('20 operations a second to one controller from one instance'),
  instanceOperations: policy.describe('150 operations a second of one instance'),
});
export type Rates = z.infer<typeof RatesSchema>;

/** Pages that may open sockets of events (S-37), each as a browser names its origin. */
export const BrowserOriginsSchema = z
  .array(
    z
      .string()
      .max(300)
      .regex(
        /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:[1-9][0-9]{0,4})?$/,
        'an origin as browsers send it: scheme and host in lower case, no path, for example https://crm.example',
      ),
  )
  .max(64);

/** Where instances may send events for a tenant, beyond https to public addresses (S-41, S-44). */
export const OutboundSchema = z.strictObject({
  http: z.boolean().describe('http is allowed as well as https'),
  ranges: z
    .array(
      z
        .string()
        .max(50)
        .regex(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/, 'address/bits, for example 10.20.0.0/16'),
    )
    .max(64)
    .describe('Networks that are not public in which receivers may be, as address/bits'),
});
export type Outbound = z.infer<typeof OutboundSchema>;
