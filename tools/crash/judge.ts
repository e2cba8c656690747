/**
 * What must be true when every operation has ended (guides/reliability.md I2, I9, I10): judged by the process table, the sockets, the folders
 * and the controllers; the control API is asked only for what it promises itself.
 */
import type { ControlPlane } from './control-plane.js';
import type { Provider } from './provider.js';
import { until } from './wait.js';
import { listenersBelow } from './witness.js';

const SETTLE_MS = 30_000;
const FIRST_INSTANCE_HOST = 128;

/** @param running ids of the instances that run; all others must be stopped or gone. Throws with everything that is wrong. */
export async function judge(plane: ControlPlane, provider: Provider, running: readonly string[]): Promise<void> {
  await until('what runs is what should run', SETTLE_MS, async () => {
    const wrong = [...(await faults(plane, provider, running))];
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    return true;
  });
  if (plane.witness.violations.length > 0) throw new Error(plane.witness.violations.join('; '));
  const epochs = decreasing(await plane.links());
  if (epochs.length > 0) throw new Error(epochs.join('; '));
}

async function faults(plane: ControlPlane, provider: Provider, running: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  const alive = plane.witness.look();
  const ids = alive.map(({ instanceId }) => instanceId);
  for (const id of running) if (!ids.includes(id)) wrong.push(`instance ${id} has no process`);
  for (const { pid, instanceId } of alive)
    if (!running.includes(instanceId)) wrong.push(`process ${pid} of instance ${instanceId} should not be there`);
  if (new Set(ids).size !== ids.length) wrong.push('an instance has two processes');

  const instances = await provider.instances();
  const ports = new Map<string, number[]>();
  for (const listener of listenersBelow(plane.block.prefix)) {
    const [address = '', port = ''] = listener.split(':');
    if (Number(address.split('.')[3]) >= FIRST_INSTANCE_HOST && Number(port) !== 5320)
      ports.set(address, [...(ports.get(address) ?? []), Number(port)]);
  }
  for (const id of running) {
    const instance = instances.find((found) => found.id === id);
    const process = alive.find(({ instanceId }) => instanceId === id);
    const address = instance?.status.address ?? '';
    if (instance?.status.state !== 'running') wrong.push(`instance ${id} is ${instance?.status.state}`);
    if (instance?.status.pid !== process?.pid) wrong.push(`instance ${id} is recorded with another process`);
    if (instance?.status.epochMajor !== process?.epochMajor) wrong.push(`instance ${id} is recorded with another epoch`);
    const own = ports.get(address) ?? [];
    if (
      own
        .filter((port) => port < 49_000)
        .sort()
        .join() !== '9443,9444' ||
      own.length !== 3
    )
      wrong.push(`${address} of instance ${id} has the ports ${own.join()}`);
    ports.delete(address);
  }
  for (const [address, own] of ports) wrong.push(`${address} belongs to no running instance and has the ports ${own.join()}`);
  for (const folder of plane.folders())
    if (!instances.some(({ id }) => id === folder)) wrong.push(`the folder of instance ${folder} is left`);
  for (const operation of await provider.operations()) {
    if (operation.state !== 'succeeded') wrong.push(`${operation.kind} ${operation.id} is ${operation.state}`);
    else if (!(Date.parse(operation.updatedAt) <= Date.parse(operation.deadlineAt)))
      wrong.push(`${operation.kind} ${operation.id} ended past its deadline`);
  }
  const links = await plane.links();
  for (const { instanceId, epochMajor } of alive)
    if (!links.some((link) => link.instanceId === instanceId && Number(link.epoch.split('.')[0]) === epochMajor))
      wrong.push(`no controller has seen epoch ${epochMajor} of instance ${instanceId}`);
  return wrong;
}

/** Epochs of an instance at a controller never go back (I2). */
function decreasing(links: Awaited<ReturnType<ControlPlane['links']>>): string[] {
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const { controller, instanceId, epoch } of links) {
    const name = `${controller} ${instanceId}`;
    const [major = 0, minor = 0] = epoch.split('.').map(Number);
    const order = major * 1e6 + minor;
    if (order < (last.get(name) ?? 0)) wrong.push(`${controller} saw epoch ${epoch} of instance ${instanceId} after a later one`);
    last.set(name, order);
  }
  return wrong;
}
