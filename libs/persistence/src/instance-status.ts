/**
 * What became of each instance: written by the worker alone, each write under a fencing token (design.md 2): a worker that was paused and
 * wakes after another took its lease changes nothing.
 */
import type { InstanceState, InstanceStatus } from '#domain/resources';
import { instanceStatusFrom, type InstanceStatusRow } from './mappers/instance-status.mapper.js';
import { fenceHolds, type Fence } from './leases.js';
import { rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

const COLUMNS = `instance_id, tenant_id, state, observed_version, incarnation_revision, epoch_major, access_digest, endpoint, address, handle,
  consecutive_failures, restarts, next_attempt_at, deadline_at, message, observed, failures_at, updated_at`;

export async function find(tx: Tx, instanceId: string): Promise<InstanceStatus | undefined> {
  const row = await rowOf<InstanceStatusRow>(tx, `SELECT ${COLUMNS} FROM instance_status WHERE instance_id = $1`, [instanceId]);
  return row && instanceStatusFrom(row);
}

/** Of those instances the transaction may see; in no order. */
export async function findMany(tx: Tx, instanceIds: readonly string[]): Promise<readonly InstanceStatus[]> {
  const rows = await rowsOf<InstanceStatusRow>(tx, `SELECT ${COLUMNS} FROM instance_status WHERE instance_id = ANY($1::uuid[])`, [
    instanceIds,
  ]);
  return rows.map(instanceStatusFrom);
}

/** Every status the transaction may see: for loops and the routing table. */
export async function listAll(tx: Tx): Promise<readonly InstanceStatus[]> {
  return (await rowsOf<InstanceStatusRow>(tx, `SELECT ${COLUMNS} FROM instance_status ORDER BY instance_id`)).map(
    instanceStatusFrom,
  );
}

/** When the incarnations of this instance failed, newest last; only as far back as the worker keeps them. */
export async function failuresOf(tx: Tx, instanceId: string): Promise<readonly Date[]> {
  const row = await rowOf<{ failures_at: readonly string[] }>(
    tx,
    'SELECT failures_at FROM instance_status WHERE instance_id = $1',
    [instanceId],
  );
  return (row?.failures_at ?? []).map((text) => new Date(text));
}

export type StatusChanges = Partial<
  Omit<InstanceStatus, 'instanceId' | 'tenantId' | 'updatedAt' | 'epochMajor' | 'address'> & {
    readonly state: InstanceState;
    readonly failuresAt: readonly Date[];
  }
>;

const SETTERS: Readonly<Record<keyof StatusChanges, { readonly column: string; readonly json?: true }>> = {
  state: { column: 'state' },
  observedVersion: { column: 'observed_version' },
  incarnationRevision: { column: 'incarnation_revision' },
  accessDigest: { column: 'access_digest' },
  endpoint: { column: 'endpoint', json: true },
  handle: { column: 'handle', json: true },
  consecutiveFailures: { column: 'consecutive_failures' },
  restarts: { column: 'restarts' },
  nextAttemptAt: { column: 'next_attempt_at' },
  deadlineAt: { column: 'deadline_at' },
  message: { column: 'message' },
  observed: { column: 'observed', json: true },
  failuresAt: { column: 'failures_at', json: true },
};

/** Writes the given members; false, and nothing changed, when the fence is stale or the instance is gone. */
export async function write(tx: Tx, fence: Fence, instanceId: string, changes: StatusChanges): Promise<boolean> {
  if (!(await fenceHolds(tx, fence))) return false;
  const sets: string[] = [];
  const parameters: (string | number | Date | null)[] = [instanceId];
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const setter = SETTERS[name as keyof StatusChanges];
    parameters.push(setter.json && value !== null ? JSON.stringify(value) : (value as string | number | Date | null));
    sets.push(`${setter.column} = $${parameters.length}${setter.json ? '::jsonb' : ''}`);
  }
  const rows = await rowsOf(
    tx,
    `UPDATE instance_status SET ${[...sets, 'updated_at = now()'].join(', ')} WHERE instance_id = $1 RETURNING instance_id`,
    parameters,
  );
  return rows.length > 0;
}

/** Tells listeners to look at this instance, where the write itself does not: what it reports of shared things has changed. */
export async function notice(tx: Tx, instance: { readonly tenantId: string; readonly id: string }): Promise<void> {
  await rowsOf(tx, `SELECT pg_notify('cordboard_instance_status', $1)`, [`${instance.tenantId} ${instance.id}`]);
}

/** The next epoch major of this instance, never granted before and never again (design.md 6); undefined when the fence is stale. */
export async function grantEpoch(tx: Tx, fence: Fence, instanceId: string): Promise<number | undefined> {
  if (!(await fenceHolds(tx, fence))) return undefined;
  const row = await rowOf<{ epoch_major: number }>(
    tx,
    'UPDATE instance_status SET epoch_major = epoch_major + 1, updated_at = now() WHERE instance_id = $1 RETURNING epoch_major',
    [instanceId],
  );
  return row?.epoch_major;
}

/**
 * The address of this instance on the home `home`: the one it has, else the first of `candidates` no other instance there has; kept until the
 * instance is deleted. Undefined when all are taken or the fence is stale. Platform scope: addresses are shared by tenants.
 */
export async function claimAddress(
  tx: Tx,
  fence: Fence,
  instanceId: string,
  home: string,
  candidates: readonly string[],
): Promise<string | undefined> {
  if (!(await fenceHolds(tx, fence))) return undefined;
  await rowsOf(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`cordboard address ${home}`]);
  const row = await rowOf<{ address: string }>(
    tx,
    `UPDATE instance_status SET address_home = $2, address = coalesce(
       CASE WHEN address_home = $2 AND address = ANY($3::text[]) THEN address END,
       (SELECT c.address FROM unnest($3::text[]) WITH ORDINALITY AS c(address, place)
         WHERE NOT EXISTS (SELECT 1 FROM instance_status o WHERE o.address_home = $2 AND o.address = c.address AND o.instance_id <> $1)
         ORDER BY c.place LIMIT 1))
      WHERE instance_id = $1 RETURNING address`,
    [instanceId, home, candidates],
  );
  return row?.address ?? undefined;
}
