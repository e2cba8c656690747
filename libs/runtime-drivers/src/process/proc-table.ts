/**
 * The process table as /proc shows it. A process is known by pid *and* start time (clock ticks since boot): a pid alone may have
 * been given to a stranger meanwhile.
 */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat. */
  readonly startTicks: number;
}

/** Identity of a living process; undefined when there is none of that pid or it is a zombie, which does nothing any more. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  // the command name is in parentheses and may hold anything, parentheses and spaces included
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, startTicks: Number(fields[19]) };
}

/** Value of one variable in the environment a process was started with; undefined when unset or not ours to read. */
export async function environmentOf(pid: number, variable: string): Promise<string | undefined> {
  let block: string;
  try {
    block = await readFile(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return undefined;
  }
  const start = `${variable}=`;
  return block
    .split('\0')
    .find((entry) => entry.startsWith(start))
    ?.slice(start.length);
}

/** Pids of all processes there are at this moment. */
export async function allPids(): Promise<number[]> {
  const entries = await readdir('/proc');
  return entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
}
