/** The process table as the kernel shows it: what of one installation runs. Asks nobody of ours. */
import { readdirSync, readFileSync } from 'node:fs';
import type { HomeLayout } from '#config/home';
import type { SeenProcess } from './history.js';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** `T`: stopped; `Z`: dead, not yet fetched. */
  readonly state: string;
  readonly startTicks: string;
  /** Its command line, word by word. */
  readonly words: readonly string[];
}

/** undefined when it is gone. */
export function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', parent = '0', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return { pid, parent: Number(parent), state, startTicks: rest[17] ?? '', words };
  } catch {
    return undefined;
  }
}

export const isAlive = (pid: number): boolean => !['Z', 'X', undefined].includes(processOf(pid)?.state);

export function everyProcess(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? [])
    .filter(({ state }) => state !== 'Z' && state !== 'X');
}

/** `pid` and everything below it, parents first. */
export function familyOf(pid: number, all = everyProcess()): number[] {
  const below = all.filter(({ parent }) => parent === pid).flatMap((child) => familyOf(child.pid, all));
  return [pid, ...below];
}

const after = ({ words }: Process, flag: string): string | undefined => words[words.indexOf(flag) + 1 || words.length];

/** Gateway instances that run for this home. */
export function instancesOf(layout: HomeLayout, all = everyProcess()): SeenProcess[] {
  return all.flatMap((process) => {
    const { pid, startTicks } = process;
    if (after(process, '--config')?.startsWith(`${layout.instances}/`) !== true) return [];
    const label = labelOf(pid)?.split(':');
    // without a label it is still on its way into its program, or on its way out
    return label === undefined ? [] : [{ pid, startTicks, instanceId: label[1] ?? '', epochMajor: Number(label[2]) }];
  });
}

/** Programs that run for this home, by name (`orchestrator`, `worker`, …). */
export function programsOf(layout: HomeLayout, all = everyProcess()): { readonly name: string; readonly pid: number }[] {
  return all.flatMap((process) => {
    const file = after(process, '--settings');
    if (file?.startsWith(`${layout.settings}/`) !== true) return [];
    return [{ name: file.slice(layout.settings.length + 1, -'.json'.length), pid: process.pid }];
  });
}

/** Every process of the embedded Postgres whose postmaster this is. */
export const postgresOf = (postmaster: number): number[] => familyOf(postmaster).filter(isAlive);

function labelOf(pid: number): string | undefined {
  try {
    const name = 'CORDBOARD_INCARNATION=';
    const entry = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((line) => line.startsWith(name));
    return entry?.slice(name.length);
  } catch {
    return undefined;
  }
}

/** A signal to each; who is gone meanwhile is passed over. Only pids of this installation are ever given. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
