/** Brings a database to this release's schema; run as the owner, before any program starts. */
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '#migrations/index';
import { ENTITIES } from './tables/entities.js';

export interface MigrateOptions {
  /** Of the role that owns the tables. */
  readonly ownerUrl: string;
  /** The role the programs use; it exists already and may neither own, create, nor bypass anything (S-02). */
  readonly appRole: string;
}

/** The database cannot be used as asked; the message is a sentence that says what to do. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
  readonly code = 'MIGRATION_REFUSED';
}

const LOCK = 0x636f7264;

/** All migrations run in one transaction, or none; a second migrator waits for the first. May be called any number of times. Answers what ran. */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(options.appRole))
    throw new MigrationRefused('appRole must be a plain lower-case role name.');
  const source = await openAsOwner(options.ownerUrl);
  const gate = source.createQueryRunner();
  try {
    await gate.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await checkRole(source, options.appRole);
    const ran = await source.runMigrations({ transaction: 'all' });
    await grant(source, options.appRole);
    return ran.map((migration) => migration.name);
  } finally {
    await gate.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    await gate.release();
    await source.destroy();
  }
}

/** What TypeORM would change to make the tables match the entities: empty when the migrations are complete. */
export async function schemaDrift(ownerUrl: string): Promise<readonly string[]> {
  const source = await openAsOwner(ownerUrl);
  try {
    const log = await source.driver.createSchemaBuilder().log();
    return log.upQueries.map((entry) => entry.query);
  } finally {
    await source.destroy();
  }
}

async function openAsOwner(ownerUrl: string): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: 'schema_migrations',
    installExtensions: false,
    applicationName: 'cordboard migrate',
  });
  return source.initialize();
}

async function checkRole(source: DataSource, appRole: string): Promise<void> {
  const rows: { harmless: boolean; same: boolean }[] = await source.query(
    `SELECT NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
            AND NOT pg_has_role(rolname, current_user, 'MEMBER') AS harmless, rolname = current_user AS same
       FROM pg_roles WHERE rolname = $1`,
    [appRole],
  );
  const role = rows[0];
  if (!role) throw new MigrationRefused(`There is no role ${appRole}: create it with LOGIN NOSUPERUSER NOBYPASSRLS first.`);
  if (role.same || !role.harmless) {
    throw new MigrationRefused(
      `The role ${appRole} could bypass row security: it must not be the owner, a superuser, or a member of the owner.`,
    );
  }
}

/** Rows only: no TRUNCATE, which row security does not see, no DDL, and nothing of the migrations' own table. */
async function grant(source: DataSource, appRole: string): Promise<void> {
  const tables = source.entityMetadatas.map((entity) => `"${entity.tableName}"`).join(', ');
  await source.query(`GRANT USAGE ON SCHEMA public TO "${appRole}"`);
  await source.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO "${appRole}"`);
}
