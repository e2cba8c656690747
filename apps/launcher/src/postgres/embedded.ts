/** The database of an installation: the one of DATABASE_URL when given, else our own embedded server. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { LaunchError } from '../launch-error.js';
import { readJson, writePrivateJson } from '../private-files.js';
import { ensureDatabase, ensureRole, type DatabaseRoles } from './roles.js';
import { openServer } from './server.js';

export interface Database {
  /** The role that owns the schema and migrates. */
  readonly ownerUrl: string;
  /** The role of the programs; cannot bypass row security. */
  readonly appUrl: string;
  readonly appRole: string;
  /** Of the embedded server's postmaster; null for a database of somebody else. */
  readonly pid: number | null;
  /** Just made, and so empty. */
  readonly isNew: boolean;
  /** What was found or done, for the person at the keyboard. */
  readonly summary: string;
  /** Starts the embedded server again, at the same port, when it has died; true when it did. Never for a database of somebody else. */
  revive(): Promise<boolean>;
  /** Stops the embedded server; a database of somebody else is left alone. May be called twice. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

const RolesSchema = z.strictObject({
  database: z.string(),
  owner: z.string(),
  ownerPassword: z.string(),
  app: z.string(),
  appPassword: z.string(),
  /** Set once the roles and the database exist, so that a warm start need not ask. */
  made: z.boolean(),
});

const secret = () => randomBytes(24).toString('base64url');

function withCredentials(url: string, user: string, password: string, database?: string): string {
  const result = new URL(url);
  result.username = user;
  result.password = password;
  if (database !== undefined) result.pathname = `/${database}`;
  return result.href;
}

/** @param dir `postgres/` of the home; holds the data (where the Postgres user can enter) and, mode 0600, the passwords. */
export async function ensurePostgres(dir: string, log: (line: string) => void): Promise<Database> {
  const server = await openServer({ dir, log });
  let current = server;
  try {
    const file = join(dir, 'roles.json');
    const fresh = {
      database: 'cordboard',
      owner: 'cordboard_owner',
      ownerPassword: secret(),
      app: 'cordboard_app',
      appPassword: secret(),
      made: false,
    };
    const kept = RolesSchema.safeParse(readJson(file));
    const roles = kept.success ? kept.data : fresh;
    if (!roles.made) {
      writePrivateJson(file, roles);
      await ensureDatabase(server.url('postgres'), roles satisfies DatabaseRoles);
      writePrivateJson(file, { ...roles, made: true });
    }
    return {
      ownerUrl: withCredentials(server.url(roles.database), roles.owner, roles.ownerPassword),
      appUrl: withCredentials(server.url(roles.database), roles.app, roles.appPassword),
      appRole: roles.app,
      get pid() {
        return current.pid;
      },
      isNew: !roles.made,
      summary: `${server.adopted ? 'adopted the running server' : 'embedded server'}, 127.0.0.1:${server.port}, pid ${server.pid}`,
      revive: async () => {
        if (current.isRunning()) return false;
        current = await openServer({ dir, log, port: server.port });
        return true;
      },
      stop: (mode) => current.stop(mode),
    };
  } catch (error) {
    await server.stop().catch(() => undefined);
    throw error;
  }
}

const ExternalSchema = z.strictObject({ app: z.string(), appPassword: z.string() });

/** A given database: its user owns and migrates; the role of the programs is made there, with a name and password of this installation. */
export async function useDatabase(url: string, dir: string): Promise<Database> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'external-role.json');
  const kept = ExternalSchema.safeParse(readJson(file));
  const role = kept.success ? kept.data : { app: `cordboard_app_${randomBytes(4).toString('hex')}`, appPassword: secret() };
  if (!kept.success) writePrivateJson(file, role);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await ensureRole(client, role.app, role.appPassword);
    const { rows } = await client.query<{ name: string }>('select current_database() as name');
    await client.query(
      `grant connect on database ${pg.escapeIdentifier(rows[0]?.name ?? '')} to ${pg.escapeIdentifier(role.app)}`,
    );
  } catch (error) {
    throw new LaunchError(
      `the database of DATABASE_URL cannot be used: ${(error as Error).message || (error as NodeJS.ErrnoException).code}`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
  return {
    ownerUrl: url,
    appUrl: withCredentials(url, role.app, role.appPassword),
    appRole: role.app,
    pid: null,
    isNew: false,
    summary: `the database of DATABASE_URL at ${new URL(url).host}`,
    revive: () => Promise.resolve(false),
    stop: () => Promise.resolve(),
  };
}
