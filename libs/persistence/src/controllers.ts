/** Controllers: call managers of a cluster, known by tenant and address (design.md 17). */
import { type DeviceLicence, INSTANCE_LIMITS, type MonitorCounts } from '#domain/limits';
import type { NumberingSettings } from '#domain/numbering';
import type { Controller, ControllerPlatform } from '#domain/resources';
import { controllerFrom, type ControllerRow } from './mappers/controller.mapper.js';
import { newId } from './new-id.js';
import { accepted, refused, type Page, type PageRequest, type StoreOutcome } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import { tenantOf, type Tx } from './sql/transaction.js';
import { versionRefusal } from './sql/versions.js';

const COLUMNS =
  'id, tenant_id, cluster_id, name, address, port, platform, release, enabled, icp_id, numbering, device_licence, other_monitors, version, created_at';

export interface NewController {
  readonly clusterId: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly platform: ControllerPlatform;
  readonly release: string;
  readonly enabled: boolean;
  /** null or absent: the tenant's. */
  readonly numbering?: NumberingSettings | null;
  /** Absent: 700. */
  readonly deviceLicence?: DeviceLicence;
  /** Absent: other systems use none (R-LIM-07). */
  readonly otherMonitors?: MonitorCounts;
}

/**
 * NOT_FOUND for a cluster the tenant does not have, ALREADY_EXISTS for a name or an address in use, QUOTA_EXCEEDED at 250 controllers
 * (R-LIM-02: every instance of a cluster serves all of it). Counted under a lock on the cluster, so concurrent inserts never go over.
 */
export async function insert(tx: Tx, controller: NewController): Promise<StoreOutcome<Controller>> {
  const tenantId = tenantOf(tx);
  const cluster = await rowOf(tx, 'SELECT id FROM clusters WHERE id = $1 AND tenant_id = $2 FOR UPDATE', [
    controller.clusterId,
    tenantId,
  ]);
  if (!cluster) return refused('NOT_FOUND', 'There is no such cluster.');
  const counted = await rowOf<{ used: number }>(tx, 'SELECT count(*)::int AS used FROM controllers WHERE cluster_id = $1', [
    controller.clusterId,
  ]);
  const { used } = counted!;
  const cap = INSTANCE_LIMITS.controllers;
  if (used >= cap)
    return refused('QUOTA_EXCEEDED', `The cluster has ${used} of ${cap} controllers.`, { limit: 'controllers', used, cap });
  const taken = await rowOf<ControllerRow>(
    tx,
    `SELECT ${COLUMNS} FROM controllers WHERE tenant_id = $1 AND (name = $2 OR address = $3) LIMIT 1`,
    [tenantId, controller.name, controller.address],
  );
  if (taken) return refused('ALREADY_EXISTS', `The controller ${taken.name} has this name or address.`);
  const numbered = await rowOf<{ icp_id: number }>(
    tx,
    'UPDATE tenants SET last_icp_id = last_icp_id + 1 WHERE id = $1 RETURNING last_icp_id AS icp_id',
    [tenantId],
  );
  if (!numbered) return refused('NOT_FOUND', 'There is no such tenant.');
  const row = await rowOf<ControllerRow>(
    tx,
    `INSERT INTO controllers (id, tenant_id, cluster_id, name, address, port, platform, release, enabled, icp_id, numbering,
            device_licence, other_monitors)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [
      newId(),
      tenantId,
      controller.clusterId,
      controller.name,
      controller.address,
      controller.port,
      controller.platform,
      controller.release,
      controller.enabled,
      numbered.icp_id,
      jsonOrNull(controller.numbering ?? null),
      controller.deviceLicence ?? 700,
      controller.otherMonitors === undefined ? null : JSON.stringify(controller.otherMonitors),
    ],
  );
  return row ? accepted(controllerFrom(row)) : refused('ALREADY_EXISTS', 'A controller has this name or address.');
}

export async function find(tx: Tx, id: string): Promise<Controller | undefined> {
  const row = await rowOf<ControllerRow>(tx, `SELECT ${COLUMNS} FROM controllers WHERE id = $1`, [id]);
  return row && controllerFrom(row);
}

export async function list(tx: Tx, page: PageRequest & { readonly clusterId?: string }): Promise<Page<Controller>> {
  checkPage(page);
  const rows = await rowsOf<ControllerRow>(
    tx,
    `SELECT ${COLUMNS} FROM controllers
      WHERE ($1::uuid IS NULL OR id > $1) AND ($2::uuid IS NULL OR cluster_id = $2) ORDER BY id LIMIT $3`,
    [page.after ?? null, page.clusterId ?? null, page.limit + 1],
  );
  return pageOf(rows, page, controllerFrom);
}

/** All controllers of one cluster by icpId, at most 250: what an access document lists. */
export async function listOfCluster(tx: Tx, clusterId: string): Promise<readonly Controller[]> {
  return (
    await rowsOf<ControllerRow>(tx, `SELECT ${COLUMNS} FROM controllers WHERE cluster_id = $1 ORDER BY icp_id`, [clusterId])
  ).map(controllerFrom);
}

/** The address never changes: it is who the controller is. */
export async function update(
  tx: Tx,
  id: string,
  expectedVersion: number | undefined,
  changes: Partial<
    Pick<NewController, 'name' | 'port' | 'platform' | 'release' | 'enabled' | 'numbering' | 'deviceLicence' | 'otherMonitors'>
  >,
): Promise<StoreOutcome<Controller>> {
  const current = await rowOf<ControllerRow>(tx, `SELECT ${COLUMNS} FROM controllers WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('controller', current?.version, expectedVersion);
  if (refusal) return refusal;
  if (changes.name !== undefined) {
    const taken = await rowOf(tx, 'SELECT 1 FROM controllers WHERE tenant_id = $1 AND name = $2 AND id <> $3', [
      current!.tenant_id,
      changes.name,
      id,
    ]);
    if (taken) return refused('ALREADY_EXISTS', `A controller named ${changes.name} exists.`);
  }
  const row = await rowOf<ControllerRow>(
    tx,
    `UPDATE controllers SET name = coalesce($2, name), port = coalesce($3, port), platform = coalesce($4, platform),
            release = coalesce($5, release), enabled = coalesce($6, enabled), numbering = CASE WHEN $7::boolean THEN $8::jsonb ELSE numbering END,
            device_licence = coalesce($9, device_licence), other_monitors = coalesce($10, other_monitors), version = version + 1
      WHERE id = $1 RETURNING ${COLUMNS}`,
    [
      id,
      changes.name ?? null,
      changes.port ?? null,
      changes.platform ?? null,
      changes.release ?? null,
      changes.enabled ?? null,
      changes.numbering !== undefined,
      jsonOrNull(changes.numbering ?? null),
      changes.deviceLicence ?? null,
      changes.otherMonitors === undefined ? null : JSON.stringify(changes.otherMonitors),
    ],
  );
  return accepted(controllerFrom(row!));
}

export async function remove(tx: Tx, id: string, expectedVersion: number | undefined): Promise<StoreOutcome<void>> {
  const current = await rowOf<ControllerRow>(tx, `SELECT ${COLUMNS} FROM controllers WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('controller', current?.version, expectedVersion);
  if (refusal) return refusal;
  await rowsOf(tx, 'DELETE FROM controllers WHERE id = $1', [id]);
  return accepted(undefined);
}

/** Not the JSON text `null`, which would be a value. */
const jsonOrNull = (value: NumberingSettings | null): string | null => (value === null ? null : JSON.stringify(value));
