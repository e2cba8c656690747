import { EntitySchema } from 'typeorm';
import { createdNow, integer, json, key, optional, text, time, uuid, version } from './columns.js';

const ofTenant = (table: string) => ({
  name: `fk_${table}_tenant`,
  target: 'tenants',
  columnNames: ['tenant_id'],
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE' as const,
});

export const ApiKeyTable = new EntitySchema<Record<string, unknown>>({
  name: 'api_keys',
  columns: {
    id: uuid(key('api_keys')),
    tenant_id: uuid(optional),
    role: text(),
    name: text(),
    prefix: text(),
    sha256: text(),
    revoked_at: time(optional),
    version,
    created_at: createdNow,
  },
  uniques: [{ name: 'uq_api_keys_sha256', columns: ['sha256'] }],
  indices: [{ name: 'uq_api_keys_tenant_name', columns: ['tenant_id', 'name'], unique: true, where: 'revoked_at IS NULL' }],
  checks: [{ name: 'ck_api_keys_role', expression: `(role = 'admin') = (tenant_id IS NULL) AND role IN ('admin', 'tenant')` }],
  foreignKeys: [ofTenant('api_keys')],
});

/** No foreign key: a deleted tenant's operations stay readable to administrators. */
export const OperationTable = new EntitySchema<Record<string, unknown>>({
  name: 'operations',
  columns: {
    id: uuid(key('operations')),
    tenant_id: uuid(optional),
    kind: text(),
    target_type: text(),
    target_id: uuid(),
    target_version: integer(),
    state: text({ default: 'pending' }),
    steps: json({ default: () => `'[]'` }),
    progress: integer({ default: 0 }),
    attempts: integer({ default: 0 }),
    deadline_at: time(),
    actor: text(),
    cause: text(),
    error: json(optional),
    created_at: createdNow,
    updated_at: createdNow,
  },
  indices: [
    { name: 'ix_operations_open', columns: ['target_id'], where: `state = ANY (ARRAY['pending'::text, 'running'::text])` },
    { name: 'ix_operations_target', columns: ['target_id', 'id'] },
    { name: 'ix_operations_tenant', columns: ['tenant_id', 'id'] },
  ],
  checks: [
    { name: 'ck_operations_state', expression: `state IN ('pending', 'running', 'succeeded', 'failed')` },
    { name: 'ck_operations_progress', expression: 'progress BETWEEN 0 AND 100' },
  ],
});

export const OutboxTable = new EntitySchema<Record<string, unknown>>({
  name: 'outbox',
  columns: { id: uuid(key('outbox')), tenant_id: uuid(optional), job: text(), payload: json(), created_at: createdNow },
  foreignKeys: [ofTenant('outbox')],
});

export const FailoverTable = new EntitySchema<Record<string, unknown>>({
  name: 'failovers',
  columns: {
    id: uuid(key('failovers')),
    tenant_id: uuid(),
    instance_id: uuid(),
    instance_name: text(),
    cause: text(),
    from_epoch: integer(),
    to_epoch: integer(optional),
    last_heard_at: time(optional),
    detected_at: time(),
    fenced_at: time(optional),
    serving_at: time(optional),
    restored_at: time(optional),
    abandoned_at: time(optional),
    gap_since: time(optional),
    gap_named_at: time(optional),
    sessions: integer(optional),
    monitors: integer(optional),
    restored: integer(optional),
    journal_copy_at: time(optional),
  },
  uniques: [{ name: 'uq_failovers_instance_epoch', columns: ['instance_id', 'from_epoch'] }],
  indices: [
    { name: 'ix_failovers_tenant', columns: ['tenant_id', 'id'] },
    { name: 'ix_failovers_open', columns: ['instance_id'], where: 'restored_at IS NULL AND abandoned_at IS NULL' },
  ],
  checks: [
    { name: 'ck_failovers_cause', expression: `cause IN ('exited', 'silent')` },
    { name: 'ck_failovers_epoch', expression: 'to_epoch > from_epoch' },
  ],
  foreignKeys: [ofTenant('failovers')],
});

const idempotencyKey = { primary: true, primaryKeyConstraintName: 'pk_idempotency_keys' };
export const IdempotencyKeyTable = new EntitySchema<Record<string, unknown>>({
  name: 'idempotency_keys',
  columns: {
    scope: text(idempotencyKey),
    key: text(idempotencyKey),
    tenant_id: uuid(optional),
    method: text(),
    path: text(),
    body_sha256: text(),
    state: text({ default: 'in-progress' }),
    status: integer(optional),
    response: json(optional),
    created_at: createdNow,
    expires_at: time(),
  },
  indices: [{ name: 'ix_idempotency_keys_expiry', columns: ['expires_at'] }],
  checks: [{ name: 'ck_idempotency_keys_state', expression: `state IN ('in-progress', 'done')` }],
  foreignKeys: [ofTenant('idempotency_keys')],
});

export const LeaseTable = new EntitySchema<Record<string, unknown>>({
  name: 'leases',
  columns: { name: text(key('leases')), holder: text(), token: { type: 'bigint' }, expires_at: time() },
});

export const RoutingVersionTable = new EntitySchema<Record<string, unknown>>({
  name: 'routing_versions',
  columns: { name: text(key('routing_versions')), version: integer() },
});
