/** A Postgres of this run alone, for faces that need a store and are not in a test. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase } from '../../apps/launcher/src/postgres/roles.js';
import { openServer, removeServer } from '../../apps/launcher/src/postgres/server.js';
import type { Store } from './control-face.js';

const ROLES = { database: 'fuzz', owner: 'fuzz_owner', ownerPassword: 'owner', app: 'fuzz_app', appPassword: 'app' };

export async function ownStore(): Promise<Store & { drop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-fuzz-'));
  // As root the server runs as another user, which must be able to enter.
  await chmod(dir, 0o711);
  const server = await openServer({ dir, log: () => undefined });
  await ensureDatabase(server.url('postgres'), ROLES);
  const urlOf = (user: string, password: string) => {
    const url = new URL(server.url(ROLES.database));
    url.username = user;
    url.password = password;
    return url.href;
  };
  return {
    ownerUrl: urlOf(ROLES.owner, ROLES.ownerPassword),
    appUrl: urlOf(ROLES.app, ROLES.appPassword),
    appRole: ROLES.app,
    superuserUrl: server.url(ROLES.database),
    drop: async () => {
      await server.stop('immediate');
      removeServer(server, dir);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
