import { instanceOperationEnd, pastDeadline, type OperationEnd } from '#domain/operation-outcome';
import type { OperationSpans } from '#domain/operation-spans';
import type { Operation } from '#domain/resources';
import type { Database, Tx } from '#persistence/database';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import * as operations from '#persistence/operations';
import type { Logger } from '#telemetry/logger';

/**
 * Ends open operations by their deadline or because their target is gone, whatever the loops that should have done them are doing: no
 * operation stays open for ever (I10). One turn of the sweep.
 */
export async function sweepOperations(options: {
  readonly database: Database;
  readonly logger: Logger;
  readonly spans: OperationSpans;
  /** Monotonic, milliseconds. */
  readonly nowMs?: () => number;
}): Promise<void> {
  const { database, logger, spans, nowMs = () => performance.now() } = options;
  const askedAtMs = nowMs();
  const { open, storeMs } = await database.asPlatform(async (tx) => ({
    open: await operations.listOpen(tx),
    storeMs: (await operations.storeTime(tx)).getTime(),
  }));
  const readAt = { storeMs, nowMs: nowMs() };
  spans.listed(open, askedAtMs, readAt);
  for (const operation of open) {
    const end = await database.asPlatform(async (tx) => {
      const found = await endOf(tx, operation, spans.timeFor(operation, { storeMs, nowMs: nowMs() }));
      if (found === undefined) return undefined;
      const written = await operations.advance(tx, operation.id, {
        state: found.state,
        ...(found.state === 'succeeded' ? { progress: 100 } : { error: found.error }),
      });
      return written ? found : undefined;
    });
    if (end?.state === 'failed')
      logger.warn({ operationId: operation.id, kind: operation.kind, ...end.error }, 'operation: failed');
  }
}

async function endOf(tx: Tx, operation: Operation, now: number): Promise<OperationEnd | undefined> {
  if (operation.targetType !== 'instance') return pastDeadline(operation, now, '');
  const spec = await instances.find(tx, operation.targetId);
  const status = await instanceStatus.find(tx, operation.targetId);
  return instanceOperationEnd(operation, spec && status ? { spec, status } : undefined, now);
}
