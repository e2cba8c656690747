/** Programs of this home that outlived a launcher which was killed: they end by themselves, and a new start waits for that. */
import { readFileSync, readdirSync } from 'node:fs';
import type { HomeLayout } from '#config/home';

/** Pids of processes that were started with a settings file of this home. Gateway instances are not among them. */
export function programsOf(layout: HomeLayout): number[] {
  return startedWith('--settings', `${layout.settings}/`);
}

/** Pids of gateway instances that run as processes of this home. */
export function instancesOf(layout: HomeLayout): number[] {
  return startedWith('--config', `${layout.instances}/`);
}

/** Processes whose argument after `flag` is a file below `folder`. */
function startedWith(flag: string, folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && argumentOf(pid, flag)?.startsWith(folder) === true);
}

function argumentOf(pid: number, flag: string): string | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined;
  } catch {
    return undefined;
  }
}

/** Waits until they have ended; who has not after `deadlineMs` is killed: it would hold our ports and act on our record. */
export async function awaitLeftOvers(layout: HomeLayout, say: (line: string) => void, deadlineMs = 12_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  let said = false;
  for (;;) {
    const pids = programsOf(layout);
    if (pids.length === 0) return;
    if (!said) say(`waiting for ${pids.length} programs of a start that was killed`);
    said = true;
    if (performance.now() > deadline) for (const pid of pids) killIfThere(pid);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
