import { z } from 'zod';
import { RoutingTableSchema } from '../routing.js';
import { route } from './route.js';

export const systemRoutes = {
  health: route({
    id: 'health',
    method: 'GET',
    path: '/v1/health',
    summary: 'Answers 200 while the control API can reach its database',
    role: 'public',
    status: 200,
    response: z.strictObject({ status: z.literal('ok'), version: z.string() }),
  }),
  openapi: route({
    id: 'openapi',
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This interface as OpenAPI 3.1',
    role: 'public',
    status: 200,
    response: z.looseObject({ openapi: z.string() }),
  }),
  me: route({
    id: 'me',
    method: 'GET',
    path: '/v1/me',
    summary: 'Tells what the key used is',
    role: 'any',
    status: 200,
    response: z.strictObject({
      keyId: z.string(),
      role: z.enum(['admin', 'tenant']),
      name: z.string(),
      tenant: z.strictObject({ id: z.uuid(), slug: z.string() }).nullable(),
    }),
  }),
  getRoutingTable: route({
    id: 'getRoutingTable',
    method: 'GET',
    path: '/v1/routing-table',
    summary: 'The routing table as last published',
    role: 'admin',
    status: 200,
    response: RoutingTableSchema,
    errors: ['NOT_FOUND'],
  }),
} as const;
