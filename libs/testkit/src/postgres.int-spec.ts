import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';

describe('a test database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const query = async (connectionString: string, sql: string) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };

  it('S-02 has an application role that is no superuser, cannot bypass row security and cannot create tables', async () => {
    const [role] = await query(
      database.appUrl,
      'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user',
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false });
    await expect(query(database.appUrl, 'create table intruder (id int)')).rejects.toThrow(/permission denied/);
  });

  it('lets the owner create tables and schemas', async () => {
    await query(database.ownerUrl, 'create table things (id int)');
    await query(database.ownerUrl, 'create schema other');
    await expect(query(database.appUrl, 'select * from things')).rejects.toThrow(/permission denied/);
  });

  it('is gone after drop, with its roles and open connections', async () => {
    const other = await createTestDatabase();
    const client = new pg.Client({ connectionString: other.appUrl });
    const ended = new Promise<void>((resolve) => client.on('error', () => resolve()));
    await client.connect();
    await other.drop();
    await ended;
    expect(await query(database.superuserUrl, `select 1 from pg_roles where rolname = '${other.appRole}'`)).toEqual([]);
    await expect(query(other.appUrl, 'select 1')).rejects.toThrow();
  });
});
