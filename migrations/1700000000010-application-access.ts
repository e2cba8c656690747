import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How an application comes in: which integration it is, whether from outside alone (R-SES-06), and the key it signs its challenge with (R-CC-10);
 * and the users of integrations (R-SES-04). Additive: programs of the release before go on without the new columns.
 */
export class ApplicationAccess1700000000010 implements MigrationInterface {
  readonly name = 'ApplicationAccess1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE applications
      ADD COLUMN integration text,
      ADD COLUMN remote boolean NOT NULL DEFAULT false,
      ADD COLUMN legacy_signature boolean NOT NULL DEFAULT false,
      ADD COLUMN signing_key text,
      ADD COLUMN last_user_number integer NOT NULL DEFAULT 0,
      ADD CONSTRAINT uq_applications_tenant_id UNIQUE (tenant_id, id),
      ADD CONSTRAINT ck_applications_integration CHECK (integration IN ('salesforce', 'google'))`);
    await runner.query(`CREATE TABLE application_users (
      id uuid NOT NULL,
      tenant_id uuid NOT NULL,
      application_id uuid NOT NULL,
      user_number integer NOT NULL,
      email text NOT NULL,
      password_sha256 text NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT pk_application_users PRIMARY KEY (id),
      CONSTRAINT uq_application_users_email UNIQUE (tenant_id, application_id, email),
      CONSTRAINT uq_application_users_number UNIQUE (tenant_id, application_id, user_number),
      CONSTRAINT ck_application_users_number CHECK (user_number > 0),
      CONSTRAINT fk_application_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT fk_application_users_application FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE)`);
    await secure(runner, 'application_users');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE application_users');
    await runner.query(`ALTER TABLE applications DROP CONSTRAINT ck_applications_integration, DROP CONSTRAINT uq_applications_tenant_id,
      DROP COLUMN integration, DROP COLUMN remote, DROP COLUMN legacy_signature, DROP COLUMN signing_key, DROP COLUMN last_user_number`);
  }
}

/** S-02: a tenant's rows are the tenant's alone, from the first. */
async function secure(runner: QueryRunner, table: string): Promise<void> {
  const mine = `tenant_id = nullif(current_setting('cordboard.tenant_id', true), '')::uuid OR current_setting('cordboard.scope', true) = 'platform'`;
  await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await runner.query(`CREATE POLICY ${table}_own_rows ON ${table} USING (${mine}) WITH CHECK (${mine})`);
}
