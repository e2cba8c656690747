/** Prepares the queue's own schema; run as the owner, before any program starts. */
import { runMigrations } from 'bullmq';
import { Client } from 'pg';
import { isPostgres } from './bullmq/backend.js';
import { RECONCILE_QUEUE } from './catalog.js';

const SCHEMA = 'bullmq';

/**
 * Makes BullMQ's tables in the owner's database and lets the programs' role use them; for a Redis queue there is nothing to do. Rejects
 * when the queue is in another Postgres database than the owner's. May be called any number of times.
 */
export async function migrateQueue(options: {
  readonly ownerUrl: string;
  readonly queueUrl: string;
  readonly appRole: string;
}): Promise<void> {
  if (!isPostgres(options.queueUrl)) return;
  if (placeOf(options.queueUrl) !== placeOf(options.ownerUrl)) {
    throw new Error('the queue URL names another Postgres database than the owner URL; use the same database, or Redis');
  }
  const client = new Client({ connectionString: options.ownerUrl, application_name: 'cordboard migrate queue' });
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
    // BullMQ makes a queue's sequence with its first job; made here, the programs' role never needs to create anything.
    await client.query(`SELECT ${SCHEMA}.next_job_id($1)`, [RECONCILE_QUEUE]);
    const role = client.escapeIdentifier(options.appRole);
    await client.query(`GRANT USAGE ON SCHEMA ${SCHEMA} TO ${role}`);
    await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${role}`);
    await client.query(`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${SCHEMA} TO ${role}`);
    await client.query(`GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ${SCHEMA} TO ${role}`);
  } finally {
    await client.end();
  }
}

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}
