/**
 * Leases with fencing tokens. Times are the database's clock, so no holder's clock decides (I12); the token grows with every take, so
 * whoever holds an older one can be told from the holder for ever.
 */
import { rowOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

/** Shown with every status write; it holds as long as nobody has taken the lease since. */
export interface Fence {
  readonly name: string;
  readonly token: bigint;
}
export interface Lease extends Fence {
  readonly holder: string;
}

/** The lease when it is free, expired, or the holder's own already; undefined while somebody else has it. Every take has a new token. */
export async function take(
  tx: Tx,
  request: { readonly name: string; readonly holder: string; readonly ttlMs: number },
): Promise<Lease | undefined> {
  const row = await rowOf<{ token: string }>(
    tx,
    `INSERT INTO leases AS l (name, holder, token, expires_at) VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = l.token + 1, expires_at = excluded.expires_at
      WHERE l.holder = excluded.holder OR l.expires_at <= clock_timestamp() RETURNING token`,
    [request.name, request.holder, request.ttlMs],
  );
  return row && { name: request.name, holder: request.holder, token: BigInt(row.token) };
}

/** Prolongs a lease that nobody has taken since, even when it has expired; false otherwise. */
export async function renew(tx: Tx, lease: Lease, ttlMs: number): Promise<boolean> {
  const row = await rowOf(
    tx,
    `UPDATE leases SET expires_at = clock_timestamp() + $3 * interval '1 millisecond' WHERE name = $1 AND token = $2 RETURNING name`,
    [lease.name, lease.token.toString(), ttlMs],
  );
  return row !== undefined;
}

/** Lets somebody else take it at once; the token stays, so it can only grow. May be called twice. */
export async function release(tx: Tx, lease: Lease): Promise<void> {
  await rowOf(tx, `UPDATE leases SET expires_at = '-infinity' WHERE name = $1 AND token = $2 RETURNING name`, [
    lease.name,
    lease.token.toString(),
  ]);
}

/** For a name that is never used again, after its thing is gone: every fence of it is stale from then on. May be called twice. */
export async function remove(tx: Tx, fence: Fence): Promise<void> {
  await rowOf(tx, 'DELETE FROM leases WHERE name = $1 AND token = $2 RETURNING name', [fence.name, fence.token.toString()]);
}

/** Whether the fence still holds; it cannot be taken by another until this transaction ends (the row is locked). */
export async function fenceHolds(tx: Tx, fence: Fence): Promise<boolean> {
  return (
    (await rowOf(tx, 'SELECT 1 FROM leases WHERE name = $1 AND token = $2 FOR SHARE', [fence.name, fence.token.toString()])) !==
    undefined
  );
}
