/** One launcher per home: a file naming the process that holds it. A lock whose process is gone is taken over. */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const HolderSchema = z.strictObject({ pid: z.int().min(1), started: z.string() });
export type Holder = z.infer<typeof HolderSchema>;

export interface HomeLock {
  /** Removes the file when it is still ours; may be called twice. */
  release(): void;
}

/** When the process started, in clock ticks since boot: with the pid it names one process, even when pids are used again. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return afterName[0] === 'Z' ? undefined : afterName[19];
  } catch {
    return undefined;
  }
}

export function isAlive(holder: Holder): boolean {
  return startOf(holder.pid) === holder.started;
}

function read(file: string): { text: string; holder: Holder | undefined } | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    try {
      return { text, holder: HolderSchema.safeParse(JSON.parse(text)).data };
    } catch {
      return { text, holder: undefined };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moves a stale lock aside; when it turns out to be somebody's new one, puts it back. */
function removeStale(file: string, staleText: string): void {
  const aside = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (readFileSync(aside, 'utf8') !== staleText) linkSync(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** The lock, or the living process that has it. */
export function takeLock(file: string): HomeLock | Holder {
  const text = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' } satisfies Holder);
  const own = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(own, text, { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      try {
        linkSync(own, file);
        return {
          release: () => {
            if (read(file)?.text === text) rmSync(file, { force: true });
          },
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const found = read(file);
      if (found?.holder !== undefined && isAlive(found.holder)) return found.holder;
      if (found !== undefined) removeStale(file, found.text);
    }
    throw new Error(`the lock ${file} changes hands too quickly`);
  } finally {
    rmSync(own, { force: true });
  }
}
