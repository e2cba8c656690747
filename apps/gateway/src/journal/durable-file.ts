/** Replacing a file so that after any death, power failure included, there is the old one or the new one, whole. */
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function syncFolder(folder: string): Promise<void> {
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
