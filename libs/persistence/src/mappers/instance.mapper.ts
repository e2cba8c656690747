import { INSTANCE_LIMITS, type InstanceLimits } from '#domain/limits';
import type { DesiredState, InstanceSpec } from '#domain/resources';

export interface InstanceRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly cluster_id: string;
  readonly name: string;
  readonly desired_state: DesiredState;
  readonly restart_revision: number;
  readonly limits: Partial<InstanceLimits>;
  readonly slots: readonly number[];
  readonly version: number;
  readonly created_at: Date;
}

export const instanceFrom = (row: InstanceRow): InstanceSpec => ({
  id: row.id,
  tenantId: row.tenant_id,
  clusterId: row.cluster_id,
  name: row.name,
  desiredState: row.desired_state,
  restartRevision: row.restart_revision,
  // an instance that is older than one of the limits has the engineering limit
  limits: { ...INSTANCE_LIMITS, ...row.limits },
  slots: row.slots,
  version: row.version,
  createdAt: row.created_at,
});
