/** Specs of gateway instances: written by the API alone (design.md 2); what became of them is in `#persistence/instance-status`. */
import * as borderGateway from './border-gateway.js';
import { INSTANCES_PER_CONTROLLER, type InstanceLimits } from '#domain/limits';
import type { DesiredState, InstanceSpec } from '#domain/resources';
import { SLOT_COUNT, SLOTS_PER_INSTANCE } from '#domain/session-id';
import { instanceFrom, type InstanceRow } from './mappers/instance.mapper.js';
import { newId } from './new-id.js';
import { accepted, refused, type Page, type PageRequest, type StoreOutcome } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import { tenantOf, type Tx } from './sql/transaction.js';
import { versionRefusal } from './sql/versions.js';

const SELECT = `SELECT i.id, i.tenant_id, i.cluster_id, i.name, i.desired_state, i.restart_revision, i.limits, i.version, i.created_at,
  ARRAY(SELECT s.slot FROM instance_slots s WHERE s.tenant_id = i.tenant_id AND s.instance_id = i.id ORDER BY s.slot) AS slots
  FROM instances i`;

/** R-LIM-05: placement uses all places at a controller but one, which stays for surge (design.md 4). */
export const INSTANCES_PER_CLUSTER = INSTANCES_PER_CONTROLLER - 1;

export interface NewInstance {
  readonly clusterId: string;
  readonly name: string;
  readonly limits: InstanceLimits;
  readonly desiredState: Extract<DesiredState, 'running' | 'stopped'>;
}

/**
 * A spec at version 1 with sixteen free session slots, and its status `pending`. NOT_FOUND for a cluster the tenant does not have,
 * ALREADY_EXISTS for the name, QUOTA_EXCEEDED at {@link INSTANCES_PER_CLUSTER}, when the border gateway has no room for one more of a tenant with
 * remote applications (R-LIM-10), or when the tenant's slots are used up. Counted under locks on tenant and cluster, so concurrent inserts never go over.
 */
export async function insert(tx: Tx, instance: NewInstance): Promise<StoreOutcome<InstanceSpec>> {
  const tenantId = tenantOf(tx);
  const tenant = await rowOf<{ status: string }>(tx, 'SELECT status FROM tenants WHERE id = $1 FOR UPDATE', [tenantId]);
  const cluster = await rowOf(tx, 'SELECT id FROM clusters WHERE id = $1 AND tenant_id = $2 FOR UPDATE', [
    instance.clusterId,
    tenantId,
  ]);
  if (!tenant || !cluster) return refused('NOT_FOUND', 'There is no such cluster.');
  if (tenant.status === 'deleting') return refused('CONFLICT', 'The tenant is being deleted.');
  const counted = await rowOf<{ used: number }>(tx, 'SELECT count(*)::int AS used FROM instances WHERE cluster_id = $1', [
    instance.clusterId,
  ]);
  const { used } = counted!;
  const cap = INSTANCES_PER_CLUSTER;
  if (used >= cap)
    return refused('QUOTA_EXCEEDED', `The cluster has ${used} of ${cap} instances.`, { limit: 'instances', used, cap });
  const noWayIn = await borderGateway.instanceRefusal(tx);
  if (noWayIn) return noWayIn;
  const taken = await rowOf(tx, 'SELECT 1 FROM instances WHERE tenant_id = $1 AND name = $2', [tenantId, instance.name]);
  if (taken) return refused('ALREADY_EXISTS', `An instance named ${instance.name} exists.`);
  const id = newId();
  await rowsOf(
    tx,
    'INSERT INTO instances (id, tenant_id, cluster_id, name, desired_state, limits) VALUES ($1, $2, $3, $4, $5, $6)',
    [id, tenantId, instance.clusterId, instance.name, instance.desiredState, JSON.stringify(instance.limits)],
  );
  const slots = await rowsOf<{ slot: number }>(
    tx,
    `INSERT INTO instance_slots (tenant_id, slot, instance_id)
     SELECT $1, free.slot, $2 FROM generate_series(0, $3::int - 1) AS free(slot)
      WHERE NOT EXISTS (SELECT 1 FROM instance_slots s WHERE s.tenant_id = $1 AND s.slot = free.slot)
      ORDER BY free.slot LIMIT $4 RETURNING slot`,
    [tenantId, id, SLOT_COUNT, SLOTS_PER_INSTANCE],
  );
  if (slots.length < SLOTS_PER_INSTANCE) {
    await rowsOf(tx, 'DELETE FROM instances WHERE id = $1', [id]);
    return refused('QUOTA_EXCEEDED', `All ${SLOT_COUNT} session slots of the tenant are in use.`, {
      limit: 'session slots',
      used: SLOT_COUNT - slots.length,
      cap: SLOT_COUNT,
    });
  }
  await rowsOf(tx, 'INSERT INTO instance_status (instance_id, tenant_id) VALUES ($1, $2)', [id, tenantId]);
  return accepted((await find(tx, id))!);
}

