import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProducer } from '#jobs/producer';
import { createLogger } from '#telemetry/logger';
import { eventually } from '#testkit/eventually';
import pg from 'pg';
import { openBench, type WorkerBench } from './testing/bench.js';
import { WorkerRuntime } from './worker-runtime.js';
import { WorkerModule } from './worker.module.js';

describe('the worker program', () => {
  let bench: WorkerBench;
  beforeAll(async () => {
    bench = await openBench('/none');
    bench = {
      ...bench,
      settings: { ...bench.settings, gatewayProgram: await bench.writeProgram('setInterval(() => undefined, 1000);') },
    };
  });
  afterAll(() => bench.close());

  const open = async (sweepIntervalMs: number) => {
    const module = await WorkerModule.open({ ...bench.settings, sweepIntervalMs }, createLogger('worker', 'silent'));
    return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  };

  it('acts on a job at once, and its end ends nothing that runs', async () => {
    const context = await open(600_000);
    const tenant = await bench.addTenant();
    // After the first sweep: from here only a job can bring it to the worker's notice in time.
    await eventually(async () => (await bench.database.asPlatform(async () => true)) && true);
    const { id } = await bench.addInstance(tenant);
    const producer = openProducer({ queueUrl: bench.settings.queueUrl });
    expect(await producer.ring('instance.reconcile', { instanceId: id })).toBe(true);
    const starting = await bench.state(id, 'starting');
    expect(starting.epochMajor).toBe(1);
    await eventually(async () => (await bench.alive(id)).length === 1);
    await context.close();
    await context.get(WorkerRuntime).close();
    await producer.close();
    expect(await bench.alive(id)).toHaveLength(1);
  });

  it('C9 goes on when Postgres ended all its connections', async () => {
    const context = await open(100);
    const superuser = new pg.Client({ connectionString: bench.test.superuserUrl });
    await superuser.connect();
    for (let round = 0; round < 3; round += 1) {
      await superuser.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND usename = $1`,
        [bench.test.appRole],
      );
    }
    await superuser.end();
    const tenant = await eventually(() => bench.addTenant());
    const { id } = await bench.addInstance(tenant);
    await bench.state(id, 'starting');
    await context.close();
    await context.get(WorkerRuntime).close();
  });
});
