import { z } from 'zod';
import { licencesByKind } from './licences.js';
import { operationSchema } from './operations.js';
import { atLeastOne, nameText, pageOf, pageQuery, route, tenantParams, timestamp, version } from './route.js';

export const TENANT_STATUSES = ['active', 'suspended', 'deleting'] as const;
export const tenantSchema = z.strictObject({
  id: z.uuid(),
  slug: z.string(),
  companyName: z.string(),
  status: z.enum(TENANT_STATUSES),
  /** Where applications of this tenant connect. */
  addresses: z.strictObject({ http: z.string(), https: z.string() }),
  version,
  createdAt: timestamp,
});

export const tenantRoutes = {
  createTenant: route({
    id: 'createTenant',
    method: 'POST',
    path: '/v1/tenants',
    summary: 'Creates a tenant',
    role: 'admin',
    body: z.strictObject({
      slug: z
        .string()
        .regex(/^(?=.{1,40}$)[a-z0-9]+(-[a-z0-9]+)*$/, 'a DNS label of at most 40 of [a-z0-9-]')
        // An id and a slug stand in the same place of a path.
        .refine((slug) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(slug), 'must not look like an id')
        .describe('Part of the tenant’s address; never changes'),
      companyName: nameText(100).describe('What its applications send as companyName'),
      licences: z
        .strictObject(licencesByKind)
        .optional()
        .describe('What it is entitled to; a kind that is not named: none (R-LIC-03), null: not limited'),
    }),
    status: 201,
    response: tenantSchema,
    etag: true,
    errors: ['ALREADY_EXISTS'],
  }),
  listTenants: route({
    id: 'listTenants',
    method: 'GET',
    path: '/v1/tenants',
    summary: 'Lists tenants; a tenant key sees its own',
    role: 'any',
    query: pageQuery,
    status: 200,
    response: pageOf(tenantSchema),
    paged: true,
  }),
  getTenant: route({
    id: 'getTenant',
    method: 'GET',
    path: '/v1/tenants/{tenant}',
    summary: 'Reads a tenant',
    role: 'tenant',
    params: tenantParams,
    status: 200,
    response: tenantSchema,
    etag: true,
  }),
  updateTenant: route({
    id: 'updateTenant',
    method: 'PATCH',
    path: '/v1/tenants/{tenant}',
    summary: 'Suspends, resumes or renames a tenant',
    role: 'admin',
    params: tenantParams,
    body: atLeastOne(
      z.strictObject({ status: z.enum(['active', 'suspended']).optional(), companyName: nameText(100).optional() }),
    ),
    status: 200,
    response: tenantSchema,
    etag: true,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
  deleteTenant: route({
    id: 'deleteTenant',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}',
    summary: 'Deletes a tenant with everything it has',
    role: 'admin',
    params: tenantParams,
    status: 202,
    response: operationSchema,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
} as const;
