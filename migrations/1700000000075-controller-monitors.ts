import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a controller is licensed for and what other systems monitor there (R-LIM-07). A constant default rewrites no row; old programs read and write
 * the other columns as before.
 */
export class ControllerMonitors1700000000075 implements MigrationInterface {
  readonly name = 'ControllerMonitors1700000000075';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE controllers ADD COLUMN IF NOT EXISTS device_licence integer NOT NULL DEFAULT 700');
    await runner.query('ALTER TABLE controllers ADD COLUMN IF NOT EXISTS other_monitors jsonb');
    await runner.query('ALTER TABLE controllers DROP CONSTRAINT IF EXISTS ck_controllers_device_licence');
    await runner.query(
      'ALTER TABLE controllers ADD CONSTRAINT ck_controllers_device_licence CHECK (device_licence IN (700, 5600))',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE controllers DROP COLUMN other_monitors');
    await runner.query('ALTER TABLE controllers DROP COLUMN device_licence');
  }
}
