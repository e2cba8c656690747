/** A fresh database per test file, with both roles, on the Postgres of the run (global-postgres.ts). */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { dropDatabase, ensureDatabase } from '../../../apps/launcher/src/postgres/roles.js';

export interface TestDatabase {
  /** As the role that owns the database and migrates. */
  readonly ownerUrl: string;
  /** As the application's role: no superuser, cannot bypass row security. */
  readonly appUrl: string;
  readonly appRole: string;
  readonly ownerRole: string;
  /** As superuser, for looking at what the roles may not see. */
  readonly superuserUrl: string;
  /** Ends all connections to it and removes database and roles. */
  drop(): Promise<void>;
}

/** An empty database: no migrations have run. Only in the projects `integration` and `e2e`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const secret = () => randomBytes(12).toString('hex');
  const roles = { database: name, owner: `${name}_owner`, ownerPassword: secret(), app: `${name}_app`, appPassword: secret() };
  await ensureDatabase(adminUrl, roles);
  const url = (user: string, password: string) => {
    const result = new URL(adminUrl);
    result.username = user;
    result.password = password;
    result.pathname = `/${name}`;
    return result.href;
  };
  const superuserUrl = new URL(adminUrl);
  superuserUrl.pathname = `/${name}`;
  return {
    ownerUrl: url(roles.owner, roles.ownerPassword),
    appUrl: url(roles.app, roles.appPassword),
    appRole: roles.app,
    ownerRole: roles.owner,
    superuserUrl: superuserUrl.href,
    drop: () => dropDatabase(adminUrl, roles),
  };
}
