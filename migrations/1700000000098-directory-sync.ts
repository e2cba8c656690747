import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often a sync of the directories of a cluster's controllers was asked for, and when last (R-CLU-08). A constant default rewrites no row. */
export class DirectorySync1700000000098 implements MigrationInterface {
  readonly name = 'DirectorySync1700000000098';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clusters ADD COLUMN IF NOT EXISTS directory_sync_revision integer NOT NULL DEFAULT 0');
    await runner.query('ALTER TABLE clusters ADD COLUMN IF NOT EXISTS directory_sync_asked_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clusters DROP COLUMN directory_sync_asked_at');
    await runner.query('ALTER TABLE clusters DROP COLUMN directory_sync_revision');
  }
}
