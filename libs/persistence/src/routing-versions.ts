/** The version of the routing table: a counter that only grows, so that routers can refuse older tables (design.md 5). */
import { rowOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

export async function next(tx: Tx): Promise<number> {
  const row = await rowOf<{ version: number }>(
    tx,
    `INSERT INTO routing_versions AS r (name, version) VALUES ('table', 1)
     ON CONFLICT (name) DO UPDATE SET version = r.version + 1 RETURNING version`,
  );
  return row!.version;
}

/** The last version given out; 0 before the first. */
export async function current(tx: Tx): Promise<number> {
  const row = await rowOf<{ version: number }>(tx, `SELECT version FROM routing_versions WHERE name = 'table'`);
  return row?.version ?? 0;
}
