/**
 * Licences of a tenant and what of them is granted to which instance (R-LIC-01, design.md 3). Whoever changes grants locks the account and every
 * pool first, so all counters move in one transaction or none does.
 */
import { unitsOf, type LicenceKind, type LicencePool } from '#domain/licences';
import { accepted, refused, type StoreOutcome } from './outcome.js';
import { rowOf, rowsOf } from './sql/query.js';
import { tenantOf, type Tx } from './sql/transaction.js';
import { versionRefusal } from './sql/versions.js';

export interface StoredGrant {
  readonly pool: LicencePool;
  readonly instanceId: string;
  /** By the instance's newest document. */
  readonly granted: number;
  /** The most any document that may be in force grants, or that was seen to be held. */
  readonly reserved: number;
  /** When the last document with a grant of this pool expires. */
  readonly reservedUntil: Date;
}

export interface StoredPool {
  readonly pool: LicencePool;
  /** Of an application's own pool; else null. */
  readonly applicationId: string | null;
  readonly licences: number;
  readonly grants: readonly StoredGrant[];
}

export interface LicenceAccount {
  readonly version: number;
  /** In the order of their names; a pool that is not there is not limited. */
  readonly pools: readonly StoredPool[];
}

interface PoolRow {
  readonly pool: LicencePool;
  readonly application_id: string | null;
  readonly licences: number;
}
interface GrantRow {
  readonly pool: LicencePool;
  readonly instance_id: string;
  readonly granted: number;
  readonly reserved: number;
  readonly reserved_until: Date;
}

/** What stands; version 1 and no pools for a tenant that never had licences set. */
export async function find(tx: Tx, tenantId: string): Promise<LicenceAccount> {
  const account = await rowOf<{ version: number }>(tx, 'SELECT version FROM licence_accounts WHERE tenant_id = $1', [tenantId]);
  return { version: account?.version ?? 1, pools: await poolsOf(tx, tenantId, '') };
}

/** The same, with account and pools locked until the transaction ends; undefined when there are no pools. */
export async function lock(tx: Tx, tenantId: string): Promise<LicenceAccount | undefined> {
  const account = await rowOf<{ version: number }>(tx, 'SELECT version FROM licence_accounts WHERE tenant_id = $1 FOR UPDATE', [
    tenantId,
  ]);
  if (account === undefined) return undefined;
  const pools = await poolsOf(tx, tenantId, 'FOR UPDATE');
  return pools.length === 0 ? undefined : { version: account.version, pools };
}

async function poolsOf(tx: Tx, tenantId: string, locking: '' | 'FOR UPDATE'): Promise<readonly StoredPool[]> {
  const pools = await rowsOf<PoolRow>(
    tx,
    `SELECT pool, application_id, licences FROM licence_pools WHERE tenant_id = $1 ORDER BY pool ${locking}`,
    [tenantId],
  );
  if (pools.length === 0) return [];
  const grants = await rowsOf<GrantRow>(
    tx,
    `SELECT pool, instance_id, granted, reserved, reserved_until FROM licence_grants WHERE tenant_id = $1 ORDER BY pool, instance_id`,
    [tenantId],
  );
  return pools.map(({ pool, application_id, licences }) => ({
    pool,
    applicationId: application_id,
    licences,
    grants: grants
      .filter((grant) => grant.pool === pool)
      .map((grant) => ({
        pool,
        instanceId: grant.instance_id,
        granted: grant.granted,
        reserved: grant.reserved,
        reservedUntil: grant.reserved_until,
      })),
  }));
}

export interface PoolChange {
  readonly pool: LicencePool;
  readonly applicationId: string | null;
  /** null: no limit any more. */
  readonly licences: number | null;
}

