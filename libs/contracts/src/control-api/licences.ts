/** Licences of a tenant (R-LIC-01 to 03): set by the provider, read with their use by both; and the sync on demand (R-LIC-02, R-ACL-01). */
import { z } from 'zod';
import { atLeastOne, route, tenantParams, timestamp, version } from './route.js';

const licences = z.int().min(0).max(1_000_000);
const kind = licences.nullable().optional();

/** By kind; null: not limited. */
export const licencesByKind = {
  standard: kind.describe('User licences for standard call control'),
  advanced: kind.describe('User licences for advanced call control'),
  salesforce: kind.describe('Users of the Salesforce integration'),
  google: kind.describe('Users of the Google integration'),
};

const poolSchema = z.strictObject({
  pool: z.string().describe('standard, advanced, salesforce, google, or application:<id>'),
  applicationId: z.uuid().nullable(),
  licences: licences.describe('User licences, or users of an integration'),
  unit: z.enum(['monitors', 'users']).describe('What is counted; a user licence is two monitors'),
  entitled: z.int().min(0),
  granted: z.int().min(0).describe('Units that may be in force at instances, all together'),
  used: z.int().min(0).describe('Units that instances last said they hold'),
  instances: z.array(
    z.strictObject({
      instanceId: z.uuid(),
      granted: z.int().min(0).describe('By its newest document'),
      reserved: z.int().min(0).describe('The most any document that may still be in force there grants'),
      used: z.int().min(0).nullable().describe('null: it has not said'),
    }),
  ),
});
export const licencesSchema = z.strictObject({
  tenantId: z.uuid(),
  version,
  pools: z.array(poolSchema).describe('A pool that is not here is not limited'),
  syncs: z
    .array(
      z.strictObject({
        instanceId: z.uuid(),
        name: z.string(),
        state: z
          .enum(['none', 'current', 'grace', 'expired', 'unknown'])
          .describe('grace: a sync was missed and the last good one goes on; unknown: it does not run'),
        syncedAt: timestamp.nullable(),
        graceUntil: timestamp.nullable(),
      }),
    )
    .describe('How old what each instance goes by is (R-LIC-02)'),
});

export const licenceRoutes = {
  getLicences: route({
    id: 'getLicences',
    method: 'GET',
    path: '/v1/tenants/{tenant}/licences',
    summary: 'Reads licences with what is granted and in use, and when each instance was last synced',
    role: 'tenant',
    params: tenantParams,
    status: 200,
    response: licencesSchema,
    etag: true,
  }),
  updateLicences: route({
    id: 'updateLicences',
    method: 'PATCH',
    path: '/v1/tenants/{tenant}/licences',
    summary: 'Sets licences; null lifts a limit, what is not named stays',
    role: 'admin',
    params: tenantParams,
    body: atLeastOne(
      z.strictObject({
        ...licencesByKind,
        applications: z
          .array(z.strictObject({ applicationId: z.uuid(), licences: licences.nullable() }))
          .min(1)
          .max(100)
          .optional()
          .describe('User licences of one application alone, apart from the tenant’s'),
      }),
    ),
    status: 200,
    response: licencesSchema,
    etag: true,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
  syncTenant: route({
    id: 'syncTenant',
    method: 'POST',
    path: '/v1/tenants/{tenant}/sync',
    summary: 'Syncs licences and access list to every instance now, without waiting for the four hours',
    role: 'tenant',
    params: tenantParams,
    status: 200,
    response: z.strictObject({ documents: z.int().min(0).describe('Documents signed; instances have them in a moment') }),
  }),
} as const;
