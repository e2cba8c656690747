/** Users of an integration (R-SES-04): each logged-in one is a session and a monitor. */
import { z } from 'zod';
import { pageOf, pageQuery, route, tenantParams, timestamp, version, withId } from './route.js';

const members = {
  id: z.uuid(),
  tenantId: z.uuid(),
  applicationId: z.uuid(),
  userId: z.int().min(1).describe('The contract’s userId'),
  email: z.string(),
  version,
  createdAt: timestamp,
};
export const applicationUserSchema = z.strictObject(members);
export const applicationUserWithSecretSchema = z.strictObject({
  ...members,
  password: z.string().optional().describe('Told once; absent when the idempotency key is replayed'),
});
const secrets = ['password'] as const;

export const applicationUserRoutes = {
  createApplicationUser: route({
    id: 'createApplicationUser',
    method: 'POST',
    path: '/v1/tenants/{tenant}/applications/{application}/users',
    summary: 'Adds a user of an integration and answers the password, once',
    role: 'tenant',
    params: withId('application'),
    body: z.strictObject({
      email: z
        .string()
        .max(200)
        .regex(/^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'an e-mail address in lower case'),
    }),
    status: 201,
    response: applicationUserWithSecretSchema,
    secrets,
    errors: ['ALREADY_EXISTS', 'CONFLICT', 'QUOTA_EXCEEDED'],
  }),
  listApplicationUsers: route({
    id: 'listApplicationUsers',
    method: 'GET',
    path: '/v1/tenants/{tenant}/applications/{application}/users',
    summary: 'Lists users of an integration',
    role: 'tenant',
    params: withId('application'),
    query: pageQuery,
    status: 200,
    response: pageOf(applicationUserSchema),
    paged: true,
  }),
  deleteApplicationUser: route({
    id: 'deleteApplicationUser',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/applications/{application}/users/{user}',
    summary: 'Removes a user of an integration; the user’s sessions end',
    role: 'tenant',
    params: tenantParams.extend({ application: z.uuid(), user: z.uuid() }),
    status: 200,
    response: applicationUserSchema,
    errors: ['CONFLICT'],
  }),
} as const;