/** For a new tenant: what it is entitled to, by kind; null: not limited there. */
export async function begin(tx: Tx, tenantId: string, licences: Readonly<Record<LicenceKind, number | null>>): Promise<void> {
  await rowsOf(tx, 'INSERT INTO licence_accounts (tenant_id) VALUES ($1)', [tenantId]);
  for (const [pool, count] of Object.entries(licences)) {
    if (count === null) continue;
    await rowsOf(tx, 'INSERT INTO licence_pools (tenant_id, pool, application_id, licences) VALUES ($1, $2, NULL, $3)', [
      tenantId,
      pool,
      count,
    ]);
  }
}

/** Sets pools; the account's version grows by one. PRECONDITION_FAILED; NOT_FOUND for an application the tenant does not have. */
export async function update(
  tx: Tx,
  expectedVersion: number | undefined,
  changes: readonly PoolChange[],
): Promise<StoreOutcome<LicenceAccount>> {
  const tenantId = tenantOf(tx);
  await rowsOf(tx, 'INSERT INTO licence_accounts (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING', [tenantId]);
  const account = await rowOf<{ version: number }>(tx, 'SELECT version FROM licence_accounts WHERE tenant_id = $1 FOR UPDATE', [
    tenantId,
  ]);
  const refusal = versionRefusal('licences', account?.version, expectedVersion);
  if (refusal) return refusal;
  for (const { pool, applicationId, licences } of changes) {
    if (licences === null) {
      await rowsOf(tx, 'DELETE FROM licence_pools WHERE tenant_id = $1 AND pool = $2', [tenantId, pool]);
      continue;
    }
    if (applicationId !== null) {
      const there = await rowOf(tx, 'SELECT 1 FROM applications WHERE id = $1 AND tenant_id = $2', [applicationId, tenantId]);
      if (there === undefined) return refused('NOT_FOUND', `There is no application ${applicationId}.`);
    }
    await rowsOf(
      tx,
      `INSERT INTO licence_pools (tenant_id, pool, application_id, licences) VALUES ($1, $2, $3, $4)
       ON CONFLICT ON CONSTRAINT pk_licence_pools DO UPDATE SET licences = excluded.licences`,
      [tenantId, pool, applicationId, licences],
    );
  }
  await rowsOf(tx, 'UPDATE licence_accounts SET version = version + 1 WHERE tenant_id = $1', [tenantId]);
  return accepted(await find(tx, tenantId));
}

/**
 * Writes the grants of one locked pool: those of instances that are not named go.
 * @throws when more would be reserved than is entitled and than was reserved before: no plan may do that
 */
export async function writeGrants(
  tx: Tx,
  tenantId: string,
  pool: StoredPool,
  grants: readonly Omit<StoredGrant, 'pool'>[],
): Promise<void> {
  const sum = (of: readonly { readonly reserved: number }[]) => of.reduce((total, { reserved }) => total + reserved, 0);
  const entitled = unitsOf(pool.pool, pool.licences);
  if (sum(grants) > Math.max(entitled, sum(pool.grants)))
    throw new Error(`${sum(grants)} units of ${pool.pool} would be reserved, ${entitled} are entitled`);
  await rowsOf(tx, 'DELETE FROM licence_grants WHERE tenant_id = $1 AND pool = $2 AND instance_id <> ALL($3::uuid[])', [
    tenantId,
    pool.pool,
    grants.map(({ instanceId }) => instanceId),
  ]);
  for (const { instanceId, granted, reserved, reservedUntil } of grants) {
    const before = pool.grants.find((grant) => grant.instanceId === instanceId);
    if (before?.granted === granted && before.reserved === reserved && before.reservedUntil.getTime() === reservedUntil.getTime())
      continue;
    await rowsOf(
      tx,
      `INSERT INTO licence_grants (tenant_id, pool, instance_id, granted, reserved, reserved_until) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT ON CONSTRAINT pk_licence_grants DO UPDATE SET granted = excluded.granted, reserved = excluded.reserved,
         reserved_until = excluded.reserved_until`,
      [tenantId, pool.pool, instanceId, granted, reserved, reservedUntil],
    );
  }
}
