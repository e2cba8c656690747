/**
 * Design 7: acknowledged means kept. A system of its own: all of it killed at once under load, the router killed under 500 waiting
 * sessions, the disk full. Ten rounds and more: `npm run chaos -- --everything --rounds 10`.
 */
import { execFile } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Application } from '../../tools/chaos/application.js';
import { everythingRound } from '../../tools/chaos/everything.js';
import { Load } from '../../tools/chaos/load.js';
import { judge } from '../../tools/chaos/oracle.js';
import { OwnSystem } from '../../tools/chaos/own-system.js';
import { everyProcess, instancesOf, programsOf, signal } from '../../tools/chaos/process-table.js';
import { Site } from '../../tools/chaos/site.js';
import { until } from '../../tools/chaos/until.js';

// what takes half a minute alone takes several where the machine is shared
vi.setConfig({ testTimeout: 240_000, hookTimeout: 300_000 });

const run = promisify(execFile);
const ROUNDS = 2;
const SESSIONS = 500;
/** A router that is killed answers again within this. */
const ROUTER_BACK_MS = 2000;

/** Small file systems of their own under the instances' journals and under Postgres, so that they can be filled. */
const SMALL = [
  { folder: 'instances', size: '8m' },
  { folder: 'postgres', size: '400m' },
] as const;

let home: string;
let system: OwnSystem;
let isMounted = false;

async function mount(): Promise<boolean> {
  // the user that Postgres runs as must be able to enter
  chmodSync(home, 0o711);
  try {
    for (const { folder, size } of SMALL) {
      mkdirSync(join(home, folder), { mode: 0o711 });
      await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'tmpfs', join(home, folder)]);
    }
    return true;
  } catch {
    await unmount();
    return false;
  }
}

async function unmount(): Promise<void> {
  for (const { folder } of SMALL) await run('umount', ['-l', join(home, folder)]).catch(() => undefined);
}

/** Takes every byte that is left in a folder; the answered function gives them back. */
function fill(folder: string): () => void {
  const filler = join(home, folder, 'filler');
  const file = openSync(filler, 'w');
  for (const size of [1 << 20, 1 << 12]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
  return () => rmSync(filler);
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cordboard-all-'));
  isMounted = await mount();
  system = new OwnSystem(home);
  await system.start();
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
  const site = { instances: `${home}/instances`, settings: `${home}/settings` };
  const left = everyProcess().filter(({ words }) =>
    words.some((word) => word.startsWith(site.instances) || word.startsWith(site.settings)),
  );
  expect(left).toEqual([]);
  await unmount();
  rmSync(home, { recursive: true, force: true });
});

describe('everything killed at once under load', () => {
  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'R-RES-05 round %i: the next start has everything that was acknowledged',
    async (round) => {
      const { killed, acknowledged, faults, startMs } = await everythingRound(system, round);
      expect(faults).toEqual([]);
      // launcher, four programs, an instance and the processes of Postgres
      expect(killed).toBeGreaterThan(8);
      expect(acknowledged).toBeGreaterThan(15);
      console.log(`round ${round}: ${killed} processes killed, all back after ${Math.round(startMs)} ms`);
    },
  );
});

describe('the router killed', () => {
  it(`with ${SESSIONS} sessions waiting: back by itself, streams go on at their cursors, nothing missing, nothing out of order`, async () => {
    const site = new Site(home);
    const load = await Load.begin(site, { applications: 3, phonesEach: 9, callsPerHour: 30_000 });
    const waiting: Application[] = [];
    onTestFinished(async () => {
      await Promise.all(waiting.map((application) => application.logOut()));
      await load.end();
      await site.close();
    });
    for (let count = 0; count < SESSIONS; count += 25)
      waiting.push(...(await Promise.all(Array.from({ length: 25 }, () => Application.logIn(site, true)))));
    // most of them wait in silence; some hold monitors, so that streams are cut in the middle
    for (const application of waiting) application.read();
    const { address, extensions } = site.run.tenant.controllers[0]!;
    await Promise.all(waiting.slice(0, 20).map((application, index) => application.monitor(address, extensions[20 + index]!)));
    await load.untilMoreEvents(30);
    const owners = instancesOf(site.layout);
    const backMs: number[] = [];
    // the same sessions, first over plain HTTP, then each with a connection of its own over TLS
    for (const plain of [true, false]) {
      const before = waiting.map(({ answers }) => answers);
      for (const application of waiting) application.plain = plain;
      // the reading that is under way is the last one over the old connection
      await until('new connections', 60_000, () => waiting.every(({ answers }, index) => answers > before[index]!));
      const [router] = programsOf(site.layout).filter(({ name }) => name === 'router');
      const killedAt = performance.now();
      signal([router!.pid], 'SIGKILL');
      await until('a session is answered again', 30_000, () => waiting[0]!.alive());
      backMs.push(performance.now() - killedAt);
      const what = `the router with ${SESSIONS} sessions over ${plain ? 'HTTP' : 'TLS'}`;
      console.log(`${what}: back after ${Math.round(backMs.at(-1)!)} ms`);
      // a few at a time, beside the readers that all come back by themselves
      for (let at = 0; at < SESSIONS; at += 25)
        await Promise.all(waiting.slice(at, at + 25).map((each) => until(`session ${each.id}`, 60_000, () => each.alive())));
      console.log(`${what}: each has answered after ${Math.round(performance.now() - killedAt)} ms`);
    }
    // of two, because a machine that others use too may be slow once
    expect(Math.min(...backMs)).toBeLessThan(ROUTER_BACK_MS);
    await load.untilMoreEvents(60);
    await load.calm();
    expect(instancesOf(site.layout)).toEqual(owners);
    const violations = judge(site.history)
      .filter(({ invariant }) => /no event is missing|numbers of a session|one incarnation/.test(invariant))
      .flatMap(({ checked, violations: found }) => (checked === 0 ? ['nothing was looked at'] : found));
    expect(violations).toEqual([]);
    const everybody = [...load.applications, ...waiting];
    expect(everybody.flatMap(({ events }) => events).filter(({ category }) => category === 'GAP')).toEqual([]);
    expect((await Promise.all(everybody.map((application) => application.alive()))).every(Boolean)).toBe(true);
  });
});

