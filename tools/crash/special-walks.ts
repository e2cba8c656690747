/** Points that no healthy saga passes: they follow an earlier death. */
import type { FailpointName } from '#telemetry/failpoints';
import type { ControlPlane } from './control-plane.js';
import { judge } from './judge.js';
import type { Provider } from './provider.js';
import { until } from './wait.js';

const FIRE_MS = 30_000;

/** Dies at {@link FailpointName}s of recovery and of a tenant's deletion; answers which. Ends without the provider's tenant. */
export async function specialWalks(plane: ControlPlane, provider: Provider): Promise<readonly FailpointName[]> {
  await adoption(plane, provider);
  await unrung(plane, provider);
  await tenantDeletion(plane, provider);
  return ['worker.instance.adopt.before-record', 'worker.outbox.rung', 'worker.tenant.delete.before-commit'];
}

async function restarted(plane: ControlPlane, point: FailpointName): Promise<void> {
  await until(`${point} is reached`, FIRE_MS, () => plane.hasFired(point));
  if ((await plane.worker.ended()) !== 'SIGKILL') throw new Error(`the worker did not die at ${point}`);
  plane.worker.start();
  await plane.worker.ready();
}

/** Dies with the process started and unrecorded, and its next life dies when it has found it: the one after that takes it over. */
async function adoption(plane: ControlPlane, provider: Provider): Promise<void> {
  plane.arm('worker.instance.start.spawned', 'kill');
  plane.arm('worker.instance.adopt.before-record', 'kill');
  const operation = await provider.ask(provider.newAsk('create'));
  await restarted(plane, 'worker.instance.start.spawned');
  const open = await provider.operation(operation.id);
  if (open.state !== 'running') throw new Error(`the operation was ${open.state}`);
  await restarted(plane, 'worker.instance.adopt.before-record');
  await provider.done(operation);
  await judge(plane, provider, [operation.targetId]);
  const epochs = plane.witness.started.filter(({ instanceId }) => instanceId === operation.targetId);
  if (epochs.length !== 1) throw new Error(`it came up ${epochs.length} times`);
  await provider.done(await provider.ask(provider.newAsk('delete', operation.targetId)));
}

/** The orchestrator dies after the commit: nobody rings. The worker's sweep rings and dies before it has noted that. */
async function unrung(plane: ControlPlane, provider: Provider): Promise<void> {
  plane.arm('orchestrator.mutation.committed', 'kill');
  plane.arm('worker.outbox.rung', 'kill');
  const ask = provider.newAsk('create');
  await provider.send(ask).catch(() => undefined);
  await plane.orchestrator.ended();
  plane.orchestrator.start();
  await plane.orchestrator.ready();
  const operation = await provider.ask(ask);
  await restarted(plane, 'worker.outbox.rung');
  await provider.done(operation);
  await judge(plane, provider, [operation.targetId]);
  await provider.done(await provider.ask(provider.newAsk('delete', operation.targetId)));
}

async function tenantDeletion(plane: ControlPlane, provider: Provider): Promise<void> {
  const created = await provider.ask(provider.newAsk('create'));
  await provider.done(created);
  plane.arm('worker.tenant.delete.before-commit', 'kill');
  const operation = await plane.client.deleteTenant(provider.tenantId);
  await restarted(plane, 'worker.tenant.delete.before-commit');
  await provider.done(operation);
  await until('nothing is left', FIRE_MS, () => plane.witness.look().length === 0 && plane.folders().length === 0);
}
