/** The queue from outside: how much is in it, how it loses everything, and jobs that nobody may ring twice. */
import { createPostgresBackend, Queue, setDefaultBackendFactory } from 'bullmq';
import pg from 'pg';
import { RECONCILE_QUEUE } from '#jobs/catalog';
import type { ControlPlane } from './control-plane.js';

async function onPostgres<T>(plane: ControlPlane, question: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: plane.postgres.superuserUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await question(client);
  } finally {
    await client.end();
  }
}

/** Jobs that wait or run. */
export async function queueLength(plane: ControlPlane): Promise<number> {
  if (plane.redis !== undefined) {
    return plane.redis.ask(
      async (client) =>
        (await client.llen(`bull:${RECONCILE_QUEUE}:wait`)) + (await client.llen(`bull:${RECONCILE_QUEUE}:active`)),
    );
  }
  const count = `SELECT count(*)::int AS jobs FROM bullmq.job WHERE queue = $1 AND state IN ('waiting', 'active', 'delayed')`;
  return onPostgres(plane, async (client) => (await client.query<{ jobs: number }>(count, [RECONCILE_QUEUE])).rows[0]!.jobs);
}

/** All of it is gone: jobs, and what BullMQ remembers of them. */
export async function emptyQueue(plane: ControlPlane): Promise<void> {
  if (plane.redis !== undefined) return void (await plane.redis.ask((client) => client.flushall()));
  await onPostgres(plane, (client) => client.query('TRUNCATE bullmq.job, bullmq.dedup, bullmq.dedup_next, bullmq.event CASCADE'));
}

/** As many jobs for one instance, each to be run: what a queue that delivers twice does. */
export async function ringTwice(plane: ControlPlane, instanceId: string, times: number): Promise<void> {
  if (plane.redis === undefined) setDefaultBackendFactory(createPostgresBackend);
  else setDefaultBackendFactory();
  const connection =
    plane.redis === undefined ? { connectionString: plane.queueUrl } : { url: plane.queueUrl, maxRetriesPerRequest: null };
  const queue = new Queue(RECONCILE_QUEUE, { connection });
  queue.on('error', () => undefined);
  try {
    for (let number = 0; number < times; number += 1)
      await queue.add('instance.reconcile', { instanceId }, { removeOnComplete: true });
  } finally {
    await queue.close();
  }
}
