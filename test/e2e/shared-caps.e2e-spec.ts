/**
 * R-LIM-04, R-LIM-11, R-LIM-13: one small controller (2,000 monitors, 20 starts a second) and two instances that share it. What one does not use the
 * other gets, exactly the room is filled, the others are told limit, use and cap, and the controller never sees more, whoever is killed.
 */
import { UNLIMITED_LICENCES } from '#contracts/control-api';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { kill } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeLoopbackBlock, type LoopbackBlock } from '#config/addresses';
import { childEnvironment } from '#config/environment';
import { homeLayout } from '#config/home';
import { MONITOR_STARTS_PER_SECOND, MONITORS_PER_POWERPC_CONTROLLER } from '#domain/limits';
import { openAuthority } from '#pki/authority';
import { eventually } from '#testkit/eventually';
import { adminClient, systemHome, TestSession, type Credentials } from './system.js';
import { isAlive } from './witness.js';

const SLUG = 'shared';
const CAP = MONITORS_PER_POWERPC_CONTROLLER;
const PHONES = CAP + 120;
/** Requests of one application under way at once. */
const CROWD = 60;
const KEY = 'shared-caps-simulator-key-01234567';
const client = () => adminClient();

interface Seen {
  readonly links: readonly { readonly state: string; readonly instanceId: string; readonly monitors: number }[];
  readonly monitors: { readonly shared: number };
  readonly counters: { readonly startMonitorPerSecondMax: number; readonly requests: Readonly<Record<string, number>> };
  readonly phones: readonly { readonly handle: number }[];
}

let block: LoopbackBlock;
let folder: string;
let sim: ChildProcess;
let base: string;
let credentials: Credentials;
const instances: string[] = [];
const sessions: TestSession[] = [];

const seen = async (): Promise<Seen> => {
  const answer = await fetch(`${base}/v1/controllers`, { headers: { authorization: `Bearer ${KEY}` } });
  return ((await answer.json()) as { controllers: Seen[] }).controllers[0]!;
};

