import { z } from 'zod';
import { CONNECTION_STATES } from '../gateway-admin.js';
import { operationSchema } from './operations.js';
import { nameText, pageOf, pageQuery, route, tenantParams, timestamp, version, withId } from './route.js';

/** `used / cap`; `used` is null while no incarnation has reported. */
const use = z.strictObject({ used: z.int().min(0).nullable(), cap: z.int().min(0) });

export const instanceSchema = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid(),
  clusterId: z.uuid(),
  name: z.string(),
  desiredState: z.enum(['running', 'stopped', 'deleted']),
  restartRevision: z.int().min(0),
  slots: z.array(z.int()).describe('Session slots within the tenant'),
  version,
  createdAt: timestamp,
  limits: z.strictObject({
    sessions: use,
    controllers: use,
    monitors: use,
    monitorsPerController: use.describe('used: the fullest controller'),
    hotDeskUsers: use.describe('R-LIM-09: hot desk users and agents that are monitored'),
    callsPerHour: use.describe('R-LIM-08: measured over the last hour; warned of from 80 % on, refuses nothing'),
  }),
  status: z.strictObject({
    state: z.enum(['pending', 'starting', 'running', 'backing-off', 'stopping', 'stopped', 'failed', 'deleting', 'deleted']),
    message: z.string(),
    observedVersion: z.int().min(0).describe('The version of the spec this status answers to'),
    epochMajor: z.int().min(0),
    address: z.string().nullable(),
    endpoint: z.strictObject({ address: z.string(), port: z.int(), adminPort: z.int(), serverName: z.string() }).nullable(),
    pid: z.int().nullable(),
    softwareVersion: z.string().nullable(),
    consecutiveFailures: z.int().min(0),
    restarts: z.int().min(0),
    nextAttemptAt: timestamp.nullable(),
    deadlineAt: timestamp.nullable(),
    updatedAt: timestamp.nullable(),
    journal: z.strictObject({
      durability: z.literal('local').describe('What an answer waits for: the disk of the instance’s host, not the copy'),
      copiedBytes: z.int().min(0).describe('Bytes of the journal’s copy at the control plane'),
      copiedAt: timestamp
        .nullable()
        .describe(
          'The copy holds everything that was acknowledged until then; renewed every few seconds. null: there is none yet',
        ),
    }),
    links: z.array(
      z.strictObject({
        icpId: z.int(),
        address: z.string(),
        state: z.enum(CONNECTION_STATES),
        monitors: use,
        callsPerHour: use,
        roundTripMs: z.number().nullable(),
        refusedBackConnections: z.int().min(0),
      }),
    ),
  }),
});

export const LOG_LEVELS = ['INFO', 'WARN', 'ERR'] as const;
export const logPageSchema = z.strictObject({
  records: z
    .array(
      z.strictObject({
        n: z.int().min(1).describe('Grows by one with every record of the instance'),
        time: z.string(),
        level: z.enum(LOG_LEVELS),
        msg: z.string(),
        facts: z.record(z.string(), z.unknown()),
      }),
    )
    .describe('Oldest first'),
  last: z.int().min(0).describe('Ask for what is after it next'),
  missing: z.int().min(0).describe('Records after `after` that are not kept any more'),
});

const change = (
  id: 'startInstance' | 'stopInstance' | 'restartInstance',
  verb: 'start' | 'stop' | 'restart',
  summary: string,
) => ({
  id,
  method: 'POST' as const,
  path: `/v1/tenants/{tenant}/instances/{instance}/${verb}`,
  summary,
  role: 'tenant' as const,
  params: withId('instance'),
  status: 202 as const,
  response: operationSchema,
  ifMatch: true as const,
  errors: ['CONFLICT'] as const,
});

export const instanceRoutes = {
  createInstance: route({
    id: 'createInstance',
    method: 'POST',
    path: '/v1/tenants/{tenant}/instances',
    summary: 'Provisions a gateway instance for a cluster',
    role: 'admin',
    params: tenantParams,
    body: z.strictObject({
      clusterId: z.uuid(),
      name: nameText(60),
      desiredState: z.enum(['running', 'stopped']).default('running'),
      limits: z
        .strictObject({
          sessions: z.int().min(0).max(1500),
          controllers: z.int().min(0).max(250),
          monitors: z.int().min(0).max(50_000),
          monitorsPerController: z.int().min(0).max(5000),
          hotDeskUsers: z.int().min(0).max(1500),
        })
        .partial()
        .optional()
        .describe('May only lower the engineering limits (R-LIM-01 to 04, 09)'),
    }),
    status: 202,
    response: operationSchema,
    errors: ['ALREADY_EXISTS', 'CONFLICT', 'QUOTA_EXCEEDED'],
  }),
  listInstances: route({
    id: 'listInstances',
    method: 'GET',
    path: '/v1/tenants/{tenant}/instances',
    summary: 'Lists gateway instances with their status',
    role: 'tenant',
    params: tenantParams,
    query: pageQuery,
    status: 200,
    response: pageOf(instanceSchema),
    paged: true,
  }),
  getInstance: route({
    id: 'getInstance',
    method: 'GET',
    path: '/v1/tenants/{tenant}/instances/{instance}',
    summary: 'Reads a gateway instance: spec, status, limits as used and cap',
    role: 'tenant',
    params: withId('instance'),
    status: 200,
    response: instanceSchema,
    etag: true,
  }),
  readInstanceLog: route({
    id: 'readInstanceLog',
    method: 'GET',
    path: '/v1/tenants/{tenant}/instances/{instance}/logs',
    summary: 'Reads or follows the log of an instance, also of one that does not run',
    role: 'tenant',
    params: withId('instance'),
    query: z.strictObject({
      level: z.enum(LOG_LEVELS).default('INFO').describe('This one and what is graver'),
      after: z.coerce
        .number()
        .int()
        .min(0)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('`last` of the page before; absent: the newest'),
      limit: z.coerce.number().int().min(1).max(500).default(100).describe('At most this many records'),
      follow: z.enum(['true', 'false']).default('false').describe('With nothing to tell, waits up to 20 s for something'),
    }),
    status: 200,
    response: logPageSchema,
    errors: ['RATE_LIMITED'],
  }),
  startInstance: route(change('startInstance', 'start', 'Starts an instance; one that runs goes on running')),
  stopInstance: route(change('stopInstance', 'stop', 'Stops an instance')),
  restartInstance: route(change('restartInstance', 'restart', 'Replaces the running incarnation by the next one')),
  deleteInstance: route({
    id: 'deleteInstance',
    method: 'DELETE',
    path: '/v1/tenants/{tenant}/instances/{instance}',
    summary: 'Deletes an instance',
    role: 'admin',
    params: withId('instance'),
    status: 202,
    response: operationSchema,
    ifMatch: true,
    errors: ['CONFLICT'],
  }),
} as const;
