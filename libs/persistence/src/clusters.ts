/** Clusters: systems of call managers of one tenant (R-CLU-01). */
import type { Cluster } from '#domain/resources';
import { clusterFrom, type ClusterRow } from './mappers/cluster.mapper.js';
import { newId } from './new-id.js';
import { accepted, refused, type Page, type PageRequest, type StoreOutcome } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import { tenantOf, type Tx } from './sql/transaction.js';
import { versionRefusal } from './sql/versions.js';

const COLUMNS = 'id, tenant_id, name, directory_sync_revision, directory_sync_asked_at, version, created_at';

export async function insert(tx: Tx, cluster: { readonly name: string }): Promise<StoreOutcome<Cluster>> {
  const row = await rowOf<ClusterRow>(
    tx,
    `INSERT INTO clusters (id, tenant_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [newId(), tenantOf(tx), cluster.name],
  );
  return row ? accepted(clusterFrom(row)) : refused('ALREADY_EXISTS', `A cluster named ${cluster.name} exists.`);
}

export async function find(tx: Tx, id: string): Promise<Cluster | undefined> {
  const row = await rowOf<ClusterRow>(tx, `SELECT ${COLUMNS} FROM clusters WHERE id = $1`, [id]);
  return row && clusterFrom(row);
}

export async function list(tx: Tx, page: PageRequest): Promise<Page<Cluster>> {
  checkPage(page);
  const rows = await rowsOf<ClusterRow>(
    tx,
    `SELECT ${COLUMNS} FROM clusters WHERE ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2`,
    [page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page, clusterFrom);
}

export async function update(
  tx: Tx,
  id: string,
  expectedVersion: number | undefined,
  changes: { readonly name?: string },
): Promise<StoreOutcome<Cluster>> {
  const current = await rowOf<ClusterRow>(tx, `SELECT ${COLUMNS} FROM clusters WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('cluster', current?.version, expectedVersion);
  if (refusal) return refusal;
  const name = changes.name ?? current!.name;
  const taken = await rowOf(tx, 'SELECT 1 FROM clusters WHERE tenant_id = $1 AND name = $2 AND id <> $3', [
    current!.tenant_id,
    name,
    id,
  ]);
  if (taken) return refused('ALREADY_EXISTS', `A cluster named ${name} exists.`);
  const row = await rowOf<ClusterRow>(
    tx,
    `UPDATE clusters SET name = $2, version = version + 1 WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, name],
  );
  return accepted(clusterFrom(row!));
}

/** One more sync of the directories of its controllers is asked for (R-CLU-08). NOT_FOUND where there is no such cluster. */
export async function askDirectorySync(tx: Tx, id: string, at: Date): Promise<StoreOutcome<Cluster>> {
  const row = await rowOf<ClusterRow>(
    tx,
    `UPDATE clusters SET directory_sync_revision = directory_sync_revision + 1, directory_sync_asked_at = $2 WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, at],
  );
  return row ? accepted(clusterFrom(row)) : refused('NOT_FOUND', 'There is no such cluster.');
}

/** CONFLICT while it has controllers or instances. */
export async function remove(tx: Tx, id: string, expectedVersion: number | undefined): Promise<StoreOutcome<void>> {
  const current = await rowOf<ClusterRow>(tx, `SELECT ${COLUMNS} FROM clusters WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('cluster', current?.version, expectedVersion);
  if (refusal) return refusal;
  const left = await rowOf<{ controllers: number; instances: number }>(
    tx,
    `SELECT (SELECT count(*) FROM controllers WHERE cluster_id = $1)::int AS controllers,
            (SELECT count(*) FROM instances WHERE cluster_id = $1)::int AS instances`,
    [id],
  );
  if (left!.controllers + left!.instances > 0) {
    return refused('CONFLICT', `The cluster still has ${left!.controllers} controllers and ${left!.instances} instances.`);
  }
  await rowsOf(tx, 'DELETE FROM clusters WHERE id = $1', [id]);
  return accepted(undefined);
}
