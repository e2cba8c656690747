import { z } from 'zod';
import { nameText, pageOf, pageQuery, route, tenantParams, timestamp, version, withId } from './route.js';

export const clusterSchema = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid(),
  name: z.string(),
  version,
  createdAt: timestamp,
});

export const clusterRoutes = {
  createCluster: route({
    id: 'createCluster',
    method: 'POST',
    path: '/v1/tenants/{tenant}/clusters',
    summary: 'Creates a cluster (one system of call managers)',
    role: 'admin',
    params: tenantParams,
    body: z.strictObject({ name: nameText(100) }),
    status: 201,
    response: clusterSchema,
    etag: true,
    errors: ['ALREADY_EXISTS', 'CONFLICT'],
  }),
  listClusters: route({
    id: 'listClusters',
    method: 'GET',
    path: '/v1/tenants/{tenant}/clusters',
    summary: 'Lists clusters',
    role: 'tenant',
    params: tenantParams,
    query: pageQuery,
    status: 200,
    response: pageOf(clusterSchema),
    paged: true,
  }),
  getCluster: route({
    id: 'getCluster',
    method: 'GET',
    path: '/v1/tenants/{tenant}/clusters/{cluster}',
    summary: 'Reads a cluster',
    role: 'tenant',
    params: withId('cluster'),
    status: 200,
    response: clusterSchema,
    etag: true,
  }),
  deleteCluster: route({
    id: 'deleteCluster',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/clusters/{cluster}',
    summary: 'Deletes a cluster that has neither controllers nor instances',
    role: 'admin',
    params: withId('cluster'),
    status: 200,
    response: clusterSchema,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
} as const;
