/** The ledger of asked-for changes (design.md 1): the API inserts, the worker advances. Rows outlive what they are about. */
import type { Operation, OperationKind, OperationState, OperationStep } from '#domain/resources';
import { operationFrom, type OperationRow } from './mappers/operation.mapper.js';
import { newId } from './new-id.js';
import type { Page, PageRequest } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

const COLUMNS = `id, tenant_id, kind, target_type, target_id, target_version, state, steps, progress, attempts, deadline_at, actor, cause,
  error, created_at, updated_at`;

export interface NewOperation {
  readonly kind: OperationKind;
  readonly targetType: Operation['targetType'];
  readonly targetId: string;
  /** The spec version that must be reached. */
  readonly targetVersion: number;
  /** From now, by the database's clock. */
  readonly deadlineMs: number;
  /** Key id of who asked. */
  readonly actor: string;
  readonly cause: string;
}

/** Belongs to the transaction's tenant; in platform scope to none. */
export async function insert(tx: Tx, operation: NewOperation): Promise<Operation> {
  const row = await rowOf<OperationRow>(
    tx,
    `INSERT INTO operations (id, tenant_id, kind, target_type, target_id, target_version, deadline_at, actor, cause)
     VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond', $8, $9) RETURNING ${COLUMNS}`,
    [
      newId(),
      tx.tenantId ?? null,
      operation.kind,
      operation.targetType,
      operation.targetId,
      operation.targetVersion,
      operation.deadlineMs,
      operation.actor,
      operation.cause,
    ],
  );
  return operationFrom(row!);
}

export async function find(tx: Tx, id: string): Promise<Operation | undefined> {
  const row = await rowOf<OperationRow>(tx, `SELECT ${COLUMNS} FROM operations WHERE id = $1`, [id]);
  return row && operationFrom(row);
}

/** Newest first: `after` is the id of the last (oldest) operation of the page before. */
export async function list(
  tx: Tx,
  page: PageRequest & { readonly targetId?: string; readonly state?: OperationState },
): Promise<Page<Operation>> {
  checkPage(page);
  const rows = await rowsOf<OperationRow>(
    tx,
    `SELECT ${COLUMNS} FROM operations WHERE ($1::uuid IS NULL OR id < $1) AND ($2::uuid IS NULL OR target_id = $2)
        AND ($3::text IS NULL OR state = $3) ORDER BY id DESC LIMIT $4`,
    [page.after ?? null, page.targetId ?? null, page.state ?? null, page.limit + 1],
  );
  return pageOf(rows, page, operationFrom);
}

/** The clock that dates operations, in this moment. */
export async function storeTime(tx: Tx): Promise<Date> {
  return (await rowOf<{ now: Date }>(tx, 'SELECT clock_timestamp() AS now', []))!.now;
}

/** Those of these ids that an operation names: what the store has had at some time. */
export async function targetsAmong(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await rowsOf<{ target_id: string }>(
    tx,
    'SELECT DISTINCT target_id FROM operations WHERE target_id = ANY ($1::uuid[])',
    [ids],
  );
  return new Set(rows.map((row) => row.target_id));
}

/** Those that have not ended, oldest first; of one target, or of all the transaction may see. */
export async function listOpen(tx: Tx, targetId?: string): Promise<readonly Operation[]> {
  const rows = await rowsOf<OperationRow>(
    tx,
    `SELECT ${COLUMNS} FROM operations WHERE state IN ('pending', 'running') AND ($1::uuid IS NULL OR target_id = $1) ORDER BY id`,
    [targetId ?? null],
  );
  return rows.map(operationFrom);
}

export interface OperationChanges {
  readonly state?: OperationState;
  readonly steps?: readonly OperationStep[];
  /** 0 to 100 */
  readonly progress?: number;
  readonly attempts?: number;
  readonly error?: Operation['error'];
}

/** The worker's; false when the operation is gone or has ended: an end is final. */
export async function advance(tx: Tx, id: string, changes: OperationChanges): Promise<boolean> {
  const rows = await rowsOf(
    tx,
    `UPDATE operations SET state = coalesce($2, state), steps = coalesce($3::jsonb, steps), progress = greatest(progress, coalesce($4, progress)),
            attempts = coalesce($5, attempts), error = coalesce($6::jsonb, error), updated_at = now()
      WHERE id = $1 AND state IN ('pending', 'running') RETURNING id`,
    [
      id,
      changes.state ?? null,
      changes.steps ? JSON.stringify(changes.steps) : null,
      changes.progress ?? null,
      changes.attempts ?? null,
      changes.error ? JSON.stringify(changes.error) : null,
    ],
  );
  return rows.length > 0;
}
