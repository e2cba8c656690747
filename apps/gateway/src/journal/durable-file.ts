/** Replacing a file so that after any death, power failure included, there is the old one or the new one, whole. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Mode 0600. On failure the old file stands; a left-over `.new` file is overwritten by the next attempt. */
export async function replaceDurably(file: string, content: string | Buffer): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncFolder(dirname(file));
}

/** {@link replaceDurably} at the start, when nothing else could be done meanwhile: to hand each step to the pool's threads costs several times the step. */
export function replaceDurablyNow(file: string, content: string): void {
  const temporary = `${file}.new`;
  withFile(temporary, 'w', (handle) => {
    writeSync(handle, content);
    fsyncSync(handle);
  });
  renameSync(temporary, file);
  syncFolderNow(dirname(file));
}

export const syncFolderNow = (folder: string): void => withFile(folder, 'r', fsyncSync);

/** Mode 0600 where it makes the file. */
export function withFile(path: string, flags: string, use: (handle: number) => void): void {
  const handle = openSync(path, flags, 0o600);
  try {
    use(handle);
  } finally {
    closeSync(handle);
  }
}
