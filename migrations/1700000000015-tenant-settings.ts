import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Settings of a tenant, and of a controller where it has its own (R-E164-01). Columns of tables that have row security already, so what is
 * in them is as well guarded. A constant default rewrites no row; old programs read and write the other columns as before.
 */
export class TenantSettings1700000000015 implements MigrationInterface {
  readonly name = 'TenantSettings1700000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tenants ADD COLUMN IF NOT EXISTS settings jsonb NOT NULL DEFAULT '{}'`);
    await runner.query('ALTER TABLE controllers ADD COLUMN IF NOT EXISTS numbering jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE controllers DROP COLUMN numbering');
    await runner.query('ALTER TABLE tenants DROP COLUMN settings');
  }
}
