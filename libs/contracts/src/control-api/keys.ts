import { z } from 'zod';
import { nameText, pageOf, pageQuery, route, tenantParams, timestamp, version } from './route.js';

const members = {
  id: z.uuid(),
  tenantId: z.uuid().nullable(),
  role: z.enum(['admin', 'tenant']),
  name: z.string(),
  prefix: z.string().describe('The beginning of the key, to recognise it by'),
  revokedAt: timestamp.nullable(),
  version,
  createdAt: timestamp,
};
export const keySchema = z.strictObject(members);
export const keyWithSecretSchema = z.strictObject({
  ...members,
  key: z.string().optional().describe('Told once; absent when the idempotency key is replayed'),
});
const body = z.strictObject({ name: nameText(100) });
const secrets = ['key'] as const;
const idParams = z.strictObject({ key: z.uuid() });

export const keyRoutes = {
  createAdminKey: route({
    id: 'createAdminKey',
    method: 'POST',
    path: '/v1/keys',
    summary: 'Creates an admin key, answered once',
    role: 'admin',
    body,
    status: 201,
    response: keyWithSecretSchema,
    secrets,
    errors: ['ALREADY_EXISTS'],
  }),
  listAdminKeys: route({
    id: 'listAdminKeys',
    method: 'GET',
    path: '/v1/keys',
    summary: 'Lists admin keys',
    role: 'admin',
    query: pageQuery,
    status: 200,
    response: pageOf(keySchema),
    paged: true,
  }),
  revokeAdminKey: route({
    id: 'revokeAdminKey',
    method: 'DELETE',
    path: '/v1/keys/{key}',
    summary: 'Revokes an admin key; a second time changes nothing',
    role: 'admin',
    params: idParams,
    status: 200,
    response: keySchema,
    errors: ['CONFLICT'],
  }),
  createKey: route({
    id: 'createKey',
    method: 'POST',
    path: '/v1/tenants/{tenant}/keys',
    summary: 'Creates a key of the tenant, answered once',
    role: 'tenant',
    params: tenantParams,
    body,
    status: 201,
    response: keyWithSecretSchema,
    secrets,
    errors: ['CONFLICT', 'ALREADY_EXISTS', 'QUOTA_EXCEEDED'],
  }),
  listKeys: route({
    id: 'listKeys',
    method: 'GET',
    path: '/v1/tenants/{tenant}/keys',
    summary: 'Lists the keys of the tenant',
    role: 'tenant',
    params: tenantParams,
    query: pageQuery,
    status: 200,
    response: pageOf(keySchema),
    paged: true,
  }),
  revokeKey: route({
    id: 'revokeKey',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/keys/{key}',
    summary: 'Revokes a key of the tenant; a second time changes nothing',
    role: 'tenant',
    params: tenantParams.extend({ key: z.uuid() }),
    status: 200,
    response: keySchema,
  }),
} as const;
