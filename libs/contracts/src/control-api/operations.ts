import { z } from 'zod';
import { pageOf, pageQuery, route, timestamp } from './route.js';

export const OPERATION_STATES = ['pending', 'running', 'succeeded', 'failed'] as const;
export const operationSchema = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid().nullable(),
  kind: z.enum(['instance.create', 'instance.start', 'instance.stop', 'instance.restart', 'instance.delete', 'tenant.delete']),
  targetType: z.enum(['instance', 'tenant']),
  targetId: z.uuid(),
  state: z.enum(OPERATION_STATES),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      state: z.enum(['pending', 'running', 'done', 'failed']),
      startedAt: z.string().nullable(),
      endedAt: z.string().nullable(),
      detail: z.string(),
    }),
  ),
  progress: z.number().min(0).max(100).describe('Percent'),
  attempts: z.int().min(0),
  deadlineAt: timestamp,
  actor: z.string().describe('Id of the key that asked'),
  cause: z.string().describe('The request'),
  error: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
});

const operationParams = z.strictObject({ operation: z.uuid() });

export const operationRoutes = {
  listOperations: route({
    id: 'listOperations',
    method: 'GET',
    path: '/v1/operations',
    summary: 'Lists operations, newest first; a tenant key sees its own tenant’s',
    role: 'any',
    query: pageQuery,
    status: 200,
    response: pageOf(operationSchema),
    paged: true,
  }),
  getOperation: route({
    id: 'getOperation',
    method: 'GET',
    path: '/v1/operations/{operation}',
    summary: 'Reads an operation with its steps',
    role: 'any',
    params: operationParams,
    status: 200,
    response: operationSchema,
  }),
  waitOperation: route({
    id: 'waitOperation',
    method: 'GET',
    path: '/v1/operations/{operation}/wait',
    summary: 'Answers when the operation has ended and the edge knows its outcome, or as it stands when the time is over',
    role: 'any',
    params: operationParams,
    query: z.strictObject({ timeoutSeconds: z.coerce.number().min(0).max(60).default(30) }),
    status: 200,
    response: operationSchema,
  }),
} as const;
