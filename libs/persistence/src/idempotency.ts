/**
 * Idempotency keys (S-27): one effect for any number of equal requests. `begin` and `finish` belong in the transaction of the change
 * itself: an equal request that comes meanwhile waits for that transaction and then replays its answer, and a roll-back leaves no trace.
 */
import { rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

export interface IdempotentRequest {
  /** Whose keys these are, for example a key id: the same key of another scope is another key. */
  readonly scope: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly bodySha256: string;
}

export type IdempotencyVerdict =
  /** Carry it out, then call {@link finish}. */
  | { readonly kind: 'new' }
  | { readonly kind: 'replay'; readonly status: number; readonly body: unknown }
  /** Begun in a transaction of its own and not finished: IDEMPOTENCY_KEY_IN_USE. */
  | { readonly kind: 'in-progress' }
  /** Same key, other method, path or body: IDEMPOTENCY_KEY_REUSED. */
  | { readonly kind: 'mismatch' };

interface Row {
  readonly method: string;
  readonly path: string;
  readonly body_sha256: string;
  readonly state: 'in-progress' | 'done';
  readonly status: number | null;
  readonly response: unknown;
}

/** Keys are kept for 24 h; an expired one counts as never used. */
export async function begin(tx: Tx, request: IdempotentRequest): Promise<IdempotencyVerdict> {
  await rowsOf(tx, 'DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2 AND expires_at <= now()', [
    request.scope,
    request.key,
  ]);
  const inserted = await rowOf(
    tx,
    `INSERT INTO idempotency_keys (scope, key, tenant_id, method, path, body_sha256, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, now() + interval '24 hours') ON CONFLICT (scope, key) DO NOTHING RETURNING scope`,
    [request.scope, request.key, tx.tenantId ?? null, request.method, request.path, request.bodySha256],
  );
  if (inserted) return { kind: 'new' };
  const row = await rowOf<Row>(
    tx,
    'SELECT method, path, body_sha256, state, status, response FROM idempotency_keys WHERE scope = $1 AND key = $2',
    [request.scope, request.key],
  );
  // Not visible: the key was used for another tenant, so for another request.
  if (!row || row.method !== request.method || row.path !== request.path || row.body_sha256 !== request.bodySha256)
    return { kind: 'mismatch' };
  return row.state === 'done' ? { kind: 'replay', status: row.status!, body: row.response } : { kind: 'in-progress' };
}

/** `body` is what a replay answers: without secrets. */
export async function finish(
  tx: Tx,
  request: Pick<IdempotentRequest, 'scope' | 'key'>,
  answer: { readonly status: number; readonly body: unknown },
): Promise<void> {
  await rowsOf(
    tx,
    `UPDATE idempotency_keys SET state = 'done', status = $3, response = $4::jsonb WHERE scope = $1 AND key = $2`,
    [request.scope, request.key, answer.status, JSON.stringify(answer.body ?? null)],
  );
}

/** Platform scope: removes expired keys, at most `limit` at once; answers how many. */
export async function purgeExpired(tx: Tx, limit: number): Promise<number> {
  const rows = await rowsOf(
    tx,
    `DELETE FROM idempotency_keys WHERE (scope, key) IN (SELECT scope, key FROM idempotency_keys WHERE expires_at <= now() LIMIT $1)
     RETURNING scope`,
    [limit],
  );
  return rows.length;
}
