import { z } from 'zod';
import { pageOf, pageQuery, route, tenantParams, timestamp } from './route.js';

const duration = z.int().min(0).nullable().describe('Milliseconds; null while it is not over');

export const FAILOVER_STATES = ['detected', 'fenced', 'serving', 'restored', 'abandoned'] as const;
export const failoverSchema = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid(),
  instanceId: z.uuid(),
  instanceName: z.string(),
  cause: z.enum(['exited', 'silent']).describe('Its process ended, or it did not answer any more'),
  state: z.enum(FAILOVER_STATES).describe('abandoned: overtaken by another failover, a stop or a deletion'),
  fromEpoch: z.int().min(1).describe('Epoch major of the incarnation that was lost'),
  toEpoch: z.int().min(1).nullable().describe('Of its successor'),
  lastHeardAt: timestamp.nullable().describe('When the lost one last answered'),
  detectedAt: timestamp,
  fencedAt: timestamp.nullable().describe('When its end was confirmed: from then on nothing of it is sent'),
  servingAt: timestamp.nullable().describe('When the successor served'),
  restoredAt: timestamp.nullable().describe('When every monitor stood again or was told to have failed'),
  abandonedAt: timestamp.nullable(),
  gap: z
    .strictObject({
      since: timestamp.describe('Events may be missing since then'),
      namedAt: timestamp.describe('When each session was told'),
      sessions: z.int().min(0).describe('Sessions that were told'),
      monitors: z.int().min(0).describe('Devices concerned'),
    })
    .nullable()
    .describe('The gap as named to applications; null before the successor has reported, or where nothing was held'),
  monitorsRestored: z.int().min(0).nullable().describe('How many of them stand again or were told to have failed'),
  journalCopyAt: timestamp
    .nullable()
    .describe(
      'The journal was gone and its copy took its place: what was acknowledged after this moment may be missing. null: nothing is missing',
    ),
  durations: z.strictObject({
    detectMs: duration.describe('From its last answer until it was known; null where it had not answered this worker before'),
    fenceMs: duration.describe('From detection until its end was confirmed'),
    startMs: duration.describe('From then until the successor served'),
    restoreMs: duration.describe('From then until everything was restored'),
    totalMs: duration.describe('From detection until everything was restored'),
  }),
});

export const failoverRoutes = {
  listFailovers: route({
    id: 'listFailovers',
    method: 'GET',
    path: '/v1/tenants/{tenant}/failovers',
    summary: 'Lists the receipts of failovers, newest first',
    role: 'tenant',
    params: tenantParams,
    query: pageQuery,
    status: 200,
    response: pageOf(failoverSchema),
    paged: true,
  }),
} as const;
