/** The sync of the directories of a cluster's controllers on demand (R-CLU-08): asked for, and how far it is. */
import { z } from 'zod';
import { route, timestamp, withId } from './route.js';

export const directorySyncSchema = z.strictObject({
  clusterId: z.uuid(),
  revision: z.int().min(0).describe('How often it was asked for; 0: never'),
  askedAt: timestamp.nullable(),
  state: z
    .enum(['none', 'running', 'waiting', 'done'])
    .describe(
      'none: it was never asked for; running: something is being read; waiting: somebody who has to read cannot now; done',
    ),
  instances: z
    .array(
      z.strictObject({
        instanceId: z.uuid(),
        name: z.string(),
        running: z.boolean().describe('false: it reads everything when it starts, and is not waited for'),
        controllers: z.array(
          z.strictObject({
            icpId: z.int(),
            state: z
              .enum(['waiting', 'away', 'reading', 'done'])
              .describe('waiting: it has not heard of it yet; away: no link, read as soon as there is one'),
            syncedAt: timestamp.nullable().describe('When all of it was read last, by whatever cause'),
            entries: z.int().min(0).describe('As of then'),
            failure: z.string().nullable().describe('Why it could not be read the last time; it is tried again'),
          }),
        ),
      }),
    )
    .describe('Every instance has a copy of its own'),
});

const about = {
  path: '/v1/tenants/{tenant}/clusters/{cluster}/directory-sync',
  role: 'tenant',
  params: withId('cluster'),
  response: directorySyncSchema,
} as const;

export const directorySyncRoutes = {
  syncDirectories: route({
    ...about,
    id: 'syncDirectories',
    method: 'POST',
    summary: 'Reads the directories of a cluster’s controllers anew, without waiting for the hour; at most once in 5 s',
    status: 202,
    errors: ['RATE_LIMITED'],
  }),
  getDirectorySync: route({
    ...about,
    id: 'getDirectorySync',
    method: 'GET',
    summary: 'Reads how far the directory sync that was asked for last is',
    status: 200,
  }),
} as const;