export async function find(tx: Tx, id: string): Promise<InstanceSpec | undefined> {
  const row = await rowOf<InstanceRow>(tx, `${SELECT} WHERE i.id = $1`, [id]);
  return row && instanceFrom(row);
}

export async function list(tx: Tx, page: PageRequest & { readonly clusterId?: string }): Promise<Page<InstanceSpec>> {
  checkPage(page);
  const rows = await rowsOf<InstanceRow>(
    tx,
    `${SELECT} WHERE ($1::uuid IS NULL OR i.id > $1) AND ($2::uuid IS NULL OR i.cluster_id = $2) ORDER BY i.id LIMIT $3`,
    [page.after ?? null, page.clusterId ?? null, page.limit + 1],
  );
  return pageOf(rows, page, instanceFrom);
}

/** Every instance the transaction may see: for loops, the routing table, and access documents of one cluster. */
export async function listAll(tx: Tx, filter: { readonly clusterId?: string } = {}): Promise<readonly InstanceSpec[]> {
  const rows = await rowsOf<InstanceRow>(tx, `${SELECT} WHERE ($1::uuid IS NULL OR i.cluster_id = $1) ORDER BY i.id`, [
    filter.clusterId ?? null,
  ]);
  return rows.map(instanceFrom);
}

export interface SpecChanges {
  readonly name?: string;
  readonly desiredState?: DesiredState;
  readonly limits?: InstanceLimits;
  /** Asks for a new incarnation: restartRevision grows by one. */
  readonly restart?: boolean;
}

/** Writes the spec; version grows by one. PRECONDITION_FAILED, NOT_FOUND, ALREADY_EXISTS (name), CONFLICT once deletion was asked for. */
export async function update(
  tx: Tx,
  id: string,
  expectedVersion: number | undefined,
  changes: SpecChanges,
): Promise<StoreOutcome<InstanceSpec>> {
  const current = await rowOf<{ version: number; tenant_id: string; desired_state: DesiredState }>(
    tx,
    'SELECT version, tenant_id, desired_state FROM instances WHERE id = $1 FOR UPDATE',
    [id],
  );
  const refusal = versionRefusal('instance', current?.version, expectedVersion);
  if (refusal) return refusal;
  if (current!.desired_state === 'deleted') return refused('CONFLICT', 'The instance is being deleted.');
  if (changes.name !== undefined) {
    const taken = await rowOf(tx, 'SELECT 1 FROM instances WHERE tenant_id = $1 AND name = $2 AND id <> $3', [
      current!.tenant_id,
      changes.name,
      id,
    ]);
    if (taken) return refused('ALREADY_EXISTS', `An instance named ${changes.name} exists.`);
  }
  await rowsOf(
    tx,
    `UPDATE instances SET name = coalesce($2, name), desired_state = coalesce($3, desired_state), limits = coalesce($4::jsonb, limits),
            restart_revision = restart_revision + CASE WHEN $5 THEN 1 ELSE 0 END, version = version + 1 WHERE id = $1`,
    [
      id,
      changes.name ?? null,
      changes.desiredState ?? null,
      changes.limits ? JSON.stringify(changes.limits) : null,
      changes.restart ?? false,
    ],
  );
  return accepted((await find(tx, id))!);
}

/**
 * For the loop that has finished a deletion: spec, slots, status and access document go. False, and nothing changed, when nobody asked for
 * the deletion of the instance or its tenant, or it is gone.
 */
export async function remove(tx: Tx, id: string): Promise<boolean> {
  const rows = await rowsOf(
    tx,
    `DELETE FROM instances i WHERE i.id = $1 AND (i.desired_state = 'deleted'
        OR EXISTS (SELECT 1 FROM tenants t WHERE t.id = i.tenant_id AND t.status = 'deleting')) RETURNING i.id`,
    [id],
  );
  return rows.length > 0;
}
