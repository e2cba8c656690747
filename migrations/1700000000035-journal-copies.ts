import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The copy of each instance's journal (design.md 7): the head says which generation of the journal is held, how far, and since when it was
 * whole; the pieces are the bytes. A generation that follows is gathered beside the one that is held until it is whole. Written by the worker.
 */
export class JournalCopies1700000000035 implements MigrationInterface {
  readonly name = 'JournalCopies1700000000035';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE journal_copies (
      instance_id uuid NOT NULL,
      tenant_id uuid NOT NULL,
      writer_token bigint NOT NULL DEFAULT 1,
      generation integer[],
      size_bytes bigint NOT NULL DEFAULT 0,
      complete_at timestamptz,
      next_generation integer[],
      next_bytes bigint NOT NULL DEFAULT 0,
      CONSTRAINT pk_journal_copies PRIMARY KEY (instance_id),
      CONSTRAINT ck_journal_copies_whole CHECK ((generation IS NULL) = (complete_at IS NULL)),
      CONSTRAINT fk_journal_copies_instance FOREIGN KEY (tenant_id, instance_id) REFERENCES instances (tenant_id, id) ON DELETE CASCADE)`);
    await runner.query(`CREATE TABLE journal_copy_pieces (
      instance_id uuid NOT NULL,
      generation integer[] NOT NULL,
      at_byte bigint NOT NULL,
      tenant_id uuid NOT NULL,
      bytes bytea NOT NULL,
      CONSTRAINT pk_journal_copy_pieces PRIMARY KEY (instance_id, generation, at_byte),
      CONSTRAINT fk_journal_copy_pieces_instance FOREIGN KEY (tenant_id, instance_id) REFERENCES instances (tenant_id, id) ON DELETE CASCADE)`);
    const mine = `tenant_id = nullif(current_setting('cordboard.tenant_id', true), '')::uuid OR current_setting('cordboard.scope', true) = 'platform'`;
    for (const table of ['journal_copies', 'journal_copy_pieces']) {
      await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      await runner.query(`CREATE POLICY ${table}_own_rows ON ${table} USING (${mine}) WITH CHECK (${mine})`);
    }
    await runner.query('ALTER TABLE failovers ADD COLUMN journal_copy_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE failovers DROP COLUMN journal_copy_at');
    await runner.query('DROP TABLE journal_copy_pieces');
    await runner.query('DROP TABLE journal_copies');
  }
}
