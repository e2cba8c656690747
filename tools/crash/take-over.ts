/** A worker stands still in the middle, another one of the same home takes over and finishes, the first one wakes: it must change nothing. */
import { readFileSync } from 'node:fs';
import type { FailpointName } from '#telemetry/failpoints';
import type { ControlPlane } from './control-plane.js';
import { judge } from './judge.js';
import type { Provider } from './provider.js';
import { type Saga } from './provider.js';
import { until } from './wait.js';

/** Where it wakes with something in hand, and in which saga. */
export const TAKE_OVER_POINTS: readonly (readonly [Saga, FailpointName])[] = [
  ['create', 'worker.instance.start.before-commit'],
  ['create', 'worker.instance.start.granted'],
  ['create', 'worker.instance.start.before-spawn'],
  ['create', 'worker.instance.start.spawned'],
  ['create', 'worker.instance.running.before-write'],
  ['restart', 'worker.instance.start.before-spawn'],
  ['stop', 'worker.instance.stop.marked'],
  ['stop', 'worker.instance.stop.ended'],
  ['delete', 'worker.instance.delete.marked'],
];

/** Ends without instances, with the first worker running alone. */
export async function takeOver(plane: ControlPlane, provider: Provider, saga: Saga, point: FailpointName): Promise<void> {
  let target: string | undefined;
  if (saga !== 'create') {
    const created = await provider.ask(provider.newAsk('create'));
    await provider.done(created);
    target = created.targetId;
  }
  plane.arm(point, 'pause');
  const operation = await provider.ask(saga === 'create' ? provider.newAsk(saga) : provider.newAsk(saga, target));
  await until(`${point} is reached`, 30_000, () => plane.hasFired(point) && plane.worker.paused);
  const open = await provider.operation(operation.id);
  if (open.state !== 'running' && open.state !== 'pending') throw new Error(`the operation was ${open.state} already`);

  plane.rival.start();
  await plane.rival.ready();
  await provider.done(operation);
  const running = saga === 'stop' || saga === 'delete' ? [] : [operation.targetId];
  await judge(plane, provider, running);

  const before = await seen(plane, provider, operation.id);
  plane.worker.resume();
  await until('the worker that woke notices', 30_000, () => takenOver(plane) || undefined);
  await judge(plane, provider, running);
  const after = await seen(plane, provider, operation.id);
  if (after !== before) throw new Error(`the worker that woke has changed something:\n${before}\n${after}`);

  await plane.rival.kill();
  if (saga !== 'delete') await provider.done(await provider.ask(provider.newAsk('delete', operation.targetId)));
  await judge(plane, provider, []);
}

/**
 * A worker stands still right before it writes the files of an instance; another one finishes and the instance is deleted. The first one wakes
 * and writes: no fence of the store reaches a file. What it leaves is swept, and why is logged. Ends without instances, with the first worker
 * running alone.
 */
export async function wakeAfterDeletion(plane: ControlPlane, provider: Provider): Promise<void> {
  plane.arm(CONFIRMED, 'pause');
  const created = await provider.ask(provider.newAsk('create'));
  await until(`${CONFIRMED} is reached`, 30_000, () => plane.hasFired(CONFIRMED) && plane.worker.paused);
  plane.rival.start();
  await plane.rival.ready();
  await provider.done(created);
  await provider.done(await provider.ask(provider.newAsk('delete', created.targetId)));
  await judge(plane, provider, []);

  const started = plane.witness.started.length;
  plane.worker.resume();
  await until('the worker that woke notices', 30_000, () => takenOver(plane) || undefined);
  await until('the folder it wrote is swept, and told', 60_000, () => sweptOf(plane, created.targetId) || undefined);
  await judge(plane, provider, []);
  if (plane.witness.started.length !== started) throw new Error('the worker that woke has started a process');
  await plane.rival.kill();
}

const CONFIRMED = 'worker.instance.start.confirmed';

/** By either worker. */
const sweptOf = (plane: ControlPlane, instanceId: string): boolean =>
  [plane.worker, plane.rival].some(({ logFile }) =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .some((line) => line.includes(instanceId) && line.includes('a late write left it')),
  );

/** Everything that a late write would change. */
async function seen(plane: ControlPlane, provider: Provider, operationId: string): Promise<string> {
  const instances = await provider.instances();
  return JSON.stringify({
    operation: await provider.operation(operationId),
    instances: instances.map(({ id, desiredState, version, status }) => ({
      id,
      desiredState,
      version,
      state: status.state,
      message: status.message,
      epoch: status.epochMajor,
      address: status.address,
      pid: status.pid,
      failures: status.consecutiveFailures,
      restarts: status.restarts,
    })),
    processes: plane.witness.look(),
    started: plane.witness.started.length,
  });
}

const told = new WeakMap<ControlPlane, number>();

/** Once more than before, in its log. */
function takenOver(plane: ControlPlane): boolean {
  const count = readFileSync(plane.worker.logFile, 'utf8').split('another worker has taken over').length - 1;
  if (count <= (told.get(plane) ?? 0)) return false;
  told.set(plane, count);
  return true;
}
