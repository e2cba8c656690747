import { EntitySchema, type EntitySchemaOptions } from 'typeorm';
import { createdNow, flag, integer, json, key, optional, text, time, uuid, version } from './columns.js';

type ForeignKey = NonNullable<EntitySchemaOptions<Record<string, unknown>>['foreignKeys']>[number];

/** S-04: row security does not cover foreign-key checks, so every reference carries the tenant and can only reach the same one. */
const ownedBy = (table: string): ForeignKey => ({
  name: `fk_${table}_tenant`,
  target: 'tenants',
  columnNames: ['tenant_id'],
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE',
});
const within = (table: string, noun: string, target: string, onDelete: 'CASCADE' | 'NO ACTION'): ForeignKey => ({
  name: `fk_${table}_${noun}`,
  target,
  columnNames: ['tenant_id', `${noun}_id`],
  referencedColumnNames: ['tenant_id', 'id'],
  onDelete,
});
const tenantAndId = (table: string) => ({ name: `uq_${table}_tenant_id`, columns: ['tenant_id', 'id'] });
const tenantAndName = (table: string) => ({ name: `uq_${table}_tenant_name`, columns: ['tenant_id', 'name'] });

export const TenantTable = new EntitySchema<Record<string, unknown>>({
  name: 'tenants',
  columns: {
    id: uuid(key('tenants')),
    slug: text(),
    company_name: text(),
    status: text({ default: 'active' }),
    last_icp_id: integer({ default: 0 }),
    settings: json({ default: () => `'{}'` }),
    version,
    created_at: createdNow,
  },
  uniques: [{ name: 'uq_tenants_slug', columns: ['slug'] }],
  checks: [
    { name: 'ck_tenants_slug', expression: `slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'` },
    { name: 'ck_tenants_status', expression: `status IN ('active', 'suspended', 'deleting')` },
  ],
});

export const ClusterTable = new EntitySchema<Record<string, unknown>>({
  name: 'clusters',
  columns: {
    id: uuid(key('clusters')),
    tenant_id: uuid(),
    name: text(),
    directory_sync_revision: integer({ default: 0 }),
    directory_sync_asked_at: time(optional),
    version,
    created_at: createdNow,
  },
  uniques: [tenantAndId('clusters'), tenantAndName('clusters')],
  foreignKeys: [ownedBy('clusters')],
});

export const ControllerTable = new EntitySchema<Record<string, unknown>>({
  name: 'controllers',
  columns: {
    id: uuid(key('controllers')),
    tenant_id: uuid(),
    cluster_id: uuid(),
    name: text(),
    address: text(),
    port: integer(),
    platform: text(),
    release: text(),
    enabled: flag(),
    icp_id: integer(),
    numbering: json(optional),
    device_licence: integer({ default: 700 }),
    other_monitors: json(optional),
    version,
    created_at: createdNow,
  },
  uniques: [
    tenantAndName('controllers'),
    { name: 'uq_controllers_tenant_address', columns: ['tenant_id', 'address'] },
    { name: 'uq_controllers_tenant_icp_id', columns: ['tenant_id', 'icp_id'] },
  ],
  indices: [{ name: 'ix_controllers_cluster', columns: ['cluster_id'] }],
  checks: [
    { name: 'ck_controllers_port', expression: 'port BETWEEN 1 AND 65535' },
    { name: 'ck_controllers_icp_id', expression: 'icp_id > 0' },
    { name: 'ck_controllers_device_licence', expression: 'device_licence IN (700, 5600)' },
  ],
  foreignKeys: [ownedBy('controllers'), within('controllers', 'cluster', 'clusters', 'NO ACTION')],
});

export const InstanceTable = new EntitySchema<Record<string, unknown>>({
  name: 'instances',
  columns: {
    id: uuid(key('instances')),
    tenant_id: uuid(),
    cluster_id: uuid(),
    name: text(),
    desired_state: text(),
    restart_revision: integer({ default: 0 }),
    limits: json(),
    version,
    created_at: createdNow,
  },
  uniques: [tenantAndId('instances'), tenantAndName('instances')],
  indices: [{ name: 'ix_instances_cluster', columns: ['cluster_id'] }],
  checks: [{ name: 'ck_instances_desired_state', expression: `desired_state IN ('running', 'stopped', 'deleted')` }],
  foreignKeys: [ownedBy('instances'), within('instances', 'cluster', 'clusters', 'NO ACTION')],
});

