import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import { migrate, MigrationRefused, schemaDrift } from './migrate.js';

/** Tables that hold nothing of a tenant; everything else must be guarded. */
const TENANTLESS = ['leases', 'routing_versions', 'schema_migrations'];

describe('the schema', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database);
    owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  it('agrees with the entities: nothing is left for the schema builder to do', async () => {
    expect(await schemaDrift(database.ownerUrl)).toEqual([]);
  });

  it('may be migrated again, also by two at once', async () => {
    expect(await Promise.all([migrate(database), migrate(database)])).toEqual([[], []]);
  });

  it('names every constraint and index by what it is', async () => {
    const { rows } = await owner.query(
      `SELECT conname AS name FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
        AND conrelid <> 'schema_migrations'::regclass
       UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migrations'`,
    );
    expect(rows.length).toBeGreaterThan(40);
    for (const { name } of rows) expect(name).toMatch(/^(pk|uq|ck|fk|ix)_[a-z0-9_]+$/);
  });

  it('S-02 forces row security with one policy, for reads and writes, on every table that is a tenant’s', async () => {
    const { rows } = await owner.query(
      `SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
              (SELECT count(*)::int FROM pg_policies p WHERE p.tablename = c.relname AND p.permissive = 'PERMISSIVE'
                 AND p.cmd = 'ALL' AND p.qual LIKE '%cordboard.tenant_id%' AND p.with_check = p.qual) AS policies,
              (SELECT count(*)::int FROM pg_policies p WHERE p.tablename = c.relname) AS all_policies
         FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1`,
    );
    const guarded = rows.filter((row) => !TENANTLESS.includes(row.name));
    expect(guarded.length).toBe(19);
    for (const table of guarded) expect(table).toMatchObject({ enabled: true, forced: true, policies: 1, all_policies: 1 });
    const { rows: columns } = await owner.query(
      `SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'`,
    );
    for (const { table_name } of columns) expect(TENANTLESS).not.toContain(table_name);
  });

  it('S-02 the role of the programs owns nothing, bypasses nothing, and may not truncate', async () => {
    const { rows } = await owner.query(
      `SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned,
              has_table_privilege(r.oid, 'tenants', 'TRUNCATE') AS truncates, has_schema_privilege(r.oid, 'public', 'CREATE') AS creates,
              has_table_privilege(r.oid, 'schema_migrations', 'SELECT') AS reads_migrations
         FROM pg_roles r WHERE rolname = $1`,
      [database.appRole],
    );
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        owned: 0,
        truncates: false,
        creates: false,
        reads_migrations: false,
      },
    ]);
  });

  it('S-02 refuses to grant to a role that could bypass row security, or that is not there', async () => {
    await expect(migrate({ ownerUrl: database.ownerUrl, appRole: database.ownerRole })).rejects.toThrow(MigrationRefused);
    await expect(migrate({ ownerUrl: database.ownerUrl, appRole: 'nobody_at_all' })).rejects.toThrow(/create it/);
    await expect(migrate({ ownerUrl: database.ownerUrl, appRole: 'x"; DROP TABLE tenants; --' })).rejects.toThrow(
      MigrationRefused,
    );
  });

  it('S-05 has no function with the rights of its owner, and none with an open search path', async () => {
    const { rows } = await owner.query(
      `SELECT proname, prosecdef, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`,
    );
    expect(rows.length).toBe(4);
    for (const row of rows) expect(row).toMatchObject({ prosecdef: false, proconfig: ['search_path=pg_catalog, pg_temp'] });
  });
});
