/** Licences as the contract shows them: entitled, granted, in use, and how old what each instance goes by is. */
import type { LicencesAnswer } from '#contracts/control-api';
import { ReceivedStatusReportSchema, type InstanceStatusReport } from '#contracts/gateway-admin';
import { unitsOf } from '#domain/licences';
import type { InstanceSpec, InstanceStatus } from '#domain/resources';
import type { LicenceAccount, StoredPool } from '#persistence/licences';

type Reports = ReadonlyMap<string, InstanceStatusReport>;

export function licencesAnswer(
  tenantId: string,
  { version, pools }: LicenceAccount,
  specs: readonly InstanceSpec[],
  statuses: readonly InstanceStatus[],
): LicencesAnswer {
  const reports: Reports = new Map(statuses.flatMap((status) => reportOf(status)));
  return {
    tenantId,
    version,
    pools: pools.map((pool) => poolAnswer(pool, reports)),
    syncs: specs.map(({ id, name }) => {
      const licences = reports.get(id)?.licences;
      return {
        instanceId: id,
        name,
        state: licences?.state ?? 'unknown',
        syncedAt: licences?.syncedAt ?? null,
        graceUntil: licences?.graceUntil ?? null,
      };
    }),
  };
}

function poolAnswer(pool: StoredPool, reports: Reports): LicencesAnswer['pools'][number] {
  const instances = pool.grants.map(({ instanceId, granted, reserved }) => ({
    instanceId,
    granted,
    reserved,
    used: reports.get(instanceId)?.licences?.pools.find((one) => one.pool === pool.pool)?.used ?? null,
  }));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    pool: pool.pool,
    applicationId: pool.applicationId,
    licences: pool.licences,
    unit: unitsOf(pool.pool, 1) === 1 ? 'users' : 'monitors',
    entitled: unitsOf(pool.pool, pool.licences),
    granted: sum(instances.map(({ reserved }) => reserved)),
    used: sum(instances.map(({ used }) => used ?? 0)),
    instances,
  };
}

function reportOf(status: InstanceStatus): [string, InstanceStatusReport][] {
  if (status.state !== 'running') return [];
  const report = ReceivedStatusReportSchema.safeParse(status.observed);
  return report.success ? [[status.instanceId, report.data]] : [];
}
