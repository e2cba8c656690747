/**
 * Design 5: the data plane does not need the control plane. Judged by what applications were told against what the simulated controllers
 * sent, by the epochs the controllers saw, and by the process table. The same trials, longer: `npm run chaos -- --away all --seconds 60`.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freeze, killAndHold, PARTS, processesOf, settled, type Part } from '../../tools/chaos/away.js';
import { Load } from '../../tools/chaos/load.js';
import { judge, missingEvents } from '../../tools/chaos/oracle.js';
import { instancesOf, isAlive, processOf } from '../../tools/chaos/process-table.js';
import { Site } from '../../tools/chaos/site.js';
import { until } from '../../tools/chaos/until.js';
import { controllersOf } from '../../tools/chaos/witness.js';
import { systemHome } from './system.js';

// what takes half a minute alone takes several where the machine is shared
vi.setConfig({ testTimeout: 240_000, hookTimeout: 300_000 });

const AWAY_EVENTS = 60;

let site: Site;
let load: Load;
beforeAll(async () => {
  site = new Site(systemHome());
  await settled(site);
  load = await Load.begin(site, { applications: 2, phonesEach: 9, callsPerHour: 40_000 });
  await load.untilMoreEvents(20);
});
afterAll(async () => {
  await load.end();
  await settled(site);
  await site.close();
});

/** What must be the same before and after: who is which instance, and which epochs the controllers serve. */
async function owners(): Promise<unknown> {
  const links = (await controllersOf(site)).flatMap(({ address, links: standing }) =>
    standing.map(({ instanceId, epoch, openedAt }) => `${address} ${instanceId} ${epoch} since ${openedAt}`),
  );
  const processes = instancesOf(site.layout).map(({ pid, startTicks, instanceId }) => `${instanceId} ${pid} ${startTicks}`);
  return { links: links.sort(), processes: processes.sort() };
}

/** While the parts are away: log-ins, monitors, commands and events go on. */
async function worksWithout(leastMs: number): Promise<void> {
  const since = performance.now();
  const newcomer = await load.addApplication(3);
  const before = newcomer.events.length;
  await load.untilMoreEvents(AWAY_EVENTS, 60_000);
  // which phones are called is the traffic's choice: the newcomer's three may have their turn later
  await until('the newcomer is told events too', 60_000, () => newcomer.events.length > before);
  const accepted = () =>
    site.history.some((entry) => entry.kind === 'command' && entry.session === newcomer.id && entry.outcome === 'accepted');
  // the traffic has the phone too: what is refused because it is in a call is asked again, under another key
  await until('a command that is accepted', 60_000, async () => {
    for (const phone of newcomer.phones) if (!accepted()) await newcomer.call(phone, '1149', nextKey());
    return accepted();
  });
  await until('the time has passed', leastMs + 1000, () => performance.now() - since >= leastMs);
  expect(await newcomer.alive()).toBe(true);
}
let keys = 0;
const nextKey = () => String(700_000 + keys++);

const away: readonly { readonly name: string; readonly parts: readonly Part[]; readonly leastMs: number }[] = [
  { name: 'orchestrator, worker and Postgres', parts: PARTS, leastMs: 0 },
  { name: 'Postgres alone, for a minute,', parts: ['postgres'], leastMs: 60_000 },
  { name: 'the orchestrator alone', parts: ['orchestrator'], leastMs: 0 },
  { name: 'the worker alone', parts: ['worker'], leastMs: 0 },
];

describe('the control plane away while calls flow', () => {
  it.each(away)('R-ORC-06 $name stopped: all goes on, nobody is taken for dead', async ({ parts, leastMs }) => {
    const before = await owners();
    const pids = parts.flatMap((part) => processesOf(site, part));
    const goOn = await freeze(site, parts);
    try {
      await worksWithout(leastMs);
      expect(pids.map((pid) => processOf(pid)?.state ?? 'gone').filter((state) => !['T', 'gone'].includes(state))).toEqual([]);
    } finally {
      goOn();
    }
    await settled(site);
    expect(await owners()).toEqual(before);
  });

  it('R-ORC-06 all of them killed with -9 and nobody there to start them again', async () => {
    const before = await owners();
    const pids = PARTS.flatMap((part) => processesOf(site, part));
    const goOn = await killAndHold(site, PARTS);
    try {
      await worksWithout(0);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(PARTS.flatMap((part) => processesOf(site, part))).toEqual([]);
    } finally {
      goOn();
      await until('other processes', 60_000, () => PARTS.every((part) => processesOf(site, part).length > 0));
    }
    await settled(site);
    expect(await owners()).toEqual(before);
  });

  it('R-CC-09 over all of it: every event once and in order, one owner, no command twice', async () => {
    await load.calm();
    // the controllers' own figure of the fastest second is of the whole run: other tests had two tenants' instances at one controller
    const unfit = new Set([
      'everything is back after healing',
      'no process is left over',
      'caps hold as counted at the controllers',
    ]);
    const verdicts = judge(site.history).filter(({ invariant }) => !unfit.has(invariant) && !invariant.includes('acknowledged'));
    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    for (const { invariant, checked } of verdicts) expect(checked, invariant).toBeGreaterThan(0);
    for (const application of load.applications) expect(await application.alive()).toBe(true);
    const { checked, missing } = missingEvents(site.history);
    expect(missing).toEqual([]);
    expect(checked).toBeGreaterThan(AWAY_EVENTS);
    const gaps = load.applications.flatMap(({ events }) => events.filter(({ category }) => category === 'GAP'));
    expect(gaps, 'nobody was even told of a gap').toEqual([]);
    const ids = load.applications.flatMap(({ id, events }) => events.map(({ eventId }) => `${id} ${eventId}`));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
