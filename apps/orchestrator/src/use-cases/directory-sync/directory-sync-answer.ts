/** How far a directory sync is, from what instances last said of themselves. Pure. */
import type { DirectorySyncAnswer } from '#contracts/control-api';
import type { InstanceStatusReport } from '#contracts/gateway-admin';
import type { Cluster, InstanceSpec, InstanceStatus } from '#domain/resources';
import { reportOf } from '../instances/instance-answer.js';

type AtInstance = DirectorySyncAnswer['instances'][number];
type AtController = AtInstance['controllers'][number];

export function directorySyncAnswer(
  { id, directorySync: { revision, askedAt } }: Cluster,
  specs: readonly InstanceSpec[],
  statuses: readonly InstanceStatus[],
): DirectorySyncAnswer {
  const instances = specs.map((spec): AtInstance => {
    const report = reportOf(statuses.find(({ instanceId }) => instanceId === spec.id));
    const controllers = (report?.controllers ?? []).map((controller) => atController(controller, revision));
    return { instanceId: spec.id, name: spec.name, running: report !== undefined, controllers };
  });
  return { clusterId: id, revision, askedAt: askedAt?.toISOString() ?? null, state: stateOf(revision, instances), instances };
}

function atController({ icpId, directory }: InstanceStatusReport['controllers'][number], revision: number): AtController {
  // an instance of an earlier release says nothing of it
  if (directory === undefined) return { icpId, state: 'waiting', syncedAt: null, entries: 0, failure: null };
  const { syncedAt, entries, failure } = directory;
  const isDone = directory.revision >= revision && directory.state === 'idle';
  return { icpId, state: isDone ? 'done' : directory.state === 'idle' ? 'waiting' : directory.state, syncedAt, entries, failure };
}

function stateOf(revision: number, instances: readonly AtInstance[]): DirectorySyncAnswer['state'] {
  if (revision === 0) return 'none';
  const states = instances.flatMap(({ controllers }) => controllers.map(({ state }) => state));
  if (states.includes('reading')) return 'running';
  return states.every((state) => state === 'done') ? 'done' : 'waiting';
}
