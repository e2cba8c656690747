/** Postgres refuses to run as root: whom it runs as instead, and where that user can go. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LaunchError } from '../launch-error.js';

/** The user Postgres runs as; undefined is ourselves. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `postgres`, else `nobody`, when we are root; undefined (ourselves) otherwise. */
export function postgresAccount(passwd = '/etc/passwd', uid = process.getuid?.()): Account | undefined {
  if (uid !== 0) return undefined;
  const entries = readFileSync(passwd, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = entries.find(([user]) => user === name);
    if (entry !== undefined && Number(entry[2]) > 0) return { name, uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new LaunchError(
    'Postgres does not run as root and this system has no user postgres or nobody: start as an ordinary user',
  );
}

/** Whether `account` may pass through `dir` and every folder above it. */
export function canEnter(dir: string, account: Account | undefined): boolean {
  if (account === undefined) return true;
  for (let folder = realpathSync(dir); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}
