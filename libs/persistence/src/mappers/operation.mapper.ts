import type { Operation } from '#domain/resources';

export interface OperationRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly kind: Operation['kind'];
  readonly target_type: Operation['targetType'];
  readonly target_id: string;
  readonly target_version: number;
  readonly state: Operation['state'];
  readonly steps: Operation['steps'];
  readonly progress: number;
  readonly attempts: number;
  readonly deadline_at: Date;
  readonly actor: string;
  readonly cause: string;
  readonly error: Operation['error'];
  readonly created_at: Date;
  readonly updated_at: Date;
}

export const operationFrom = (row: OperationRow): Operation => ({
  id: row.id,
  tenantId: row.tenant_id,
  kind: row.kind,
  targetType: row.target_type,
  targetId: row.target_id,
  targetVersion: row.target_version,
  state: row.state,
  steps: row.steps,
  progress: row.progress,
  attempts: row.attempts,
  deadlineAt: row.deadline_at,
  actor: row.actor,
  cause: row.cause,
  error: row.error,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
