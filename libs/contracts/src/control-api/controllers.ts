import { z } from 'zod';
import { NumberingSchema } from '../tenant-settings.js';
import { atLeastOne, nameText, pageOf, pageQuery, route, tenantParams, timestamp, version, withId } from './route.js';

/** R-CLU-02 */
export const PLATFORMS = [
  'mxe-ii',
  'mxe-iii',
  'cx',
  'cx-ii',
  'cxi',
  'cxi-ii',
  'industry-standard-server',
  'virtual',
  'multi-instance',
] as const;
const name = nameText(100);
const release = nameText(40).describe('Software release of the controller, for example 9.4');

const deviceLicence = z
  .union([z.literal(700), z.literal(5600)])
  .describe(
    'IP users and devices that the controller is licensed for; with 5600, x86 and release 7.0 SP1 it bears more monitors',
  );
const monitorCount = z.strictObject({
  total: z.int().min(0).max(100_000).describe('Devices that other systems monitor'),
  shared: z
    .int()
    .min(0)
    .max(100_000)
    .describe('Sum over the applications of the driver; the legacy client API has a pool of its own'),
});
const monitorCounts = z
  .strictObject({ devices: monitorCount, features: monitorCount })
  .describe('What other systems use at this controller: it lowers the room of gateway instances (R-LIM-07)');
const useOfKind = z.strictObject({ total: z.int(), shared: z.int() });
const NONE = { devices: { total: 0, shared: 0 }, features: { total: 0, shared: 0 } };

export const controllerSchema = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid(),
  clusterId: z.uuid(),
  name: z.string(),
  address: z.string(),
  port: z.int(),
  platform: z.enum(PLATFORMS),
  release: z.string(),
  enabled: z.boolean(),
  icpId: z.int().describe('What applications call this controller'),
  numbering: NumberingSchema.nullable().describe('Its own numbering settings; null: the tenant’s'),
  deviceLicence,
  otherMonitors: monitorCounts,
  monitorLimits: z
    .strictObject({ total: z.int(), shared: z.int() })
    .describe(
      'What it bears by platform, release and device licence, of device monitors and of feature monitors each (R-LIM-07)',
    ),
  monitorUse: z
    .strictObject({ devices: useOfKind, features: useOfKind })
    .nullable()
    .describe('What gateway instances hold there by their last reports; null: none of them has said'),
  version,
  createdAt: timestamp,
});

export const controllerRoutes = {
  // Adding an address is the operator's to allow (S-50), so a tenant's key may not.
  createController: route({
    id: 'createController',
    method: 'POST',
    path: '/v1/tenants/{tenant}/controllers',
    summary: 'Adds a controller to a cluster',
    role: 'admin',
    params: tenantParams,
    body: z.strictObject({
      clusterId: z.uuid(),
      name,
      address: z.union([z.ipv4(), z.ipv6()]).describe('IPv4 or IPv6 address; unique in the tenant'),
      port: z.int().min(1).max(65535).default(5320),
      platform: z.enum(PLATFORMS),
      release,
      enabled: z.boolean().default(true),
      numbering: NumberingSchema.nullable().default(null),
      deviceLicence: deviceLicence.default(700),
      otherMonitors: monitorCounts.default(NONE),
    }),
    status: 201,
    response: controllerSchema,
    etag: true,
    errors: ['ALREADY_EXISTS', 'CONFLICT', 'QUOTA_EXCEEDED'],
  }),
  listControllers: route({
    id: 'listControllers',
    method: 'GET',
    path: '/v1/tenants/{tenant}/controllers',
    summary: 'Lists controllers',
    role: 'tenant',
    params: tenantParams,
    query: pageQuery,
    status: 200,
    response: pageOf(controllerSchema),
    paged: true,
  }),
  getController: route({
    id: 'getController',
    method: 'GET',
    path: '/v1/tenants/{tenant}/controllers/{controller}',
    summary: 'Reads a controller',
    role: 'tenant',
    params: withId('controller'),
    status: 200,
    response: controllerSchema,
    etag: true,
  }),
  updateController: route({
    id: 'updateController',
    method: 'PATCH',
    path: '/v1/tenants/{tenant}/controllers/{controller}',
    summary:
      'Enables or disables a controller, or changes its name, release, numbering, device licence or what other systems monitor there',
    role: 'tenant',
    params: withId('controller'),
    body: atLeastOne(
      z.strictObject({
        enabled: z.boolean().optional(),
        name: name.optional(),
        release: release.optional(),
        numbering: NumberingSchema.nullable().optional().describe('null: the tenant’s again'),
        deviceLicence: deviceLicence.optional(),
        otherMonitors: monitorCounts.optional(),
      }),
    ),
    status: 200,
    response: controllerSchema,
    etag: true,
    ifMatch: true,
    errors: ['ALREADY_EXISTS', 'CONFLICT'],
  }),
  deleteController: route({
    id: 'deleteController',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/controllers/{controller}',
    summary: 'Removes a controller; its icpId is never used again',
    role: 'admin',
    params: withId('controller'),
    status: 200,
    response: controllerSchema,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
} as const;
