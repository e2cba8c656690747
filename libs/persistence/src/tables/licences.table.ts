import { EntitySchema } from 'typeorm';
import { integer, optional, text, time, uuid, version } from './columns.js';

const keyOf = (table: string) => ({ primary: true, primaryKeyConstraintName: `pk_${table}` });
const ofTenant = (table: string) => ({
  name: `fk_${table}_tenant`,
  target: 'tenants',
  columnNames: ['tenant_id'],
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE' as const,
});

/** One row per tenant that has licences: the version of all of them, and the row that is locked while they are counted. */
export const LicenceAccountTable = new EntitySchema<Record<string, unknown>>({
  name: 'licence_accounts',
  columns: { tenant_id: uuid(keyOf('licence_accounts')), version },
  foreignKeys: [ofTenant('licence_accounts')],
});

export const LicencePoolTable = new EntitySchema<Record<string, unknown>>({
  name: 'licence_pools',
  columns: {
    tenant_id: uuid(keyOf('licence_pools')),
    pool: text(keyOf('licence_pools')),
    application_id: uuid(optional),
    licences: integer(),
  },
  checks: [
    { name: 'ck_licence_pools_licences', expression: 'licences >= 0' },
    { name: 'ck_licence_pools_application', expression: `(application_id IS NOT NULL) = (pool LIKE 'application:%')` },
  ],
  foreignKeys: [
    ofTenant('licence_pools'),
    {
      name: 'fk_licence_pools_application',
      target: 'applications',
      columnNames: ['tenant_id', 'application_id'],
      referencedColumnNames: ['tenant_id', 'id'],
      onDelete: 'CASCADE',
    },
  ],
});

/** What of a pool is granted to which instance, and the most that may be in force there, until when. */
export const LicenceGrantTable = new EntitySchema<Record<string, unknown>>({
  name: 'licence_grants',
  columns: {
    tenant_id: uuid(keyOf('licence_grants')),
    pool: text(keyOf('licence_grants')),
    instance_id: uuid(keyOf('licence_grants')),
    granted: integer(),
    reserved: integer(),
    reserved_until: time(),
  },
  checks: [
    { name: 'ck_licence_grants_granted', expression: 'granted >= 0' },
    { name: 'ck_licence_grants_reserved', expression: 'reserved >= granted' },
  ],
  foreignKeys: [
    {
      name: 'fk_licence_grants_pool',
      target: 'licence_pools',
      columnNames: ['tenant_id', 'pool'],
      referencedColumnNames: ['tenant_id', 'pool'],
      onDelete: 'CASCADE',
    },
    {
      name: 'fk_licence_grants_instance',
      target: 'instances',
      columnNames: ['tenant_id', 'instance_id'],
      referencedColumnNames: ['tenant_id', 'id'],
      onDelete: 'CASCADE',
    },
  ],
});
