import type { FailpointName } from '#telemetry/failpoints';

/** One boundary of each kind of step: where Postgres is killed too. */
export const POSTGRES_POINTS: readonly FailpointName[] = [
  'orchestrator.mutation.before-commit',
  'orchestrator.mutation.committed',
  'worker.instance.start.before-commit',
  'worker.instance.start.spawned',
  'worker.instance.start.awaiting',
  'worker.instance.running.before-write',
  'worker.instance.stop.marked',
  'worker.instance.stopped.before-write',
  'worker.instance.delete.before-commit',
  'worker.instance.operation.before-commit',
];
