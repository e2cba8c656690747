/** Whether everything is as it should be, seen from outside, and the last questions of a run. */
import { unsettled } from './away.js';
import type { FinalState } from './history.js';
import type { Load } from './load.js';
import { everyProcess, instancesOf, isAlive, programsOf } from './process-table.js';
import type { Site } from './site.js';
import { until } from './until.js';
import { controllersOf } from './witness.js';

const PROGRAMS = ['orchestrator', 'worker', 'router', 'call-manager-sim'] as const;

/** Sentences: what is not back. Empty when all is well. */
export async function notBack(site: Site): Promise<string[]> {
  const { run, layout } = site;
  const found = [...(await unsettled(site))];
  const programs = programsOf(layout);
  for (const name of PROGRAMS) if (!programs.some((program) => program.name === name)) found.push(`${name} does not run`);
  if (!isAlive(run.pids['postgres'] ?? 0)) found.push('Postgres does not run');
  const instances = instancesOf(layout);
  const controllers = await controllersOf(site).catch(() => undefined);
  if (controllers === undefined) return [...found, 'the simulator does not answer'];
  const addresses = new Set(run.tenant.controllers.map(({ address }) => address));
  for (const { id, name } of run.tenant.instances) {
    if (!instances.some(({ instanceId }) => instanceId === id)) found.push(`instance ${name} has no process`);
    for (const { address, links, faults } of controllers) {
      if (!addresses.has(address)) continue;
      if (faults.length > 0) found.push(`a fault stands at ${address}`);
      if (!links.some((link) => link.instanceId === id && link.state === 'up')) found.push(`${name} has no link to ${address}`);
    }
  }
  return found;
}

/** Resolves with the milliseconds it took; with undefined when it took too long. */
export async function untilBack(site: Site, deadlineMs: number): Promise<number | undefined> {
  const since = performance.now();
  const back = until('everything back', deadlineMs, async () => (await notBack(site)).length === 0);
  return back.then(
    () => performance.now() - since,
    () => undefined,
  );
}

async function orphansOf(site: Site): Promise<string[]> {
  const all = everyProcess();
  const { control, layout } = site;
  const programs = programsOf(layout, all);
  const found = PROGRAMS.flatMap((name) => {
    const pids = programs.filter((program) => program.name === name).map(({ pid }) => pid);
    return pids.length > 1 ? [`${name} runs ${pids.length} times: ${pids.join(', ')}`] : [];
  });
  const known = new Set<string>();
  for (const { slug } of (await control.listTenants()).items)
    for (const { id } of (await control.listInstances(slug)).items) known.add(id);
  for (const { pid, instanceId } of instancesOf(layout, all)) {
    if (!known.has(instanceId)) found.push(`process ${pid} is instance ${instanceId}, which is not on record`);
  }
  return found;
}

/** Phones take a call by hand, one by one: who holds a monitor there must be told of it live. */
async function monitorsTold(load: Load): Promise<FinalState['monitors']> {
  const phones = new Map(load.applications.flatMap(({ phones: held }) => held).map((phone) => [phone.dn, phone]));
  const marks = new Map(load.applications.map((application) => [application, application.events.length]));
  const numbers = [...phones.keys()];
  for (const dn of numbers) {
    await load.site.simulator('POST', `/v1/phones/${dn}/call`, { number: '9' }).catch(() => undefined);
    await load.site.simulator('POST', `/v1/phones/${dn}/clear`).catch(() => undefined);
  }
  const states = () =>
    load.applications.flatMap((application) => {
      const told = new Set(
        application.events
          .slice(marks.get(application))
          .flatMap((event) => (event.category === 'CALL_EVENT' && event.source === 'live' ? [event.objectId] : [])),
      );
      return application.phones.map(({ objectId }) => ({ session: application.id, objectId, live: told.has(objectId) }));
    });
  await until('a call at every phone', 15_000, () => states().every(({ live }) => live)).catch(() => undefined);
  return states();
}

/** The last entry of a history. The traffic must have ended and everything be back, or as back as it gets. */
export async function finalState(load: Load): Promise<FinalState> {
  const { site } = load;
  const sessions = await Promise.all(
    load.applications.map(async (application) => ({ session: application.id, alive: await application.alive() })),
  );
  const monitors = await monitorsTold(load);
  return {
    sessions,
    monitors,
    counts: await countsOf(load),
    unconverged: await notBack(site),
    orphans: await orphansOf(site).catch((error: unknown) => [`the record could not be read: ${(error as Error).message}`]),
  };
}

/** Monitors of the sample tenant's instances as the controllers hold them, against what the instances say; these report every few seconds. */
async function countsOf({ site }: Load): Promise<FinalState['counts']> {
  let counts: FinalState['counts'] = [];
  const agree = async () => {
    const controllers = await controllersOf(site);
    const { items } = await site.control.listInstances(site.run.tenant.slug);
    counts = items.flatMap(({ id, name, status }) =>
      status.links.map(({ address, monitors }) => {
        const links = controllers.find((controller) => controller.address === address)?.links ?? [];
        const atControllers = links.find(({ instanceId }) => instanceId === id)?.monitors ?? 0;
        return { what: `monitors of ${name} at ${address}`, atControllers, told: monitors.used ?? -1 };
      }),
    );
    return counts.length > 0 && counts.every(({ atControllers, told }) => atControllers === told);
  };
  await until('equal counts', 20_000, agree).catch(() => undefined);
  return counts;
}
