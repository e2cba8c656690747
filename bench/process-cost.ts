/** What a process costs, as the kernel says it. */
import { readFileSync } from 'node:fs';

/** Kernel ticks per second in /proc: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** User and system CPU seconds so far. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Proportional set size in MB: shared pages are counted in parts, so that sums over processes are true. */
export function proportionalMemoryOf(pid: number): number {
  const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'));
  return Number(pss![1]) / 1024;
}
