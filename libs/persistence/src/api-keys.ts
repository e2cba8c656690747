/** Keys of the control API: a SHA-256 each (S-11), shown once and kept nowhere. Admin keys belong to no tenant and only the platform sees them. */
import { KEYS_PER_TENANT } from '#domain/limits';
import type { ApiKey, KeyRole } from '#domain/resources';
import { apiKeyFrom, type ApiKeyRow } from './mappers/api-key.mapper.js';
import { newId } from './new-id.js';
import { accepted, refused, type Page, type PageRequest, type StoreOutcome } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';
import { versionRefusal } from './sql/versions.js';

const COLUMNS = 'id, tenant_id, role, name, prefix, sha256, revoked_at, version, created_at';

/**
 * The key belongs to the transaction's tenant; in platform scope it is an admin key. ALREADY_EXISTS for the same name or hash,
 * QUOTA_EXCEEDED at {@link KEYS_PER_TENANT} keys that are not revoked, counted under a lock on the tenant, so concurrent inserts never go over.
 */
export async function insert(
  tx: Tx,
  key: { readonly name: string; readonly prefix: string; readonly sha256: string },
): Promise<StoreOutcome<ApiKey>> {
  const role: KeyRole = tx.tenantId === undefined ? 'admin' : 'tenant';
  const full = tx.tenantId === undefined ? undefined : await quotaRefusal(tx, tx.tenantId);
  if (full) return full;
  const row = await rowOf<ApiKeyRow>(
    tx,
    `INSERT INTO api_keys (id, tenant_id, role, name, prefix, sha256) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [newId(), tx.tenantId ?? null, role, key.name, key.prefix, key.sha256],
  );
  return row ? accepted(apiKeyFrom(row)) : refused('ALREADY_EXISTS', `A key named ${key.name} exists.`);
}

async function quotaRefusal(tx: Tx, tenantId: string): Promise<ReturnType<typeof refused> | undefined> {
  await rowOf(tx, 'SELECT id FROM tenants WHERE id = $1 FOR UPDATE', [tenantId]);
  const counted = await rowOf<{ used: number }>(
    tx,
    'SELECT count(*)::int AS used FROM api_keys WHERE tenant_id = $1 AND revoked_at IS NULL',
    [tenantId],
  );
  const { used } = counted!;
  const cap = KEYS_PER_TENANT;
  return used < cap
    ? undefined
    : refused('QUOTA_EXCEEDED', `The tenant has ${used} of ${cap} keys.`, { limit: 'keys', used, cap });
}

/** Platform scope, for authentication: the key of this hash that is not revoked, with the tenant it belongs to. */
export async function findBySha256(tx: Tx, sha256: string): Promise<ApiKey | undefined> {
  const row = await rowOf<ApiKeyRow>(tx, `SELECT ${COLUMNS} FROM api_keys WHERE sha256 = $1 AND revoked_at IS NULL`, [sha256]);
  return row && apiKeyFrom(row);
}

export async function find(tx: Tx, id: string): Promise<ApiKey | undefined> {
  const row = await rowOf<ApiKeyRow>(tx, `SELECT ${COLUMNS} FROM api_keys WHERE id = $1`, [id]);
  return row && apiKeyFrom(row);
}

/** Keys of the transaction's tenant; in platform scope the admin keys. */
export async function list(tx: Tx, page: PageRequest): Promise<Page<ApiKey>> {
  checkPage(page);
  const rows = await rowsOf<ApiKeyRow>(
    tx,
    `SELECT ${COLUMNS} FROM api_keys WHERE tenant_id IS NOT DISTINCT FROM $1::uuid AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
    [tx.tenantId ?? null, page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page, apiKeyFrom);
}

/** Revoking twice is the same as once. */
export async function revoke(tx: Tx, id: string, expectedVersion: number | undefined): Promise<StoreOutcome<ApiKey>> {
  const current = await rowOf<ApiKeyRow>(tx, `SELECT ${COLUMNS} FROM api_keys WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('key', current?.version, expectedVersion);
  if (refusal) return refusal;
  if (current!.revoked_at) return accepted(apiKeyFrom(current!));
  const row = await rowOf<ApiKeyRow>(
    tx,
    `UPDATE api_keys SET revoked_at = now(), version = version + 1 WHERE id = $1 RETURNING ${COLUMNS}`,
    [id],
  );
  return accepted(apiKeyFrom(row!));
}
