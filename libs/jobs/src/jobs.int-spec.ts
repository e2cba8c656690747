import 'reflect-metadata';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import { hasRedis, OwnRedis } from '../../../tools/crash/own-redis.js';
import type { JobHandlers } from './catalog.js';
import { ConsumerModule } from './consumer.module.js';
import { migrateQueue } from './migrate.js';
import { openProducer, type Producer } from './producer.js';

@Module({})
class TestModule {}

/** The same contract on both backends; where there is no redis-server its tests are counted as skipped (in CI that is a failure). */
describe.each(['Postgres', 'Redis'] as const)('jobs on %s', (backend) => {
  let test: TestDatabase;
  let redis: OwnRedis | undefined;
  let redisDir: string | undefined;
  let queueUrl: string;
  let producer: Producer;
  let context: INestApplicationContext | undefined;

  beforeAll(async () => {
    test = await createTestDatabase();
    await migrateQueue({ ownerUrl: test.ownerUrl, queueUrl: test.appUrl, appRole: test.appRole });
    await migrateQueue({ ownerUrl: test.ownerUrl, queueUrl: test.appUrl, appRole: test.appRole });
    if (backend === 'Redis' && hasRedis())
      redis = await OwnRedis.open((redisDir = mkdtempSync(join(tmpdir(), 'cordboard-redis-'))));
    queueUrl = redis?.url ?? test.appUrl;
    producer = openProducer({ queueUrl });
  });
  beforeEach((context) => {
    if (backend === 'Redis' && redis === undefined) context.skip('there is no redis-server on the path');
  });
  afterEach(async () => {
    await context?.close();
    context = undefined;
  });
  afterAll(async () => {
    await producer.close();
    await test.drop();
    await redis?.kill();
    if (redisDir !== undefined) rmSync(redisDir, { recursive: true, force: true });
  });

  const consume = async (handlers: Partial<JobHandlers>) => {
    const all = { 'tenant.reconcile': async () => undefined, ...handlers } as JobHandlers;
    const module = {
      module: TestModule,
      imports: [ConsumerModule.register({ queueUrl, inject: [], handlers: () => all })],
    };
    context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  };

  it('a ring reaches its handler', async () => {
    const seen: string[] = [];
    await consume({ 'instance.reconcile': async ({ instanceId }) => void seen.push(instanceId) });
    expect(await producer.ring('instance.reconcile', { instanceId: 'a' })).toBe(true);
    await eventually(() => seen.length === 1, { what: 'the job' });
    expect(seen).toEqual(['a']);
  });

  it('rings before a run are one run; rings during a run make one more, and none is lost', async () => {
    for (let ring = 0; ring < 5; ring += 1) await producer.ring('instance.reconcile', { instanceId: 'b' });
    let runs = 0;
    let release: (() => void) | undefined;
    await consume({
      'instance.reconcile': async ({ instanceId }) => {
        if (instanceId !== 'b') return;
        runs += 1;
        if (runs === 1) await new Promise<void>((resolve) => (release = resolve));
      },
    });
    await eventually(() => release !== undefined, { what: 'the first run' });
    for (let ring = 0; ring < 5; ring += 1) await producer.ring('instance.reconcile', { instanceId: 'b' });
    release!();
    await eventually(() => runs === 2, { what: 'the run for the rings during the first' });
    let marker = false;
    await context!.close();
    await consume({
      'instance.reconcile': async ({ instanceId }) => void (instanceId === 'marker' ? (marker = true) : (runs += 1)),
    });
    await producer.ring('instance.reconcile', { instanceId: 'marker' });
    await eventually(() => marker, { what: 'the marker' });
    expect(runs).toBe(2);
  });

  it('a failed run does not keep later rings away', async () => {
    let runs = 0;
    await consume({
      'instance.reconcile': async () => {
        runs += 1;
        throw new Error('boom');
      },
    });
    await producer.ring('instance.reconcile', { instanceId: 'c' });
    await eventually(() => runs === 1, { what: 'the failing run' });
    await eventually(async () => {
      await producer.ring('instance.reconcile', { instanceId: 'c' });
      return runs >= 2;
    });
  });

  it('boot fails without a handler for every job', async () => {
    await expect(consume({})).rejects.toThrow(/no handler for the jobs instance.reconcile/);
  });

  it('a queue that cannot be reached is an answer, in time, and no error', async () => {
    const nowhere = backend === 'Redis' ? 'redis://127.0.0.1:1' : 'postgres://nobody:x@127.0.0.1:1/none';
    const lost = openProducer({ queueUrl: nowhere, timeoutMs: 1000 });
    expect(await lost.ring('instance.reconcile', { instanceId: 'd' })).toBe(false);
    await lost.close();
  });

  it('refuses a queue in another database, and leaves Redis alone', async () => {
    const other = { ownerUrl: test.ownerUrl, appRole: test.appRole };
    await expect(migrateQueue({ ...other, queueUrl: 'postgres://u:p@127.0.0.1:1/other' })).rejects.toThrow(
      /another Postgres database/,
    );
    await migrateQueue({ ...other, queueUrl: 'redis://127.0.0.1:1' });
  });
});
