/** When an operation has ended (design.md 1): by what became of its target, by something newer, or by its deadline, without exception. */
import type { InstanceSpec, InstanceStatus, Operation } from './resources.js';

export type OperationEnd =
  | { readonly state: 'succeeded' }
  | {
      readonly state: 'failed';
      readonly error: { readonly code: 'CONFLICT' | 'NOT_FOUND' | 'UNAVAILABLE'; readonly detail: string };
    };

const SUCCEEDED: OperationEnd = Object.freeze({ state: 'succeeded' });
const failed = (code: 'CONFLICT' | 'NOT_FOUND' | 'UNAVAILABLE', detail: string): OperationEnd => ({
  state: 'failed',
  error: { code, detail },
});

/**
 * The end of an operation on an instance; undefined while it goes on. `target` undefined: the instance is gone.
 * @param now milliseconds since 1970
 */
export function instanceOperationEnd(
  operation: Pick<Operation, 'kind' | 'targetVersion' | 'deadlineAt'>,
  target: { readonly spec: InstanceSpec; readonly status: InstanceStatus } | undefined,
  now: number,
): OperationEnd | undefined {
  if (operation.kind === 'instance.delete') {
    return target === undefined ? SUCCEEDED : pastDeadline(operation, now, target.status.message);
  }
  if (target === undefined) return failed('NOT_FOUND', 'The instance was deleted meanwhile.');
  const { spec, status } = target;
  const answered = status.observedVersion >= operation.targetVersion;
  if (answered && reached(operation, spec, status)) return SUCCEEDED;
  if (spec.version > operation.targetVersion && !stillWanted(operation.kind, spec)) {
    return failed('CONFLICT', 'Something else was asked for before this was done.');
  }
  if (answered && status.state === 'failed') return failed('UNAVAILABLE', status.message);
  return pastDeadline(operation, now, status.message);
}

/** Of an operation on anything else: only its deadline can end it from here. */
export function pastDeadline(operation: Pick<Operation, 'deadlineAt'>, now: number, situation: string): OperationEnd | undefined {
  if (now < operation.deadlineAt.getTime()) return undefined;
  return failed('UNAVAILABLE', `Not done by its deadline${situation === '' ? '' : `; the last that is known: ${situation}`}.`);
}

type Asked = Pick<Operation, 'kind' | 'targetVersion'>;

function reached({ kind, targetVersion }: Asked, spec: InstanceSpec, status: InstanceStatus): boolean {
  if (kind === 'instance.stop') return status.state === 'stopped';
  // Made as a stopped one; one that was to run and was then stopped by a later wish has not become what was asked for.
  if (kind === 'instance.create' && spec.version === targetVersion && spec.desiredState === 'stopped')
    return status.state === 'stopped';
  return status.state === 'running';
}

function stillWanted(kind: Operation['kind'], spec: InstanceSpec): boolean {
  return spec.desiredState === (kind === 'instance.stop' ? 'stopped' : 'running');
}
