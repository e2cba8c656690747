import { z } from 'zod';
import { BrowserOriginsSchema, LOGGED_NUMBERS, NumberingSchema, OutboundSchema, RatesSchema } from '../tenant-settings.js';
import { atLeastOne, route, tenantParams, version, withId } from './route.js';

const numbering = NumberingSchema.nullable();

/** Each with where it comes from: the tenant wrote it, or it is the default. */
export const tenantSettingsSchema = z.strictObject({
  numbering: numbering.describe('For every controller without its own; null: numbers with + cannot be dialled there'),
  loggedNumbers: z.enum(LOGGED_NUMBERS).describe('How telephone numbers stand in the logs of instances'),
  rates: RatesSchema.describe('R-LIM-11: warn or enforce'),
  browserOrigins: BrowserOriginsSchema.describe('Origins of pages that may open sockets of events'),
  outbound: OutboundSchema.describe(
    'Where instances may send events, beyond https to public addresses; set by updateTenantOutbound',
  ),
  sources: z.strictObject({
    numbering: z.enum(['default', 'tenant']),
    loggedNumbers: z.enum(['default', 'tenant']),
    rates: z.enum(['default', 'tenant']),
    browserOrigins: z.enum(['default', 'tenant']),
    outbound: z.enum(['default', 'operator']),
  }),
  version,
});

const parts = z.array(z.strictObject({ part: z.string(), digits: z.string() }));
/** What would be dialled, or who may be calling, and why (R-E164-02, R-E164-03). */
export const numberExplanationSchema = z.strictObject({
  source: z.enum(['controller', 'tenant', 'none']).describe('Whose numbering settings were used'),
  numbering,
  dialling: z
    .strictObject({
      dialled: z.string().nullable().describe('null: it cannot be dialled'),
      rule: z.string().nullable(),
      stripped: parts,
      added: parts,
      reason: z.string(),
      isNumber: z
        .boolean()
        .nullable()
        .describe('Whether a numbering plan has this number; null: only one with + can be looked up'),
    })
    .describe('As a number to call'),
  caller: z
    .strictObject({
      isExtension: z.boolean(),
      reason: z.string(),
      candidates: z.array(
        z.strictObject({
          e164: z.string(),
          country: z.string().nullable(),
          rule: z.string(),
          stripped: parts,
          added: parts,
          reason: z.string(),
        }),
      ),
    })
    .describe('As a caller’s number; the likeliest first'),
});

export const settingsRoutes = {
  getTenantSettings: route({
    id: 'getTenantSettings',
    method: 'GET',
    path: '/v1/tenants/{tenant}/settings',
    summary: 'Reads the tenant’s settings, each with its source',
    role: 'tenant',
    params: tenantParams,
    status: 200,
    response: tenantSettingsSchema,
    etag: true,
  }),
  updateTenantSettings: route({
    id: 'updateTenantSettings',
    method: 'PATCH',
    path: '/v1/tenants/{tenant}/settings',
    summary: 'Changes the tenant’s settings; instances get them with their next access document',
    role: 'tenant',
    params: tenantParams,
    body: atLeastOne(
      z.strictObject({
        numbering: numbering.optional(),
        loggedNumbers: z.enum(LOGGED_NUMBERS).optional(),
        rates: RatesSchema.optional(),
        browserOrigins: BrowserOriginsSchema.optional(),
      }),
    ),
    status: 200,
    response: tenantSettingsSchema,
    etag: true,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
  updateTenantOutbound: route({
    id: 'updateTenantOutbound',
    method: 'PATCH',
    path: '/v1/tenants/{tenant}/outbound',
    summary: 'Sets where instances may send events of this tenant, beyond https to public addresses; what is not named stays',
    role: 'admin',
    params: tenantParams,
    body: atLeastOne(OutboundSchema.partial()),
    status: 200,
    response: tenantSettingsSchema,
    etag: true,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
  explainNumber: route({
    id: 'explainNumber',
    method: 'GET',
    path: '/v1/tenants/{tenant}/controllers/{controller}/numbering',
    summary: 'Explains what a controller would dial for a number, and whom it would take for the caller, and why',
    role: 'tenant',
    params: withId('controller'),
    query: z.strictObject({
      number: z
        .string()
        .regex(/^\+?[0-9*# .()/-]{1,63}$/, 'digits, * and #, optionally with a leading +, at most 64 characters')
        .describe('As an application would send it, or as a line would deliver it'),
    }),
    status: 200,
    response: numberExplanationSchema,
  }),
} as const;
