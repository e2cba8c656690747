/** What the border gateway of the installation serves (R-LIM-10): the instances of tenants that have a remote application (R-SES-06). */
import type { Refusal } from '#contracts/errors';
import { INSTANCES_PER_BORDER_GATEWAY } from '#domain/limits';
import { refused } from './outcome.js';
import { rowOf } from './sql/query.js';
import { tenantOf, type Tx } from './sql/transaction.js';

/** Of every tenant together: a number, whose they are is not told. */
export async function instancesServed(tx: Tx): Promise<number> {
  return (await rowOf<{ used: number }>(tx, 'SELECT cordboard_border_gateway_instances() AS used'))!.used;
}

/** Whether the tenant's next instance is one more behind the border gateway; if so, why there is no room for it. */
export async function instanceRefusal(tx: Tx): Promise<{ ok: false; refusal: Refusal } | undefined> {
  return (await hasRemoteApplication(tx)) ? roomRefusal(tx, 1) : undefined;
}

/** The same for all instances of a tenant that is about to have its first remote application. */
export async function remoteRefusal(tx: Tx): Promise<{ ok: false; refusal: Refusal } | undefined> {
  if (await hasRemoteApplication(tx)) return undefined;
  const own = await rowOf<{ count: number }>(tx, 'SELECT count(*)::int AS count FROM instances WHERE tenant_id = $1', [
    tenantOf(tx),
  ]);
  return roomRefusal(tx, own!.count);
}

async function hasRemoteApplication(tx: Tx): Promise<boolean> {
  const sql = 'SELECT 1 FROM applications WHERE tenant_id = $1 AND remote LIMIT 1';
  return (await rowOf(tx, sql, [tenantOf(tx)])) !== undefined;
}

/** Counted under a lock of its own until the transaction ends, so tenants that come at once never go over (R-LIM-13). */
async function roomRefusal(tx: Tx, more: number): Promise<{ ok: false; refusal: Refusal } | undefined> {
  await rowOf(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['cordboard border gateway']);
  const [used, cap] = [await instancesServed(tx), INSTANCES_PER_BORDER_GATEWAY];
  if (used + more <= cap) return undefined;
  const detail = `The border gateway serves ${used} of ${cap} instances of tenants with remote applications; this needs ${more} more.`;
  return refused('QUOTA_EXCEEDED', detail, { limit: 'borderGatewayInstances', used, cap });
}
