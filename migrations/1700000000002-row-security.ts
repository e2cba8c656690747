import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Row security on every table with a tenant's rows (S-02): enabled and forced, for reads and writes alike. A transaction sees the tenant it
 * was bound to, or everything when it was bound to the platform; unbound (settings missing or empty) it sees and writes nothing (S-03).
 */
export class RowSecurity1700000000002 implements MigrationInterface {
  readonly name = 'RowSecurity1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      const owner = table === 'tenants' ? 'id' : 'tenant_id';
      const mine = `${owner} = nullif(current_setting('cordboard.tenant_id', true), '')::uuid OR current_setting('cordboard.scope', true) = 'platform'`;
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`CREATE POLICY ${table}_own_rows ON ${table} USING (${mine}) WITH CHECK (${mine})`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`DROP POLICY ${table}_own_rows ON ${table}`);
      await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
    }
  }
}

const TABLES = [
  'tenants',
  'clusters',
  'controllers',
  'instances',
  'instance_slots',
  'instance_status',
  'access_documents',
  'applications',
  'api_keys',
  'operations',
  'outbox',
  'idempotency_keys',
];
