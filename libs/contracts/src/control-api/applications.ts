import { z } from 'zod';
import { atLeastOne, nameText, pageOf, pageQuery, route, tenantParams, timestamp, version, withId } from './route.js';

/** Checked again as what it is: a certificate or public key, Ed25519 or RSA of 2048 bits and more. */
const certificate = z
  .string()
  .min(40)
  .max(8192)
  .regex(/^[A-Za-z0-9+/=\-\s]+$/, 'PEM, or DER in base64')
  .describe('Certificate or public key (PEM, or DER in base64); signs the challenge of an advanced log-in');

const members = {
  id: z.uuid(),
  tenantId: z.uuid(),
  name: z.string(),
  type: z.enum(['generic', 'crm-integration']),
  allowed: z.boolean().describe('On the access-control list (R-ACL-01)'),
  advanced: z.boolean().describe('May use advanced call control (R-CC-10)'),
  integration: z.enum(['salesforce', 'google']).nullable().describe('Which integration a crm-integration is (R-SES-04)'),
  remote: z.boolean().describe('Comes by the external listener alone (R-SES-06)'),
  legacySignature: z.boolean().describe('May sign the challenge with MD5-RSA'),
  certificateSha256: z.string().nullable().describe('SHA-256 of the public key (SPKI) it signs the challenge with'),
  version,
  createdAt: timestamp,
};
export const applicationSchema = z.strictObject(members);
const once = z.string().optional().describe('Told once; absent when the idempotency key is replayed');
export const applicationWithSecretsSchema = z.strictObject({ ...members, applicationPassword: once, localPassword: once });
const secrets = ['applicationPassword', 'localPassword'] as const;

export const applicationRoutes = {
  createApplication: route({
    id: 'createApplication',
    method: 'POST',
    path: '/v1/tenants/{tenant}/applications',
    summary: 'Registers an application and answers its two passwords, once',
    role: 'tenant',
    params: tenantParams,
    body: z.strictObject({
      name: nameText(100),
      type: z.enum(['generic', 'crm-integration']).default('generic'),
      allowed: z.boolean().default(true),
      advanced: z.boolean().default(false),
      integration: z.enum(['salesforce', 'google']).nullable().default(null).describe('For type crm-integration, and only there'),
      remote: z.boolean().default(false),
      legacySignature: z.boolean().default(false),
      certificate: certificate.nullable().default(null),
    }),
    status: 201,
    response: applicationWithSecretsSchema,
    etag: true,
    secrets,
    errors: ['ALREADY_EXISTS', 'CONFLICT', 'QUOTA_EXCEEDED'],
  }),
  listApplications: route({
    id: 'listApplications',
    method: 'GET',
    path: '/v1/tenants/{tenant}/applications',
    summary: 'Lists applications',
    role: 'tenant',
    params: tenantParams,
    query: pageQuery,
    status: 200,
    response: pageOf(applicationSchema),
    paged: true,
  }),
  getApplication: route({
    id: 'getApplication',
    method: 'GET',
    path: '/v1/tenants/{tenant}/applications/{application}',
    summary: 'Reads an application',
    role: 'tenant',
    params: withId('application'),
    status: 200,
    response: applicationSchema,
    etag: true,
  }),
  updateApplication: route({
    id: 'updateApplication',
    method: 'PATCH',
    path: '/v1/tenants/{tenant}/applications/{application}',
    summary: 'Allows or bars an application, or changes its level, certificate or way in',
    role: 'tenant',
    params: withId('application'),
    body: atLeastOne(
      z.strictObject({
        allowed: z.boolean().optional(),
        advanced: z.boolean().optional(),
        remote: z.boolean().optional(),
        legacySignature: z.boolean().optional(),
        certificate: certificate.nullable().optional(),
      }),
    ),
    status: 200,
    response: applicationSchema,
    etag: true,
    ifMatch: true,
    errors: ['CONFLICT', 'QUOTA_EXCEEDED'],
  }),
  rotateApplicationCredentials: route({
    id: 'rotateApplicationCredentials',
    method: 'POST',
    path: '/v1/tenants/{tenant}/applications/{application}/credentials',
    summary: 'Issues two new passwords, answered once; the old ones end',
    role: 'tenant',
    params: withId('application'),
    status: 200,
    response: applicationWithSecretsSchema,
    etag: true,
    ifMatch: true,
    secrets,
    errors: ['CONFLICT'],
  }),
  deleteApplication: route({
    id: 'deleteApplication',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/applications/{application}',
    summary: 'Removes an application; its sessions end',
    role: 'tenant',
    params: withId('application'),
    status: 200,
    response: applicationSchema,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
} as const;
