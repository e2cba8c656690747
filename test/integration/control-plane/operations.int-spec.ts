/** Operations survive the death of whoever does them, at every step boundary and at random moments; judged from outside (tools/crash). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILPOINT_NAMES } from '#telemetry/failpoints';
import { ControlPlane } from '../../../tools/crash/control-plane.js';
import { Provider } from '../../../tools/crash/provider.js';
import { loseQueue, runTwice } from '../../../tools/crash/queue-loss.js';
import { randomKills } from '../../../tools/crash/random-kills.js';
import { SagaWalk, type Recorded } from '../../../tools/crash/saga-walk.js';
import { specialWalks } from '../../../tools/crash/special-walks.js';
import { takeOver, wakeAfterDeletion } from '../../../tools/crash/take-over.js';

const LONG = 900_000;
/** Fixed, so that two runs do the same; `npm run crash -- --seed` tries others. */
const SEED = 20_261;

describe('operations, with the queue in Postgres', () => {
  let plane: ControlPlane;
  let provider: Provider;
  let walk: SagaWalk;
  let recorded: Recorded;
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  beforeAll(async () => {
    plane = await ControlPlane.open();
    provider = await Provider.arrive(plane.client, plane.controllers);
    walk = new SagaWalk(plane, provider, say);
    recorded = await walk.record();
  }, LONG);
  afterAll(() => plane?.close(), LONG);

  it(
    'C5 I9 a program that dies at any step boundary is started again and the operation completes, once',
    async () => {
      const hit = await walk.walk(recorded, { victim: 'program', everySaga: false, chained: true });
      const special = await specialWalks(plane, await Provider.arrive(plane.client, plane.controllers));
      expect([...hit, ...special].sort()).toEqual([...FAILPOINT_NAMES].sort());
    },
    LONG,
  );

  it.each([
    ['C9 I1', 'Postgres', 'postgres'],
    ['C5 I9', 'the other of orchestrator and worker', 'other'],
  ] as const)(
    '%s %s killed at any step boundary: the operation completes when it is back',
    async (_ids, _name, victim) => {
      const hit = await walk.walk(recorded, { victim, everySaga: false, chained: true });
      expect([...hit].sort()).toEqual([...new Set([...recorded.values()].flat())].sort());
      expect([plane.worker.alive, plane.orchestrator.alive]).toEqual([true, true]);
    },
    LONG,
  );

  it(
    'I9 kills at random moments while ten instances come up: each comes up exactly once',
    async () => {
      expect(await randomKills(plane, provider, { rounds: 4, seed: SEED, say })).toBe(4);
    },
    LONG,
  );

  it(
    'C8 the queue emptied in the middle: everything completes by the sweep',
    async () => {
      expect(await loseQueue(plane, provider)).toBeGreaterThanOrEqual(3);
    },
    LONG,
  );

  it(
    'I7 a job that runs twenty times has one effect',
    async () => {
      expect(await runTwice(plane, provider)).toBeGreaterThanOrEqual(20);
    },
    LONG,
  );

  it.each([
    ['create', 'worker.instance.start.before-spawn'],
    ['create', 'worker.instance.start.spawned'],
    ['stop', 'worker.instance.stop.marked'],
  ] as const)(
    'C7 a worker paused in %s at %s changes nothing when it wakes after another took over',
    (saga, point) => takeOver(plane, provider, saga, point),
    LONG,
  );

  it(
    'C7 I2 a worker that wakes after its instance was deleted and writes its files leaves none of them',
    () => wakeAfterDeletion(plane, provider),
    LONG,
  );
});