const slotKey = { primary: true, primaryKeyConstraintName: 'pk_instance_slots' };
export const InstanceSlotTable = new EntitySchema<Record<string, unknown>>({
  name: 'instance_slots',
  columns: { tenant_id: uuid(slotKey), slot: integer(slotKey), instance_id: uuid() },
  indices: [{ name: 'ix_instance_slots_instance', columns: ['instance_id'] }],
  checks: [{ name: 'ck_instance_slots_slot', expression: 'slot BETWEEN 0 AND 1023' }],
  foreignKeys: [within('instance_slots', 'instance', 'instances', 'CASCADE')],
});

export const InstanceStatusTable = new EntitySchema<Record<string, unknown>>({
  name: 'instance_status',
  columns: {
    instance_id: uuid(key('instance_status')),
    tenant_id: uuid(),
    state: text({ default: 'pending' }),
    observed_version: integer({ default: 0 }),
    incarnation_revision: integer({ default: 0 }),
    epoch_major: integer({ default: 0 }),
    access_digest: text(optional),
    endpoint: json(optional),
    address_home: text(optional),
    address: text(optional),
    handle: json(optional),
    consecutive_failures: integer({ default: 0 }),
    restarts: integer({ default: 0 }),
    failures_at: json({ default: () => `'[]'` }),
    next_attempt_at: time(optional),
    deadline_at: time(optional),
    message: text({ default: '' }),
    observed: json(optional),
    updated_at: createdNow,
  },
  uniques: [{ name: 'uq_instance_status_address', columns: ['address_home', 'address'] }],
  checks: [
    {
      name: 'ck_instance_status_state',
      expression: `state IN ('pending', 'starting', 'running', 'backing-off', 'stopping', 'stopped', 'failed', 'deleting', 'deleted')`,
    },
  ],
  foreignKeys: [within('instance_status', 'instance', 'instances', 'CASCADE')],
});

export const AccessDocumentTable = new EntitySchema<Record<string, unknown>>({
  name: 'access_documents',
  columns: {
    instance_id: uuid(key('access_documents')),
    tenant_id: uuid(),
    serial: integer(),
    digest: text(),
    content_sha256: text(),
    document: json(),
    expires_at: time(),
  },
  foreignKeys: [within('access_documents', 'instance', 'instances', 'CASCADE')],
});

export const ApplicationTable = new EntitySchema<Record<string, unknown>>({
  name: 'applications',
  columns: {
    id: uuid(key('applications')),
    tenant_id: uuid(),
    name: text(),
    type: text(),
    allowed: flag(),
    advanced: flag(),
    application_password_sha256: text(),
    local_password_sha256: text(),
    integration: text(optional),
    remote: flag({ default: false }),
    legacy_signature: flag({ default: false }),
    signing_key: text(optional),
    last_user_number: integer({ default: 0 }),
    version,
    created_at: createdNow,
  },
  uniques: [tenantAndId('applications'), tenantAndName('applications')],
  checks: [
    { name: 'ck_applications_type', expression: `type IN ('generic', 'crm-integration')` },
    { name: 'ck_applications_integration', expression: `integration IN ('salesforce', 'google')` },
  ],
  foreignKeys: [ownedBy('applications')],
});

/** Users of an integration (R-SES-04); `user_number` is the contract's userId. */
export const ApplicationUserTable = new EntitySchema<Record<string, unknown>>({
  name: 'application_users',
  columns: {
    id: uuid(key('application_users')),
    tenant_id: uuid(),
    application_id: uuid(),
    user_number: integer(),
    email: text(),
    password_sha256: text(),
    version,
    created_at: createdNow,
  },
  uniques: [
    { name: 'uq_application_users_email', columns: ['tenant_id', 'application_id', 'email'] },
    { name: 'uq_application_users_number', columns: ['tenant_id', 'application_id', 'user_number'] },
  ],
  checks: [{ name: 'ck_application_users_number', expression: 'user_number > 0' }],
  foreignKeys: [ownedBy('application_users'), within('application_users', 'application', 'applications', 'CASCADE')],
});
