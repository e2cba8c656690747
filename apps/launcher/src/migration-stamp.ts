/**
 * A start after the first one of a build has nothing to migrate, and finding that out costs a second or more: so what was migrated is
 * noted beside the embedded database. A database of somebody else may change without us: there migrations run at every start.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HomeLayout } from '#config/home';
import type { Database } from './postgres/embedded.js';
import { writePrivateFile } from './private-files.js';

interface Facts {
  readonly layout: HomeLayout;
  readonly cloneRoot: string;
}

const noteOf = ({ layout }: Facts) => join(layout.postgres, 'migrated');

/** Names the build (tools/build.mjs writes it); undefined when somebody has built by other means. */
function buildStamp({ cloneRoot }: Facts): string | undefined {
  const file = join(cloneRoot, 'dist', '.built');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

export function isMigrated(facts: Facts, database: Pick<Database, 'pid' | 'isNew'>): boolean {
  if (database.pid === null || database.isNew || !existsSync(noteOf(facts))) return false;
  return readFileSync(noteOf(facts), 'utf8') === buildStamp(facts);
}

export function noteMigrated(facts: Facts): void {
  const stamp = buildStamp(facts);
  if (stamp !== undefined) writePrivateFile(noteOf(facts), stamp);
}