describe('a full disk', () => {
  const why = 'a small file system cannot be mounted here (not root)';

  it('R-RES-05 under the journal: refused with UNAVAILABLE, reads go on, it recovers by itself, nothing acknowledged is lost', async (context) => {
    if (!isMounted) return context.skip(why);
    const site = new Site(home);
    const load = await Load.begin(site, { applications: 1, phonesEach: 6, callsPerHour: 20_000 });
    const { tenant } = site.run;
    const { name: applicationName, applicationPassword, localPassword } = tenant.application;
    const credentials = { companyName: tenant.companyName, applicationName, applicationPassword, localPassword };
    const tryLogIn = () => site.edge('POST', '/v1/sessions', { body: credentials });
    const giveBack = fill('instances');
    const acknowledged: { sessionId: number; token: string }[] = [];
    try {
      const refusal = { status: 0, body: {} as unknown };
      // what is left of the last page of the journal may still be written
      await until('a refusal', 30_000, async () => {
        const answer = await tryLogIn();
        if (answer.status === 201) acknowledged.push(answer.body as (typeof acknowledged)[number]);
        Object.assign(refusal, answer);
        return answer.status !== 201;
      });
      expect(refusal).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      const [application] = load.applications;
      const objectId = application!.phones[0]!.objectId + 20;
      const monitor = await application!.ask('POST', '/monitors', { objectId });
      expect(monitor).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      await load.untilMoreEvents(30);
      expect(await load.applications[0]!.alive()).toBe(true);
    } finally {
      giveBack();
    }
    await until('a log-in', 20_000, async () => {
      const answer = await tryLogIn();
      if (answer.status === 201) acknowledged.push(answer.body as (typeof acknowledged)[number]);
      return answer.status === 201;
    });
    signal(
      instancesOf(site.layout).map(({ pid }) => pid),
      'SIGKILL',
    );
    for (const { sessionId, token } of acknowledged) {
      const alive = async () =>
        (await site.edge('POST', `/v1/sessions/${sessionId}/keepalive`, { token, body: {} })).status === 200;
      await until(`session ${sessionId} after a crash`, 30_000, alive);
    }
    expect(await load.applications[0]!.alive()).toBe(true);
    await Promise.all(acknowledged.map(({ sessionId, token }) => site.edge('DELETE', `/v1/sessions/${sessionId}`, { token })));
    await load.end();
    await site.close();
  });

  it('R-ORC-06 under Postgres: the control API answers 503 UNAVAILABLE, calls go on, it recovers by itself', async (context) => {
    if (!isMounted) return context.skip(why);
    const site = new Site(home);
    const { base, adminKey } = site.run.control;
    let count = 0;
    const acknowledged: string[] = [];
    const create = async () => {
      const slug = `full-${(count += 1)}`;
      const answer = await fetch(`${base}/v1/tenants`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', 'idempotency-key': slug },
        body: JSON.stringify({ slug, companyName: 'x'.repeat(90) }),
      });
      if (answer.status === 201) acknowledged.push(slug);
      return { status: answer.status, body: (await answer.json()) as unknown };
    };
    const giveBack = fill('postgres');
    try {
      const refusal = { status: 0, body: {} as unknown };
      // what is left of pages that the tables have already may still be used
      await until('a refusal', 60_000, async () => Object.assign(refusal, await create()).status !== 201);
      expect(refusal).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      const caller = await Application.logIn(site);
      expect(await caller.alive()).toBe(true);
      await caller.logOut();
    } finally {
      giveBack();
    }
    await until('a tenant', 60_000, async () => (await create()).status === 201);
    for (const slug of acknowledged) await site.control.getTenant(slug);
    await site.close();
  });
});
