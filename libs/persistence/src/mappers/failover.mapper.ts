import type { Failover } from '#domain/resources';

export interface FailoverRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly instance_id: string;
  readonly instance_name: string;
  readonly cause: Failover['cause'];
  readonly from_epoch: number;
  readonly to_epoch: number | null;
  readonly last_heard_at: Date | null;
  readonly detected_at: Date;
  readonly fenced_at: Date | null;
  readonly serving_at: Date | null;
  readonly restored_at: Date | null;
  readonly abandoned_at: Date | null;
  readonly gap_since: Date | null;
  readonly gap_named_at: Date | null;
  readonly sessions: number | null;
  readonly monitors: number | null;
  readonly restored: number | null;
  readonly journal_copy_at: Date | null;
}

export const failoverFrom = (row: FailoverRow): Failover => ({
  id: row.id,
  tenantId: row.tenant_id,
  instanceId: row.instance_id,
  instanceName: row.instance_name,
  cause: row.cause,
  fromEpoch: row.from_epoch,
  toEpoch: row.to_epoch,
  lastHeardAt: row.last_heard_at,
  detectedAt: row.detected_at,
  fencedAt: row.fenced_at,
  servingAt: row.serving_at,
  restoredAt: row.restored_at,
  abandonedAt: row.abandoned_at,
  gapSince: row.gap_since,
  gapNamedAt: row.gap_named_at,
  sessions: row.sessions,
  monitors: row.monitors,
  restored: row.restored,
  journalCopyAt: row.journal_copy_at,
});
