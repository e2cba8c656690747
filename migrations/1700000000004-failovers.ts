import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One receipt for each failover of an instance (R-RES-05): what was detected, fenced, restored and told, and when. Written by the worker alone. */
export class Failovers1700000000004 implements MigrationInterface {
  readonly name = 'Failovers1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE failovers (
      id uuid NOT NULL,
      tenant_id uuid NOT NULL,
      instance_id uuid NOT NULL,
      instance_name text NOT NULL,
      cause text NOT NULL,
      from_epoch integer NOT NULL,
      to_epoch integer,
      last_heard_at timestamptz,
      detected_at timestamptz NOT NULL,
      fenced_at timestamptz,
      serving_at timestamptz,
      restored_at timestamptz,
      abandoned_at timestamptz,
      gap_since timestamptz,
      gap_named_at timestamptz,
      sessions integer,
      monitors integer,
      restored integer,
      CONSTRAINT pk_failovers PRIMARY KEY (id),
      CONSTRAINT uq_failovers_instance_epoch UNIQUE (instance_id, from_epoch),
      CONSTRAINT ck_failovers_cause CHECK (cause IN ('exited', 'silent')),
      CONSTRAINT ck_failovers_epoch CHECK (to_epoch > from_epoch),
      CONSTRAINT fk_failovers_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE)`);
    await runner.query('CREATE INDEX ix_failovers_tenant ON failovers (tenant_id, id)');
    await runner.query(
      'CREATE INDEX ix_failovers_open ON failovers (instance_id) WHERE restored_at IS NULL AND abandoned_at IS NULL',
    );
    const mine = `tenant_id = nullif(current_setting('cordboard.tenant_id', true), '')::uuid OR current_setting('cordboard.scope', true) = 'platform'`;
    await runner.query('ALTER TABLE failovers ENABLE ROW LEVEL SECURITY');
    await runner.query('ALTER TABLE failovers FORCE ROW LEVEL SECURITY');
    await runner.query(`CREATE POLICY failovers_own_rows ON failovers USING (${mine}) WITH CHECK (${mine})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE failovers');
  }
}
