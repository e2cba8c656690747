/**
 * When this instance was last alive, as the time of a file beside the journal: the next incarnation tells applications since when events
 * may be missing. Not synced: after the death of the process the file is right to a quarter of a second, after that of the host it may be
 * older, and then the gap is told longer than it was, never shorter.
 */
import { statSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL_FILES } from '#contracts/journal-files';

const INTERVAL_MS = 250;

const fileOf = (folder: string): string => join(folder, JOURNAL_FILES.alive);

/** ms since 1970; undefined when none ever lived here. */
export function lastAliveMs(folder: string): number | undefined {
  try {
    return statSync(fileOf(folder)).mtimeMs;
  } catch {
    return undefined;
  }
}

/** Until the answered function is called. A sign that cannot be given is left out. */
export function giveLifeSigns(folder: string): () => void {
  try {
    writeFileSync(fileOf(folder), '', { mode: 0o600 });
  } catch {
    // left out like the others
  }
  const timer = setInterval(() => {
    const now = new Date();
    utimes(fileOf(folder), now, now).catch(() => undefined);
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