beforeAll(async () => {
  block = await freeLoopbackBlock();
  folder = mkdtempSync(join(tmpdir(), 'cordboard-shared-'));
  const address = block.address(1);
  const layout = homeLayout(systemHome());
  const issued = await (
    await openAuthority(layout.pki, 'controllers-ca')
  ).issue({ commonName: `controller:${address}`, ipAddresses: [address] });
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const controller = {
    name: 'small',
    address,
    platform: 'cx',
    certFile: file('c.crt', issued.certPem),
    keyFile: file('c.key', issued.keyPem),
    extensions: { from: 700_001, count: PHONES },
  };
  const settings = {
    instanceCaFile: layout.caFile,
    admin: { host: '127.0.0.1', port: 0, key: KEY },
    controllers: [controller],
    logLevel: 'error',
  };
  const program = resolve(import.meta.dirname, '../../dist/apps/call-manager-sim/src/main.js');
  sim = fork(program, ['--settings', file('simulator.json', JSON.stringify(settings))], {
    execArgv: [],
    env: childEnvironment({}),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(sim, 'message', { signal: AbortSignal.timeout(60_000) })) as [{ port: number }];
  base = `http://127.0.0.1:${port}`;

  await client().createTenant({ slug: SLUG, companyName: 'Shared Company', licences: UNLIMITED_LICENCES });
  const clusterId = (await client().createCluster(SLUG, { name: 'main' })).id;
  await client().createController(SLUG, { clusterId, name: 'small', address, platform: 'cx', release: '9.4' });
  const application = await client().createApplication(SLUG, { name: 'crowd' });
  credentials = {
    companyName: 'Shared Company',
    applicationName: 'crowd',
    applicationPassword: application.applicationPassword!,
    localPassword: application.localPassword!,
  };
  for (const name of ['one', 'two']) {
    const operation = await client().createInstance(SLUG, { clusterId, name, limits: { sessions: 20 } });
    expect(await client().waitOperation(operation.id, { timeoutSeconds: 60 })).toMatchObject({ state: 'succeeded' });
    instances.push(operation.targetId);
  }
  await eventually(async () => (await seen()).links.filter(({ state }) => state === 'up').length === 2, {
    deadlineMs: 60_000,
    what: 'the links of both instances',
  });
}, 240_000);
afterAll(async () => {
  const operation = await client().deleteTenant(SLUG);
  await client().waitOperation(operation.id, { timeoutSeconds: 60 });
  const ended = once(sim, 'exit');
  sim.kill('SIGKILL');
  await ended;
  await block.release();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

/** A session at this instance. */
async function sessionAt(index: number): Promise<TestSession> {
  const slots = (await client().getInstance(SLUG, instances[index]!)).slots;
  return eventually(
    async () => {
      const isThere = ({ id }: TestSession) => slots.includes(Math.floor(id / 2 ** 43));
      // instances take turns: two log-ins with nothing between them are at two instances
      const two = [await TestSession.open(SLUG, credentials), await TestSession.open(SLUG, credentials)];
      const wanted = two.find(isThere);
      for (const session of two) if (session !== wanted) await session.ask('DELETE');
      return wanted;
    },
    { deadlineMs: 60_000, what: `a session at instance ${index}` },
  );
}

interface Told {
  readonly code: string;
  readonly limit: string;
  readonly used: number;
  readonly cap: number;
}
/** As an application does it: what may be tried again is tried again, until it is told yes or that all is in use. */
async function monitorOf(session: TestSession, objectId: number): Promise<'held' | Told> {
  for (;;) {
    const answer = await session.ask<Told>('POST', '/monitors', { objectId }).catch(() => undefined);
    if (answer?.status === 200) return 'held';
    if (answer?.status === 429 && answer.body.code === 'MONITOR_LIMIT') return answer.body;
    if (answer !== undefined && answer.status < 500 && answer.status !== 429)
      throw new Error(`a monitor was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    await new Promise((done) => setTimeout(done, 500));
  }
}

async function crowd(session: TestSession, objectIds: readonly number[], onHeld: (count: number) => void = () => {}) {
  const waiting = [...objectIds];
  const refused: Told[] = [];
  let held = 0;
  const one = async (): Promise<void> => {
    for (let objectId = waiting.shift(); objectId !== undefined; objectId = waiting.shift()) {
      const told = await monitorOf(session, objectId);
      if (told === 'held') onHeld((held += 1));
      else refused.push(told);
    }
  };
  await Promise.all(Array.from({ length: CROWD }, one));
  return { held, refused };
}

describe('a controller that two instances share', () => {
  it('R-LIM-04 R-LIM-11 R-LIM-13 the last places go to exactly as many as there are, over both, with a kill -9 in the middle', async () => {
    const [first, second] = [await sessionAt(0), await sessionAt(1)];
    sessions.push(first, second);
    const { icpId } = await first.get<{ icpId: number }>(`/controllers?icpIpAddress=${block.address(1)}`);
    const objectIds = (await seen()).phones.map(({ handle }) => icpId * 2 ** 32 + handle);
    let most = 0;
    const watching = setInterval(() => {
      void seen().then(({ monitors }) => (most = Math.max(most, monitors.shared)));
    }, 500);
    // filling takes longer than a silent session lives
    const keeping = setInterval(() => {
      for (const session of [first, second]) void session.ask('POST', '/keepalive', {}).catch(() => undefined);
    }, 5000);
    try {
      // One alone gets far more than its even part: nobody is told "full" while the other has room to spare.
      const filled = await crowd(first, objectIds.slice(0, 1700));
      expect(filled).toEqual({ held: 1700, refused: [] });

      const { pid } = (await client().getInstance(SLUG, instances[1]!)).status;
      const [one, two] = await Promise.all([
        crowd(first, objectIds.slice(1700, 1900)),
        crowd(second, objectIds.slice(1900, 2120), (count) => {
          if (count === 20) kill(pid!, 'SIGKILL');
        }),
      ]);
      expect(isAlive(pid!), 'it was killed in the middle').toBe(false);
      expect(one.held + two.held).toBe(CAP - 1700);
      expect(one.refused.length + two.refused.length).toBe(120);
      for (const told of [...one.refused, ...two.refused])
        expect(told).toMatchObject({ limit: 'monitorsPerController', used: CAP, cap: CAP });
      await eventually(async () => (await seen()).monitors.shared === CAP, {
        deadlineMs: 90_000,
        what: 'the truth at the controller to equal what was acknowledged',
      });
      const { links, counters } = await seen();
      expect(links.find(({ instanceId }) => instanceId === instances[0])!.monitors).toBe(1700 + one.held);
      expect(links.find(({ instanceId }) => instanceId === instances[1])!.monitors).toBe(two.held);
      expect(most).toBeLessThanOrEqual(CAP);
      expect(counters.startMonitorPerSecondMax).toBeLessThanOrEqual(MONITOR_STARTS_PER_SECOND);
      expect(counters.requests['MONITOR_START']).toBeGreaterThan(CAP);

      // No leak: everything goes, and somebody else can have it all.
      for (const session of sessions.splice(0)) await session.ask('DELETE');
      await eventually(async () => (await seen()).monitors.shared === 0, { deadlineMs: 60_000, what: 'no monitor left there' });
      for (const id of instances)
        await eventually(async () => (await client().getInstance(SLUG, id)).limits.monitors.used === 0, {
          deadlineMs: 30_000,
          what: 'no monitor left in the count of the instance',
        });
    } finally {
      clearInterval(watching);
      clearInterval(keeping);
    }
  }, 600_000);

  it('R-LIM-01 R-LIM-13 a hundred log-ins at once for the last ten sessions of two instances', async () => {
    const open: TestSession[] = [];
    const logIn = () => TestSession.open(SLUG, credentials).then((session) => open.push(session));
    while (open.length < 30) await logIn();
    const told: string[] = [];
    await Promise.all(Array.from({ length: 100 }, () => logIn().catch((error: Error) => told.push(error.message))));
    expect(open).toHaveLength(40);
    expect(told).toHaveLength(90);
    for (const message of told) {
      expect(message).toContain('log-in was answered 429');
      expect(message).toContain('"limit":"sessions","used":20,"cap":20');
    }
    await Promise.all(open.map((session) => session.ask('DELETE')));
  });
});
