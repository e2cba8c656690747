/** Tenants. Writing one is the platform's; a tenant's own transaction sees its own row only. */
import type { Tenant, TenantSettings, TenantStatus } from '#domain/resources';
import { tenantFrom, type TenantRow } from './mappers/tenant.mapper.js';
import { newId } from './new-id.js';
import { accepted, refused, type Page, type PageRequest, type StoreOutcome } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';
import { versionRefusal } from './sql/versions.js';

const COLUMNS = 'id, slug, company_name, status, settings, version, created_at';

/** Platform scope. ALREADY_EXISTS when the slug is taken. */
export async function insert(
  tx: Tx,
  tenant: { readonly slug: string; readonly companyName: string },
): Promise<StoreOutcome<Tenant>> {
  const row = await rowOf<TenantRow>(
    tx,
    `INSERT INTO tenants (id, slug, company_name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [newId(), tenant.slug, tenant.companyName],
  );
  return row ? accepted(tenantFrom(row)) : refused('ALREADY_EXISTS', `A tenant with slug ${tenant.slug} exists.`);
}

export async function find(tx: Tx, id: string): Promise<Tenant | undefined> {
  const row = await rowOf<TenantRow>(tx, `SELECT ${COLUMNS} FROM tenants WHERE id = $1`, [id]);
  return row && tenantFrom(row);
}

/** By id when `reference` looks like a UUID, else by slug. */
export async function findByReference(tx: Tx, reference: string): Promise<Tenant | undefined> {
  const row = await rowOf<TenantRow>(tx, `SELECT ${COLUMNS} FROM tenants WHERE id::text = lower($1) OR slug = $1`, [reference]);
  return row && tenantFrom(row);
}

export async function list(tx: Tx, page: PageRequest): Promise<Page<Tenant>> {
  checkPage(page);
  const rows = await rowsOf<TenantRow>(
    tx,
    `SELECT ${COLUMNS} FROM tenants WHERE ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2`,
    [page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page, tenantFrom);
}

/** Every tenant, for the routing table. */
export async function listAll(tx: Tx): Promise<readonly Tenant[]> {
  return (await rowsOf<TenantRow>(tx, `SELECT ${COLUMNS} FROM tenants ORDER BY id`)).map(tenantFrom);
}

/** `expectedVersion` undefined: whatever it is. PRECONDITION_FAILED on another version, NOT_FOUND. */
export async function update(
  tx: Tx,
  id: string,
  expectedVersion: number | undefined,
  changes: { readonly companyName?: string; readonly status?: TenantStatus; readonly settings?: TenantSettings },
): Promise<StoreOutcome<Tenant>> {
  const current = await rowOf<TenantRow>(tx, `SELECT ${COLUMNS} FROM tenants WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('tenant', current?.version, expectedVersion);
  if (refusal) return refusal;
  const row = await rowOf<TenantRow>(
    tx,
    `UPDATE tenants SET company_name = coalesce($2, company_name), status = coalesce($3, status),
            settings = coalesce($4, settings), version = version + 1
      WHERE id = $1 RETURNING ${COLUMNS}`,
    [
      id,
      changes.companyName ?? null,
      changes.status ?? null,
      changes.settings === undefined ? null : JSON.stringify(changes.settings),
    ],
  );
  return accepted(tenantFrom(row!));
}

/**
 * Platform scope: the tenant with everything that is its own, except its operations, which stay readable to administrators.
 * Only for the loop that finishes a `tenant.delete`, after the last instance is gone; false while instances are left.
 */
export async function remove(tx: Tx, id: string): Promise<boolean> {
  const left = await rowOf<{ count: number }>(tx, 'SELECT count(*)::int AS count FROM instances WHERE tenant_id = $1', [id]);
  if (left!.count > 0) return false;
  await rowsOf(tx, 'DELETE FROM tenants WHERE id = $1', [id]);
  return true;
}
