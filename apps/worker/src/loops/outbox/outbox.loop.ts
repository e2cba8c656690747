import type { JobName, JobPayloads } from '#jobs/catalog';
import type { Producer } from '#jobs/producer';
import type { Database } from '#persistence/database';
import * as idempotency from '#persistence/idempotency';
import * as outbox from '#persistence/outbox';
import { failpoint } from '#telemetry/failpoints';
import type { Logger } from '#telemetry/logger';

export interface OutboxLoopOptions {
  readonly database: Database;
  readonly producer: Producer;
  readonly logger: Logger;
  /** Younger entries are still in the hands of whoever wrote them. */
  readonly graceMs: number;
}

const BATCH_MAX = 200;

/** Rings again what was not rung: whoever wrote it died after the commit, or the queue was away (design.md 1). One turn of the sweep. */
export async function sweepOutbox(options: OutboxLoopOptions): Promise<void> {
  const { database, producer, logger } = options;
  const unrung = await database.asPlatform((tx) => outbox.listUnrung(tx, { olderThanMs: options.graceMs, limit: BATCH_MAX }));
  const rung: string[] = [];
  for (const entry of unrung) {
    // The payload is checked against the catalogue where the job is handled.
    const done = await producer.ring(entry.job as JobName, entry.payload as unknown as JobPayloads[JobName]).catch(() => false);
    // With the queue away the others would only wait for it too; the store keeps them.
    if (!done) break;
    rung.push(entry.id);
  }
  if (rung.length > 0) failpoint('worker.outbox.rung');
  await database.asPlatform(async (tx) => {
    await outbox.remove(tx, rung);
    await idempotency.purgeExpired(tx, BATCH_MAX);
  });
  if (rung.length > 0) logger.info({ count: rung.length }, 'outbox: rung again');
}
