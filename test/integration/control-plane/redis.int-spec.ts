/** The same promises with the queue on a real Redis that forgets everything. */
import { beforeAll, afterAll, describe, expect, it, type TestContext } from 'vitest';
import { ControlPlane } from '../../../tools/crash/control-plane.js';
import { hasRedis } from '../../../tools/crash/own-redis.js';
import { Provider } from '../../../tools/crash/provider.js';
import { loseQueue, ringsArrive, runTwice } from '../../../tools/crash/queue-loss.js';
import { randomKills } from '../../../tools/crash/random-kills.js';
import { SagaWalk } from '../../../tools/crash/saga-walk.js';

const LONG = 600_000;
const SEED = 20_262;

describe('operations, with the queue on Redis', () => {
  let plane: ControlPlane | undefined;
  let provider: Provider;
  beforeAll(async () => {
    if (!hasRedis()) return;
    plane = await ControlPlane.open({ queue: 'redis' });
    provider = await Provider.arrive(plane.client, plane.controllers);
  }, LONG);
  afterAll(() => plane?.close(), LONG);

  /** Where there is no redis-server the test is counted as skipped and says why; in CI that is a failure (tools/test.mjs). */
  const running = (context: TestContext): ControlPlane =>
    plane ?? context.skip('there is no redis-server on the path (Debian: apt-get install redis-server)');

  it(
    'C8 FLUSHALL with jobs in the queue: everything completes by the sweep, and rings arrive again',
    async (context) => {
      const redis = running(context);
      expect(await loseQueue(redis, provider)).toBeGreaterThanOrEqual(3);
      expect(await ringsArrive(redis, provider)).toBeLessThan(20_000);
    },
    LONG,
  );

  it(
    'C8 Redis killed with jobs in the queue and started empty: everything completes, and rings arrive again',
    async (context) => {
      const { redis } = running(context);
      const restart = async (): Promise<void> => {
        await redis!.kill();
        await redis!.start();
      };
      expect(await loseQueue(plane!, provider, restart)).toBeGreaterThanOrEqual(3);
      expect(await ringsArrive(plane!, provider)).toBeLessThan(20_000);
      expect([plane!.worker.deaths, plane!.orchestrator.deaths]).toEqual([0, 0]);
    },
    LONG,
  );

  it(
    'I1 with Redis away an operation is accepted and completes',
    async (context) => {
      const { redis } = running(context);
      await redis!.kill();
      const operation = await provider.ask(provider.newAsk('create'));
      await provider.done(operation);
      await redis!.start();
      await provider.done(await provider.ask(provider.newAsk('delete', operation.targetId)));
      expect(await ringsArrive(plane!, provider)).toBeLessThan(20_000);
      expect([plane!.worker.deaths, plane!.orchestrator.deaths]).toEqual([0, 0]);
    },
    LONG,
  );

  it(
    'I7 a job that runs twenty times has one effect',
    async (context) => {
      expect(await runTwice(running(context), provider)).toBeGreaterThanOrEqual(20);
    },
    LONG,
  );

  it(
    'C5 programs that die around the bell are started again and the operation completes, once',
    async (context) => {
      const walk = new SagaWalk(running(context), provider, () => undefined);
      const only = [
        'orchestrator.mutation.committed',
        'orchestrator.bell.rung',
        'orchestrator.bell.removed',
        'worker.job.received',
      ] as const;
      const hit = await walk.walk(await walk.record(), { victim: 'program', everySaga: false, chained: true, only });
      expect([...hit].sort()).toEqual([...only].sort());
    },
    LONG,
  );

  it(
    'I9 kills at random moments while ten instances come up: each comes up exactly once',
    async (context) => {
      expect(await randomKills(running(context), provider, { rounds: 2, seed: SEED, say: () => undefined })).toBe(2);
    },
    LONG,
  );
});
