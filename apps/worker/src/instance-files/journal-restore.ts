/** A successor whose journal is gone begins with the copy (design.md 7). */
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoredJournal } from '#contracts/gateway-admin';
import { JOURNAL_FILES } from '#contracts/journal-files';
import type { Database } from '#persistence/database';
import * as journalCopies from '#persistence/journal-copies';

export type JournalFound = 'present' | 'no copy' | RestoredJournal;

/**
 * Leaves a journal that is there alone. Where none is, puts the copy there, with since when events and sessions may be missing. No incarnation of
 * the instance may run. May be called again after a death in the middle: the journal is put in place last, in one step.
 */
export async function restoreJournal(database: Database, instanceId: string, folder: string): Promise<JournalFound> {
  const file = join(folder, JOURNAL_FILES.log);
  if ((await sizeOf(file)) >= JOURNAL_FILES.headerBytes) return 'present';
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return database.asPlatform(async (tx) => {
    const copy = await journalCopies.find(tx, instanceId);
    if (copy === undefined || copy.whole === null) return 'no copy';
    const { completeAt } = copy.whole;
    const restored: RestoredJournal = { completeAt: completeAt.toISOString() };
    await writeSynced(join(folder, JOURNAL_FILES.alive), []);
    await utimes(join(folder, JOURNAL_FILES.alive), completeAt, completeAt);
    await writeSynced(join(folder, JOURNAL_FILES.restored), [Buffer.from(JSON.stringify(restored))]);
    const draft = `${file}.copy`;
    await writeSynced(draft, journalCopies.read(tx, copy));
    await rename(draft, file);
    await syncFolder(folder);
    return restored;
  });
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

async function writeSynced(file: string, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'w', 0o600);
  try {
    for await (const bytes of content) await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
