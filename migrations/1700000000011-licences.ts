import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Licences (R-LIC-01, design.md 3): what each tenant is entitled to, and what of it is granted to which instance. A tenant without an account, or
 * without a pool, is not limited there, so tenants of the release before go on as they were.
 */
export class Licences1700000000011 implements MigrationInterface {
  readonly name = 'Licences1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE licence_accounts (
      tenant_id uuid NOT NULL,
      version integer NOT NULL DEFAULT 1,
      CONSTRAINT pk_licence_accounts PRIMARY KEY (tenant_id),
      CONSTRAINT fk_licence_accounts_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE)`);
    await runner.query(`CREATE TABLE licence_pools (
      tenant_id uuid NOT NULL,
      pool text NOT NULL,
      application_id uuid,
      licences integer NOT NULL,
      CONSTRAINT pk_licence_pools PRIMARY KEY (tenant_id, pool),
      CONSTRAINT ck_licence_pools_licences CHECK (licences >= 0),
      CONSTRAINT ck_licence_pools_application CHECK ((application_id IS NOT NULL) = (pool LIKE 'application:%')),
      CONSTRAINT fk_licence_pools_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT fk_licence_pools_application FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE)`);
    await runner.query(`CREATE TABLE licence_grants (
      tenant_id uuid NOT NULL,
      pool text NOT NULL,
      instance_id uuid NOT NULL,
      granted integer NOT NULL,
      reserved integer NOT NULL,
      reserved_until timestamptz NOT NULL,
      CONSTRAINT pk_licence_grants PRIMARY KEY (tenant_id, pool, instance_id),
      CONSTRAINT ck_licence_grants_granted CHECK (granted >= 0),
      CONSTRAINT ck_licence_grants_reserved CHECK (reserved >= granted),
      CONSTRAINT fk_licence_grants_pool FOREIGN KEY (tenant_id, pool) REFERENCES licence_pools (tenant_id, pool) ON DELETE CASCADE,
      CONSTRAINT fk_licence_grants_instance FOREIGN KEY (tenant_id, instance_id) REFERENCES instances (tenant_id, id) ON DELETE CASCADE)`);
    const mine = `tenant_id = nullif(current_setting('cordboard.tenant_id', true), '')::uuid OR current_setting('cordboard.scope', true) = 'platform'`;
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`CREATE POLICY ${table}_own_rows ON ${table} USING (${mine}) WITH CHECK (${mine})`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE licence_grants, licence_pools, licence_accounts');
  }
}

const TABLES = ['licence_accounts', 'licence_pools', 'licence_grants'];
