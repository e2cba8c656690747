import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { homeLayout } from '#config/home';
import type { Tenant } from '#domain/resources';
import * as instanceStatus from '#persistence/instance-status';
import * as leases from '#persistence/leases';
import * as operations from '#persistence/operations';
import * as outbox from '#persistence/outbox';
import * as tenants from '#persistence/tenants';
import { eventually } from '#testkit/eventually';
import { bundleGateway } from '../../../tools/bundle-gateway.mjs';
import { openBench, type WorkerBench } from './testing/bench.js';
import { openDriver } from './worker-runtime.js';

const CRASHES = 'process.exit(3);';
const LIVES = 'setInterval(() => undefined, 1000);';
/** Answers nothing and ignores a polite end. */
const DEAF = `process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000);`;

describe('the worker', () => {
  let bench: WorkerBench;
  let tenant: Tenant;
  let bundleDir: string;
  let program: string;
  beforeAll(async () => {
    bundleDir = await mkdtemp(join(tmpdir(), 'cordboard-gateway-'));
    program = await bundleGateway(join(bundleDir, 'gateway.mjs'));
  });
  afterAll(() => rm(bundleDir, { recursive: true, force: true }));
  beforeEach(async () => {
    bench = await openBench(program);
    tenant = await bench.addTenant();
  });
  afterEach(() => bench.close());

  const start = async (options: Parameters<WorkerBench['openWorker']>[0] = {}) => {
    const worker = await bench.openWorker(options);
    worker.start();
    return worker;
  };

  it('R-ORC-02 brings an instance up, stops, starts, restarts and deletes it, and each operation tells its steps', async () => {
    await start();
    const { id, operation } = await bench.addInstance(tenant);
    const created = await bench.ended(operation);
    expect(created).toMatchObject({ state: 'succeeded', progress: 100, attempts: 1, error: null });
    // one that serves by the time it is looked at need not be waited for
    const waited = created.steps.length === 2 ? [] : ['wait until it serves'];
    expect(created.steps.map((step) => step.name)).toEqual(['prepare files', 'start the incarnation', ...waited]);
    for (const step of created.steps)
      expect(step).toMatchObject({ state: 'done', startedAt: expect.any(String), endedAt: expect.any(String) });
    const running = await bench.state(id, 'running');
    expect(running).toMatchObject({
      epochMajor: 1,
      endpoint: { port: 9443, adminPort: 9444, serverName: `i-${id}.cordboard.internal` },
    });
    expect(running.observed).toMatchObject({ state: 'serving', pid: running.handle!['pid'], epoch: { major: 1 } });
    expect(await bench.alive(id)).toHaveLength(1);
    const paths = homeLayout(bench.settings.home).instance(id);
    expect(JSON.parse(await readFile(paths.handle, 'utf8'))).toEqual(running.handle);

    expect(await bench.ended(await bench.ask(id, 'instance.stop', { desiredState: 'stopped' }))).toMatchObject({
      state: 'succeeded',
    });
    expect(await bench.alive(id)).toEqual([]);
    expect(await bench.ended(await bench.ask(id, 'instance.start', { desiredState: 'running' }))).toMatchObject({
      state: 'succeeded',
    });
    expect(await bench.ended(await bench.ask(id, 'instance.restart', { restart: true }))).toMatchObject({ state: 'succeeded' });
    const again = await bench.state(id, 'running');
    expect(again).toMatchObject({ epochMajor: 3, address: running.address, consecutiveFailures: 0 });
    expect((await bench.alive(id)).map((handle) => handle.epochMajor)).toEqual([3]);

    expect(await bench.ended(await bench.ask(id, 'instance.delete', { desiredState: 'deleted' }))).toMatchObject({
      state: 'succeeded',
    });
    expect(await bench.status(id)).toBeUndefined();
    expect(await bench.alive(id)).toEqual([]);
    expect(existsSync(paths.dir)).toBe(false);
  });

  it('pushes a newer access document to a running incarnation without restarting it', async () => {
    await start();
    const { id, operation } = await bench.addInstance(tenant);
    await bench.ended(operation);
    const digest = await bench.issueDocument(id);
    const status = await eventually(async () => {
      const now = await bench.status(id);
      return now?.accessDigest === digest && now.state === 'running' ? now : undefined;
    });
    expect(status.epochMajor).toBe(1);
  });

  it('R-ORC-04 a killed incarnation comes back by itself with a higher epoch', async () => {
    await start();
    const { id, operation } = await bench.addInstance(tenant);
    await bench.ended(operation);
    const [first] = await bench.alive(id);
    process.kill(first!['pid'] as number, 'SIGKILL');
    const back = await eventually(async () => {
      const now = await bench.status(id);
      return now?.state === 'running' && now.epochMajor === 2 ? now : undefined;
    });
    expect(back).toMatchObject({ restarts: 1, consecutiveFailures: 1 });
    expect((await bench.alive(id)).map((handle) => handle.epochMajor)).toEqual([2]);
  });

  it('R-ORC-06 a worker that is started again keeps what runs, and watches it', async () => {
    const before = await start();
    const { id, operation } = await bench.addInstance(tenant);
    await bench.ended(operation);
    const [first] = await bench.alive(id);
    await before.stop();
    await before.close();
    expect(await bench.alive(id)).toEqual([first]);
    await start();
    const restarted = await bench.ask(id, 'instance.start', { desiredState: 'running' });
    expect(await bench.ended(restarted)).toMatchObject({ state: 'succeeded', attempts: 0 });
    expect(await bench.alive(id)).toEqual([first]);
    process.kill(first!['pid'] as number, 'SIGKILL');
    await eventually(async () => (await bench.status(id))?.epochMajor === 2, { what: 'its successor' });
  });

  it('takes over an incarnation that was started but not recorded, and ends one of an older epoch', async () => {
    const before = await start();
    const { id, operation } = await bench.addInstance(tenant);
    await bench.ended(operation);
    await before.stop();
    await before.close();
    const [first] = await bench.alive(id);
    const forget = async () => {
      const lease = (await bench.database.asPlatform((tx) => leases.take(tx, { name: 'test', holder: 't', ttlMs: 60_000 })))!;
      const changes = { handle: null, state: 'starting', deadlineAt: new Date(Date.now() + 30_000) } as const;
      await bench.database.asPlatform((tx) => instanceStatus.write(tx, lease, id, changes));
    };
    await forget();
    const second = await start();
    const adopted = await eventually(async () => {
      const now = await bench.status(id);
      return now?.state === 'running' && now.handle !== null ? now : undefined;
    });
    expect(adopted).toMatchObject({ epochMajor: 1, handle: first });
    await second.stop();
    await forget();
    const lease = (await bench.database.asPlatform((tx) => leases.take(tx, { name: 'test', holder: 't', ttlMs: 60_000 })))!;
    await bench.database.asPlatform((tx) => instanceStatus.grantEpoch(tx, lease, id));
    await start();
    await eventually(async () => (await bench.status(id))?.epochMajor === 3 && (await bench.status(id))?.state === 'running');
    expect((await bench.alive(id)).map((handle) => handle.epochMajor)).toEqual([3]);
  });

  it('R-ORC-04 gives up on what keeps failing, says why, and tries again when asked', async () => {
    const broken = await start({ program: await bench.writeProgram(CRASHES) });
    const { id, operation } = await bench.addInstance(tenant);
    const ended = await bench.ended(operation, 30_000);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
    expect(ended.attempts).toBeGreaterThan(1);
    const status = await bench.state(id, 'failed');
    expect(status.consecutiveFailures).toBe(5);
    expect(status.message).toMatch(/5 failures within 10 minutes/);
    await broken.stop();
    await start();
    expect(await bench.ended(await bench.ask(id, 'instance.start', { desiredState: 'running' }))).toMatchObject({
      state: 'succeeded',
    });
    expect(await bench.status(id)).toMatchObject({ consecutiveFailures: 0, state: 'running' });
  });

  it('I10 an operation ends at its deadline, also when nothing answers', async () => {
    await start({ program: await bench.writeProgram(DEAF) });
    const { id } = await bench.addInstance(tenant);
    await bench.state(id, 'starting');
    const operation = await bench.ask(id, 'instance.restart', { restart: true }, 1500);
    expect(await bench.ended(operation)).toMatchObject({
      state: 'failed',
      error: { code: 'UNAVAILABLE', detail: expect.stringContaining('deadline') },
    });
    for (const handle of await bench.alive(id)) process.kill(handle['pid'] as number, 'SIGKILL');
  });

  it('a stop does not wait for a start that hangs', async () => {
    await start({ program: await bench.writeProgram(LIVES) });
    const { id, operation } = await bench.addInstance(tenant);
    await eventually(async () => (await bench.alive(id)).length === 1);
    const stop = await bench.ask(id, 'instance.stop', { desiredState: 'stopped' });
    expect(await bench.ended(stop, 10_000)).toMatchObject({ state: 'succeeded' });
    expect(await bench.ended(operation)).toMatchObject({ state: 'failed', error: { code: 'CONFLICT' } });
    expect(await bench.alive(id)).toEqual([]);
  });

  it('stops all instances with the installation, and starts them again without a failure', async () => {
    const first = await start();
    const made = [await bench.addInstance(tenant), await bench.addInstance(tenant)];
    for (const { operation } of made) await bench.ended(operation);
    await first.stop();
    await first.stopInstances();
    await first.close();
    expect(await bench.driver.list()).toEqual([]);
    for (const { id } of made) expect(await bench.status(id)).toMatchObject({ state: 'stopped', endpoint: null, handle: null });
    await start();
    for (const { id } of made) expect(await bench.state(id, 'running')).toMatchObject({ consecutiveFailures: 0, epochMajor: 2 });
  });

  it('rings again what was not rung', async () => {
    const worker = await bench.openWorker();
    const { id } = await bench.addInstance(tenant);
    const entry = { job: 'instance.reconcile', payload: { instanceId: id } };
    await bench.database.withTenant(tenant.id, (tx) => outbox.insert(tx, entry));
    worker.start();
    await eventually(
      async () => (await bench.database.asPlatform((tx) => outbox.listUnrung(tx, { olderThanMs: 0, limit: 10 }))).length === 0,
    );
  });

  it('ends an incarnation of ours that belongs to no instance, after its grace', async () => {
    const earlier = openDriver({ home: bench.settings.home, gatewayProgram: await bench.writeProgram(LIVES) });
    const stranger = await earlier.start({
      instanceId: '01890a5d-ac96-774b-bcce-b302099a8057',
      epochMajor: 1,
      configFile: join(bench.settings.home, 'none.json'),
      logDir: join(bench.settings.home, 'stranger'),
    });
    const runs = async () => (await bench.driver.inspect(stranger)) === 'running';
    expect(await runs()).toBe(true);
    await start({ orphanGraceMs: 100, orphanIntervalMs: 50 });
    await eventually(async () => !(await runs()), { what: 'the end of the orphan', deadlineMs: 15_000 });
    earlier.close();
  });

  it('R-ORC-01 deletes a tenant with its running instances, and its operation tells', async () => {
    await start();
    const { id, operation } = await bench.addInstance(tenant);
    await bench.ended(operation);
    const asked = await bench.database.asPlatform(async (tx) => {
      await tenants.update(tx, tenant.id, undefined, { status: 'deleting' });
      return operations.insert(tx, {
        kind: 'tenant.delete',
        targetType: 'tenant',
        targetId: tenant.id,
        targetVersion: 2,
        deadlineMs: 30_000,
        actor: 'test',
        cause: 'test',
      });
    });
    expect(await bench.ended(asked)).toMatchObject({ state: 'succeeded', progress: 100 });
    expect(await bench.database.asPlatform((tx) => tenants.find(tx, tenant.id))).toBeUndefined();
    expect(await bench.alive(id)).toEqual([]);
  });
});
