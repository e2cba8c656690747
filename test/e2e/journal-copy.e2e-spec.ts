/**
 * Design 7: the journal is copied to the control plane. Judged by what applications are answered and told after the journal's folder is gone:
 * what the copy held lives on, also what was made while the control plane was away; what may be missing is said.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '#testkit/eventually';
import { freeze, PARTS, settled } from '../../tools/chaos/away.js';
import { Application } from '../../tools/chaos/application.js';
import { instancesOf, isAlive, signal } from '../../tools/chaos/process-table.js';
import { Site } from '../../tools/chaos/site.js';
import { until } from '../../tools/chaos/until.js';
import { adminClient, systemHome } from './system.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let site: Site;
const applications: Application[] = [];
beforeAll(async () => {
  site = new Site(systemHome());
  await settled(site);
});
afterAll(async () => {
  await Promise.all(applications.map((application) => application.logOut()));
  await settled(site);
  await site.close();
});

/** A session that holds monitors on phones of every controller and reads on. */
async function watcher(from: number): Promise<Application> {
  const application = await Application.logIn(site);
  applications.push(application);
  for (const { address, extensions } of site.run.tenant.controllers)
    await application.monitor(address, extensions[from]!).then(() => application.monitor(address, extensions[from + 1]!));
  application.read();
  await until('its monitors', 30_000, () => application.events.filter(({ type }) => type === 'MONITOR_SET').length === 6);
  return application;
}

const theInstance = () => adminClient().getInstance(site.run.tenant.slug, site.run.tenant.instances[0]!.id);

/** Until the copy holds everything that was acknowledged before the call. */
async function untilCopied(): Promise<void> {
  const now = Date.now();
  await until('a copy of now', 60_000, async () => {
    const { durability, copiedAt, copiedBytes } = (await theInstance()).status.journal;
    expect(durability).toBe('local');
    return copiedAt !== null && Date.parse(copiedAt) > now && copiedBytes > 0;
  });
}

/** The host's disk is lost with the process: nobody may start the successor in between. */
async function loseInstanceAndJournal(): Promise<number> {
  const { id } = site.run.tenant.instances[0]!;
  const victim = instancesOf(site.layout).find(({ instanceId }) => instanceId === id)!;
  const goOn = await freeze(site, ['worker']);
  try {
    signal([victim.pid], 'SIGKILL');
    await until('its end', 10_000, () => !isAlive(victim.pid));
    rmSync(site.layout.instance(id).journal, { recursive: true });
  } finally {
    goOn();
  }
  return victim.epochMajor;
}

describe('the copy of the journal', () => {
  it('R-SES-07 R-ORC-06 sessions made before and during the absence of the control plane outlive the journal’s folder', async () => {
    const { id } = site.run.tenant.instances[0]!;
    const before = await watcher(30);
    const goOn = await freeze(site, PARTS);
    let during: Application;
    try {
      during = await watcher(32);
    } finally {
      goOn();
    }
    await untilCopied();
    const cursors = [before, during].map(({ cursor }) => cursor);
    expect(cursors.every((cursor) => cursor !== undefined)).toBe(true);
    const lostAt = Date.now();
    const epoch = await loseInstanceAndJournal();
    await until('both sessions', 60_000, async () => (await before.alive()) && (await during.alive()));

    const receipt = await eventually(
      async () => {
        const { items } = await adminClient().listFailovers(site.run.tenant.slug);
        return items.find(
          ({ fromEpoch, instanceId, restoredAt }) => fromEpoch === epoch && instanceId === id && restoredAt !== null,
        );
      },
      { what: 'the receipt', deadlineMs: 60_000 },
    );
    const copyAt = Date.parse(receipt.journalCopyAt!);
    expect(copyAt, 'the copy is said, and of when').toBeLessThanOrEqual(lostAt);
    expect(lostAt - copyAt, 'it was fresh').toBeLessThan(30_000);
    expect(Date.parse(receipt.gap!.since), 'and the gap begins there').toBeLessThanOrEqual(copyAt);
    for (const application of [before, during]) {
      const gap = await eventually(() => Promise.resolve(application.events.find(({ category }) => category === 'GAP')), {
        what: 'the gap',
        deadlineMs: 20_000,
      });
      expect(gap).toMatchObject({ category: 'GAP', reason: 'restart', epoch: { major: epoch + 1 } });
      expect((gap as { since: number }).since).toBeLessThanOrEqual(copyAt);
      // a call by hand at each phone: who holds a monitor there is told live
      const mark = application.events.length;
      for (const { dn } of application.phones) {
        await site.simulator('POST', `/v1/phones/${dn}/call`, { number: '9' });
        await site.simulator('POST', `/v1/phones/${dn}/clear`);
      }
      const told = () =>
        application.events.slice(mark).filter((event) => event.category === 'CALL_EVENT' && event.source === 'live');
      const phones = () => new Set(told().map((event) => (event as { objectId: number }).objectId)).size;
      await until('an event of each phone', 30_000, () => phones() === application.phones.length);
    }
    expect(site.history.filter(({ kind }) => kind === 'session-lost')).toEqual([]);
    // the next death finds the journal again
    await untilCopied();
    expect((await theInstance()).status.state).toBe('running');
  });
});
