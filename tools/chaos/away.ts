/** The control plane, or a part of it, taken away and brought back. */
import { isAlive, postgresOf, processOf, programsOf, signal } from './process-table.js';
import type { Site } from './site.js';
import { until } from './until.js';

export type Part = 'orchestrator' | 'worker' | 'postgres';
export const PARTS: readonly Part[] = ['orchestrator', 'worker', 'postgres'];
const SETTLED_WITHIN_MS = 90_000;

/** Processes of a part as they are now; of Postgres every one, the postmaster first. */
export function processesOf(site: Site, part: Part): number[] {
  if (part === 'postgres') return postgresOf(site.run.pids['postgres'] ?? 0);
  return programsOf(site.layout)
    .filter(({ name }) => name === part)
    .map(({ pid }) => pid);
}

/** SIGSTOP to every process of the parts; resolves when the kernel has stopped them all. The answered function lets them go on. */
export async function freeze(site: Site, parts: readonly Part[]): Promise<() => void> {
  const pids = parts.flatMap((part) => processesOf(site, part));
  if (pids.length < parts.length) throw new Error(`not all of ${parts.join(', ')} run`);
  signal(pids, 'SIGSTOP');
  const stopped = () => pids.every((pid) => ['T', undefined].includes(processOf(pid)?.state));
  await until('the processes stand still', 10_000, stopped);
  return () => signal(pids, 'SIGCONT');
}

/** kill -9 to every process of the parts, with the launcher stopped, so that nothing starts them again before the answered function is called. */
export async function killAndHold(site: Site, parts: readonly Part[]): Promise<() => void> {
  const launcher = site.run.pid;
  signal([launcher], 'SIGSTOP');
  await until('the launcher stands still', 10_000, () => processOf(launcher)?.state === 'T');
  const pids = parts.flatMap((part) => processesOf(site, part));
  signal(pids, 'SIGKILL');
  await until('the end of the processes', 10_000, () => !pids.some(isAlive));
  return () => signal([launcher], 'SIGCONT');
}

/** Resolves when the control API answers and every instance that is to run runs and is reported so. */
export async function settled(site: Site): Promise<void> {
  await until('the control plane', SETTLED_WITHIN_MS, async () => (await unsettled(site)).length === 0);
}

/** What the control API says that is not as it should be; its silence too. */
export async function unsettled(site: Site): Promise<string[]> {
  const { control, run } = site;
  try {
    const { items } = await control.listInstances(run.tenant.slug);
    return items
      .filter(({ desiredState, status }) => desiredState === 'running' && status.state !== 'running')
      .map(({ name, status }) => `instance ${name} is ${status.state}`);
  } catch (error) {
    return [`the control API: ${(error as Error).message}`];
  }
}
