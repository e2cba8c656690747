import type { InstanceState, InstanceStatus } from '#domain/resources';

export interface InstanceStatusRow {
  readonly instance_id: string;
  readonly tenant_id: string;
  readonly state: InstanceState;
  readonly observed_version: number;
  readonly incarnation_revision: number;
  readonly epoch_major: number;
  readonly access_digest: string | null;
  readonly endpoint: InstanceStatus['endpoint'];
  readonly address: string | null;
  readonly handle: InstanceStatus['handle'];
  readonly consecutive_failures: number;
  readonly restarts: number;
  readonly next_attempt_at: Date | null;
  readonly deadline_at: Date | null;
  readonly message: string;
  readonly observed: InstanceStatus['observed'];
  readonly failures_at: readonly string[];
  readonly updated_at: Date;
}

export const instanceStatusFrom = (row: InstanceStatusRow): InstanceStatus => ({
  instanceId: row.instance_id,
  tenantId: row.tenant_id,
  state: row.state,
  observedVersion: row.observed_version,
  incarnationRevision: row.incarnation_revision,
  epochMajor: row.epoch_major,
  accessDigest: row.access_digest,
  endpoint: row.endpoint,
  address: row.address,
  handle: row.handle,
  consecutiveFailures: row.consecutive_failures,
  restarts: row.restarts,
  nextAttemptAt: row.next_attempt_at,
  deadlineAt: row.deadline_at,
  message: row.message,
  observed: row.observed,
  updatedAt: row.updated_at,
});
