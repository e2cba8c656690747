/** Writing key material: never half a file, never readable by others, and never two winners where there may be one. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Private keys are the owner's alone; certificates are public. */
export const KEY_MODE = 0o600;
export const PUBLIC_MODE = 0o644;

/** The text of a file, or undefined when there is none. Other failures (no permission, a folder) are thrown. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Writes the file only when there is none and answers what is in it afterwards: the text given, or that of whoever was first.
 * Two processes that call this at the same moment get the same answer (`link` fails for the second), and a death in the middle
 * leaves nothing under the name.
 */
export async function writeOnce(file: string, text: string, mode: number): Promise<string> {
  const temporary = await writeTemporary(file, text, mode);
  try {
    await link(temporary, file);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readFile(file, 'utf8');
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Replaces the file as a whole: a reader sees the old text or the new one. */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  const temporary = await writeTemporary(file, text, mode);
  try {
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeTemporary(file: string, text: string, mode: number): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}
