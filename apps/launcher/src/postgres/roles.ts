/** Two roles from the first day (S-02): one owns and migrates, the application's cannot bypass row security. */
import pg from 'pg';

export interface DatabaseRoles {
  readonly database: string;
  readonly owner: string;
  readonly ownerPassword: string;
  readonly app: string;
  readonly appPassword: string;
}

const quote = (name: string) => pg.escapeIdentifier(name);
const literal = (text: string) => pg.escapeLiteral(text);

/**
 * Creates the role, or sets its password. What else a role can do is never asked for here, because only a superuser may even mention it;
 * a role that is there already and could pass row security is refused.
 */
export async function ensureRole(client: pg.Client, name: string, password: string): Promise<void> {
  const { rows } = await client.query<{ mighty: boolean }>(
    'select rolsuper or rolbypassrls as mighty from pg_roles where rolname = $1',
    [name],
  );
  if (rows[0]?.mighty === true) throw new Error(`the role ${name} could bypass row security`);
  await client.query(`${rows.length === 0 ? 'create' : 'alter'} role ${quote(name)} with login password ${literal(password)}`);
}

/** @param url of a superuser. May be called again: what is there stays, passwords are set. */
export async function ensureDatabase(url: string, roles: DatabaseRoles): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await ensureRole(client, roles.owner, roles.ownerPassword);
    await ensureRole(client, roles.app, roles.appPassword);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [roles.database]);
    if (rowCount === 0) await client.query(`create database ${quote(roles.database)} owner ${quote(roles.owner)}`);
    await client.query(`revoke all on database ${quote(roles.database)} from public`);
    await client.query(`grant connect on database ${quote(roles.database)} to ${quote(roles.app)}`);
  } finally {
    await client.end();
  }
}

/** Ends all connections to it and removes database and roles. */
export async function dropDatabase(url: string, roles: Pick<DatabaseRoles, 'database' | 'owner' | 'app'>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(`drop database if exists ${quote(roles.database)} with (force)`);
    await client.query(`drop role if exists ${quote(roles.owner)}, ${quote(roles.app)}`);
  } finally {
    await client.end();
  }
}
