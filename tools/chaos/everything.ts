/** Everything killed at once under load, and what must be there after the next start (issue: nothing acknowledged is lost). */
import { UNLIMITED_LICENCES } from '#contracts/control-api';
import { setTimeout as delay } from 'node:timers/promises';
import type { Application } from './application.js';
import { untilBack } from './convergence.js';
import { Load } from './load.js';
import { instancesOf } from './process-table.js';
import type { OwnSystem } from './own-system.js';
import { Site } from './site.js';
import { until } from './until.js';

export interface RoundReport {
  readonly killed: number;
  /** From the kill until everything was back, instances and links too. */
  readonly startMs: number;
  readonly acknowledged: number;
  /** Sentences: what was acknowledged and is not there, or is there and should not be. */
  readonly faults: readonly string[];
}

interface Acknowledged {
  readonly tenants: string[];
  readonly applications: { readonly tenant: string; readonly id: string }[];
  readonly keys: { readonly tenant: string; readonly key: string }[];
  readonly operations: string[];
}

/** Asks for tenants, keys, applications and operations until nobody answers any more; notes what was acknowledged. */
function provider(site: Site, prefix: string): { readonly acknowledged: Acknowledged; end(): Promise<void> } {
  const acknowledged: Acknowledged = { tenants: [], applications: [], keys: [], operations: [] };
  const { control, run } = site;
  const instance = run.tenant.instances[0]!.id;
  let ended = false;
  const one = async (count: number) => {
    const slug = `${prefix}-${count}`;
    await control.createTenant({ slug, companyName: slug, licences: UNLIMITED_LICENCES });
    acknowledged.tenants.push(slug);
    const application = await control.createApplication(slug, { name: 'Dialler' });
    acknowledged.applications.push({ tenant: slug, id: application.id });
    const { key } = await control.createKey(slug, { name: 'own' });
    acknowledged.keys.push({ tenant: slug, key: key ?? '' });
    if (count % 5 === 3) acknowledged.operations.push((await control.startInstance(run.tenant.slug, instance)).id);
  };
  const work = (async () => {
    for (let count = 0; !ended; count += 1) await one(count).catch(() => delay(20));
  })();
  return {
    acknowledged,
    end: () => {
      ended = true;
      return work;
    },
  };
}

async function missingOf(site: Site, acknowledged: Acknowledged): Promise<string[]> {
  const faults: string[] = [];
  const check = async (what: string, ask: () => Promise<unknown>) => {
    await ask().catch((error: unknown) => faults.push(`${what}: ${(error as Error).message}`));
  };
  const { control, run } = site;
  for (const slug of acknowledged.tenants) await check(`tenant ${slug}`, () => control.getTenant(slug));
  for (const { tenant, id } of acknowledged.applications)
    await check(`application of ${tenant}`, () => control.getApplication(tenant, id));
  for (const { tenant, key } of acknowledged.keys) {
    const answer = await fetch(`${run.control.base}/v1/tenants/${tenant}`, { headers: { authorization: `Bearer ${key}` } });
    if (answer.status !== 200) faults.push(`the key of ${tenant} is answered ${answer.status}`);
  }
  for (const id of acknowledged.operations) {
    await check(`operation ${id}`, async () => {
      const { state } = await control.waitOperation(id, { timeoutSeconds: 60 });
      if (state !== 'succeeded') throw new Error(`it is ${state}`);
    });
  }
  return faults;
}

/** One round on a system that runs; it runs again when this resolves. */
export async function everythingRound(system: OwnSystem, number: number): Promise<RoundReport> {
  const site = new Site(system.home);
  const load = await Load.begin(site, { applications: 3, phonesEach: 6, callsPerHour: 20_000 }, number);
  const work = provider(site, `round-${number}-${Date.now().toString(36)}`);
  try {
    await load.untilMoreEvents(50);
    await until('enough was acknowledged', 30_000, () => work.acknowledged.keys.length >= 4);
    const since = performance.now();
    const killed = await system.killEverything();
    await Promise.all([work.end(), load.witness.end()]);
    await system.start();
    const back = await untilBack(site, 60_000);
    const startMs = performance.now() - since;
    const faults = back === undefined ? ['not everything came back within 60 s'] : [];
    faults.push(...(await missingOf(site, work.acknowledged)));
    faults.push(...(await sessionFaults(site, load.applications)));
    const twins = instancesOf(site.layout).map(({ instanceId }) => instanceId);
    if (new Set(twins).size !== twins.length) faults.push(`an instance runs twice: ${twins.join(', ')}`);
    const { tenants, applications, keys, operations } = work.acknowledged;
    const sessions = load.applications.reduce((sum, { phones }) => sum + 1 + phones.length, 0);
    const acknowledged = tenants.length + applications.length + keys.length + operations.length + sessions;
    return { killed, startMs, acknowledged, faults };
  } finally {
    // also when the next start fails: what still asks would keep this program alive
    await Promise.all([work.end(), load.end()]);
    await site.close();
  }
}

/** Sessions answer, know of the gap, and their monitors tell the next call live. */
async function sessionFaults(site: Site, applications: readonly Application[]): Promise<string[]> {
  const faults: string[] = [];
  for (const application of applications) {
    if (!(await application.alive())) faults.push(`session ${application.id} does not answer`);
    const gap = () => application.events.some((event) => event.category === 'GAP' && event.reason === 'restart');
    await until('the gap', 20_000, gap).catch(() => faults.push(`session ${application.id} was told of no gap`));
  }
  const mark = new Map(applications.map((application) => [application, application.events.length]));
  const toldOf = (application: Application, objectId: number) =>
    application.events
      .slice(mark.get(application))
      .some((event) => event.category === 'CALL_EVENT' && event.source === 'live' && event.objectId === objectId);
  for (const application of applications) {
    for (const { dn, objectId } of application.phones) {
      const told = until('a live event', 20_000, async () => {
        if (toldOf(application, objectId)) return true;
        await site.simulator('POST', `/v1/phones/${dn}/call`, { number: '9' }).catch(() => undefined);
        await site.simulator('POST', `/v1/phones/${dn}/clear`).catch(() => undefined);
        return toldOf(application, objectId);
      });
      await told.catch(() => faults.push(`session ${application.id} is not told of phone ${dn}`));
    }
  }
  return faults;
}
