/**
 * vitest globalSetup: one embedded Postgres for the whole run, shared by its workers and files, stopped and removed at the end.
 * A server left by a run that was killed hard is removed by the next run.
 */
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openServer, removeServer } from '../../../apps/launcher/src/postgres/server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser URL of the run's Postgres, database `postgres`. */
    readonly postgresUrl: string;
  }
}

const PREFIX = 'cordboard-test-postgres-';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function removeLeftOvers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const dir = join(tmpdir(), name);
    try {
      if (isAlive(Number(readFileSync(join(dir, 'owner.pid'), 'utf8')))) continue;
      const server = await openServer({ dir, log: () => undefined, throwAway: true });
      await server.stop('immediate');
      removeServer(server, dir);
    } catch {
      // Somebody else's, or already being removed: not this run's to clean.
    }
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftOvers();
  const dir = mkdtempSync(join(tmpdir(), PREFIX));
  // As root the server runs as another user, which must be able to enter.
  chmodSync(dir, 0o711);
  writeFileSync(join(dir, 'owner.pid'), String(process.pid));
  try {
    const server = await openServer({ dir, log: () => undefined, throwAway: true });
    project.provide('postgresUrl', server.url('postgres'));
    return async () => {
      await server.stop('immediate');
      removeServer(server, dir);
    };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}
