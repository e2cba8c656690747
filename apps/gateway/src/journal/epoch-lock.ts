/**
 * The incarnation's epoch (design.md 6) and the exclusive lock on the journal folder.
 *
 * The lock is a name in the kernel's abstract socket space, made once at random and kept in the folder: only one process on the host
 * can hold it, and the kernel takes it back when that process dies, however it dies. (In containers each has its own such space; there
 * the runtime sees to it that a folder has one container.) The minor part of the epoch is a counter on disk, synced before it is used.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Epoch } from '#contracts/gateway-admin';
import { replaceDurablyNow } from './durable-file.js';
import { readIfThere } from './read-if-there.js';

export class JournalLockedError extends Error {
  override readonly name = 'JournalLockedError';
}
export class StaleEpochError extends Error {
  override readonly name = 'StaleEpochError';
}

export interface HeldEpoch {
  readonly epoch: Epoch;
  /** May be called twice. */
  release(): Promise<void>;
}

interface EpochFile extends Epoch {
  readonly lockName: string;
}

/**
 * @param major granted by the control plane
 * @throws JournalLockedError when a live process has this folder; StaleEpochError when a later incarnation has run here already
 */
export async function holdEpoch(folder: string, major: number): Promise<HeldEpoch> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'epoch.json');
  const name = readEpoch(file)?.lockName ?? (await nameFor(file));
  const server = await listen(name, folder);
  const release = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
  try {
    const last = readEpoch(file);
    if (last !== undefined && last.major > major)
      throw new StaleEpochError(`an incarnation of epoch ${last.major} has run here; this one was granted ${major}`);
    const epoch: Epoch = { major, minor: last === undefined || last.major < major ? 0 : last.minor + 1 };
    replaceDurablyNow(file, JSON.stringify({ ...epoch, lockName: name } satisfies EpochFile));
    return { epoch, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Before the first epoch there is no name yet: the first to take a name that all can work out makes one. */
async function nameFor(file: string): Promise<string> {
  const first = await listen(`cordboard-first-${createHash('sha256').update(file).digest('hex')}`, file);
  try {
    const known = readEpoch(file)?.lockName;
    if (known !== undefined) return known;
    const lockName = `cordboard-${randomBytes(16).toString('hex')}`;
    replaceDurablyNow(file, JSON.stringify({ major: 1, minor: -1, lockName } satisfies EpochFile));
    return lockName;
  } finally {
    await new Promise((resolve) => first.close(resolve));
  }
}

function readEpoch(file: string): EpochFile | undefined {
  const bytes = readIfThere(file);
  if (bytes === undefined) return undefined;
  const { major, minor, lockName } = JSON.parse(bytes.toString()) as Partial<EpochFile>;
  if (!Number.isInteger(major) || !Number.isInteger(minor) || typeof lockName !== 'string')
    throw new Error(`${file} is not an epoch counter`);
  return { major: major!, minor: minor!, lockName };
}

function listen(name: string, folder: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new JournalLockedError(`another process has the journal ${folder}`) : error);
    });
    server.listen(`\0${name}`, () => {
      server.unref();
      resolve(server);
    });
  });
}
