/** The bell goes missing or rings too often: the record decides, not the queue (design.md 1). */
import type { ControlPlane } from './control-plane.js';
import { judge } from './judge.js';
import type { Provider } from './provider.js';
import type { OperationAnswer } from './provider.js';
import { emptyQueue, queueLength, ringTwice } from './queue.js';
import { until } from './wait.js';

const JOBS = 20;

async function createMany(provider: Provider, count: number): Promise<readonly OperationAnswer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => provider.ask(provider.newAsk('create'), index)));
}

async function finish(plane: ControlPlane, provider: Provider, operations: readonly OperationAnswer[]): Promise<void> {
  for (const operation of operations) await provider.done(operation);
  const ids = operations.map(({ targetId }) => targetId);
  await judge(plane, provider, ids);
  for (const id of ids) {
    const lives = plane.witness.started.filter(({ instanceId }) => instanceId === id).length;
    if (lives !== 1) throw new Error(`instance ${id} came up ${lives} times`);
  }
  for (const operation of await Promise.all(ids.map((id) => provider.ask(provider.newAsk('delete', id)))))
    await provider.done(operation);
}

/** `lose` takes everything the queue holds while the worker stands still; answers how many jobs were lost, more than none. */
export async function loseQueue(
  plane: ControlPlane,
  provider: Provider,
  lose: () => Promise<void> = () => emptyQueue(plane),
): Promise<number> {
  await plane.worker.pause();
  const operations = await createMany(provider, 3);
  await until('the bells are in the queue', 20_000, async () => (await queueLength(plane)) >= operations.length);
  const lost = await queueLength(plane);
  await lose();
  if ((await queueLength(plane)) !== 0) throw new Error('the queue is not empty');
  plane.worker.resume();
  await finish(plane, provider, operations);
  return lost;
}

/** One instance, its job twenty times over; answers how many jobs reached the worker. */
export async function runTwice(plane: ControlPlane, provider: Provider): Promise<number> {
  await plane.worker.pause();
  const operations = await createMany(provider, 1);
  plane.forgetPassed();
  await ringTwice(plane, operations[0]!.targetId, JOBS);
  plane.worker.resume();
  const received = () => plane.passed().filter((name) => name === 'worker.job.received').length;
  await until('all jobs have run', 30_000, () => received() >= JOBS);
  const ended = await provider.done(operations[0]!);
  if (ended.attempts !== 1) throw new Error(`it was started ${ended.attempts} times`);
  await finish(plane, provider, operations);
  return received();
}

/** Rings reach the worker without any sweep having to help; answers after how many milliseconds. */
export async function ringsArrive(plane: ControlPlane, provider: Provider): Promise<number> {
  const operations = await createMany(provider, 1);
  plane.forgetPassed();
  const since = performance.now();
  await until('a ring reaches the worker', 30_000, async () => {
    if (plane.passed().includes('worker.job.received')) return true;
    await ringTwice(plane, operations[0]!.targetId, 1);
    return plane.passed().includes('worker.job.received');
  });
  const took = Math.round(performance.now() - since);
  await finish(plane, provider, operations);
  return took;
}
