/** Receipts of failovers: written by the worker alone under its fencing token, read by tenants. Rows outlive the instance they are about. */
import type { Failover } from '#domain/resources';
import { fenceHolds, type Fence } from './leases.js';
import { failoverFrom, type FailoverRow } from './mappers/failover.mapper.js';
import { newId } from './new-id.js';
import type { Page, PageRequest } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

const COLUMNS = `id, tenant_id, instance_id, instance_name, cause, from_epoch, to_epoch, last_heard_at, detected_at, fenced_at, serving_at,
  restored_at, abandoned_at, gap_since, gap_named_at, sessions, monitors, restored, journal_copy_at`;
const OPEN = 'restored_at IS NULL AND abandoned_at IS NULL';

/** Those the transaction may see, newest first: `after` is the id of the last (oldest) receipt of the page before. */
export async function list(tx: Tx, page: PageRequest): Promise<Page<Failover>> {
  checkPage(page);
  const rows = await rowsOf<FailoverRow>(
    tx,
    `SELECT ${COLUMNS} FROM failovers WHERE ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2`,
    [page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page, failoverFrom);
}

/** The receipt that is still being written, if any: at most one per instance. */
export async function findOpen(tx: Tx, instanceId: string): Promise<Failover | undefined> {
  const row = await rowOf<FailoverRow>(
    tx,
    `SELECT ${COLUMNS} FROM failovers WHERE instance_id = $1 AND ${OPEN} ORDER BY id DESC LIMIT 1`,
    [instanceId],
  );
  return row && failoverFrom(row);
}

export interface NewFailover {
  readonly tenantId: string;
  readonly instanceId: string;
  readonly instanceName: string;
  readonly cause: Failover['cause'];
  readonly fromEpoch: number;
  readonly lastHeardAt: Date | null;
  readonly detectedAt: Date;
}

/** One receipt per lost incarnation, however often it is called; overtakes an older one. False when the fence is stale. */
export async function open(tx: Tx, fence: Fence, failover: NewFailover): Promise<boolean> {
  if (!(await fenceHolds(tx, fence))) return false;
  const { tenantId, instanceId, instanceName, cause, fromEpoch, lastHeardAt, detectedAt } = failover;
  await rowsOf(
    tx,
    `UPDATE failovers SET abandoned_at = $3 WHERE instance_id = $1 AND from_epoch <> $2 AND ${OPEN} RETURNING id`,
    [instanceId, fromEpoch, detectedAt],
  );
  await rowsOf(
    tx,
    `INSERT INTO failovers (id, tenant_id, instance_id, instance_name, cause, from_epoch, last_heard_at, detected_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (instance_id, from_epoch) DO NOTHING`,
    [newId(), tenantId, instanceId, instanceName, cause, fromEpoch, lastHeardAt, detectedAt],
  );
  return true;
}

export interface FailoverChanges {
  readonly toEpoch?: number;
  readonly fencedAt?: Date;
  readonly servingAt?: Date;
  readonly restoredAt?: Date;
  readonly abandonedAt?: Date;
  readonly gapSince?: Date;
  readonly gapNamedAt?: Date;
  readonly sessions?: number;
  readonly monitors?: number;
  readonly restored?: number;
  readonly journalCopyAt?: Date;
}

/** The open receipt goes on; what was fenced first stays so. Nothing happens when none is open. False when the fence is stale. */
export async function advance(tx: Tx, fence: Fence, instanceId: string, changes: FailoverChanges): Promise<boolean> {
  if (!(await fenceHolds(tx, fence))) return false;
  await rowsOf(
    tx,
    `UPDATE failovers SET to_epoch = coalesce($2, to_epoch), fenced_at = coalesce(fenced_at, $3), serving_at = coalesce($4, serving_at),
            restored_at = $5, abandoned_at = $6, gap_since = coalesce($7, gap_since), gap_named_at = coalesce($8, gap_named_at),
            sessions = coalesce($9, sessions), monitors = coalesce($10, monitors), restored = coalesce($11, restored),
            journal_copy_at = coalesce($12, journal_copy_at)
      WHERE instance_id = $1 AND ${OPEN} RETURNING id`,
    [
      instanceId,
      changes.toEpoch ?? null,
      changes.fencedAt ?? null,
      changes.servingAt ?? null,
      changes.restoredAt ?? null,
      changes.abandonedAt ?? null,
      changes.gapSince ?? null,
      changes.gapNamedAt ?? null,
      changes.sessions ?? null,
      changes.monitors ?? null,
      changes.restored ?? null,
      changes.journalCopyAt ?? null,
    ],
  );
  return true;
}
