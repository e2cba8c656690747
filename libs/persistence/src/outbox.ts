/**
 * Bells still to be rung (design.md 1). A row is written in the transaction of the change, rung after the commit, and marked then; what was
 * not marked because somebody died is found by the sweep. Ringing twice is harmless, so nothing here is exactly once.
 */
import { newId } from './new-id.js';
import { rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

export interface OutboxEntry {
  readonly id: string;
  /** Name of the job (`#jobs/catalog`). */
  readonly job: string;
  /** Ids only. */
  readonly payload: Readonly<Record<string, string>>;
}

export async function insert(tx: Tx, entry: Omit<OutboxEntry, 'id'>): Promise<OutboxEntry> {
  const id = newId();
  await rowOf(tx, 'INSERT INTO outbox (id, tenant_id, job, payload) VALUES ($1, $2, $3, $4)', [
    id,
    tx.tenantId ?? null,
    entry.job,
    JSON.stringify(entry.payload),
  ]);
  return { id, ...entry };
}

/** Rung entries are gone: the operation is the record of what was asked. May be called twice. */
export async function remove(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await rowsOf(tx, 'DELETE FROM outbox WHERE id = ANY($1::uuid[])', [ids]);
}

/** Entries at least `olderThanMs` old, oldest first: younger ones are still in the hands of whoever wrote them. */
export async function listUnrung(
  tx: Tx,
  request: { readonly olderThanMs: number; readonly limit: number },
): Promise<readonly OutboxEntry[]> {
  return rowsOf<OutboxEntry>(
    tx,
    `SELECT id, job, payload FROM outbox WHERE created_at <= now() - $1 * interval '1 millisecond' ORDER BY id LIMIT $2`,
    [request.olderThanMs, request.limit],
  );
}
