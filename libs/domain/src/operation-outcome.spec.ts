import { describe, expect, it } from 'vitest';
import { instanceOperationEnd } from './operation-outcome.js';
import type { InstanceSpec, InstanceStatus, OperationKind } from './resources.js';

const NOW = 1_000_000;
const target = (spec: Partial<InstanceSpec>, status: Partial<InstanceStatus>) => ({
  spec: { desiredState: 'running', version: 2, ...spec } as InstanceSpec,
  status: { state: 'starting', observedVersion: 2, message: 'm', ...status } as InstanceStatus,
});
const end = (kind: OperationKind, of: ReturnType<typeof target> | undefined, now = NOW) =>
  instanceOperationEnd({ kind, targetVersion: 2, deadlineAt: new Date(NOW + 1000) }, of, now);

describe('an operation on an instance', () => {
  it('succeeds only when its own version was reached', () => {
    expect(end('instance.start', target({}, { state: 'running' }))).toEqual({ state: 'succeeded' });
    expect(end('instance.restart', target({}, { state: 'running', observedVersion: 1 }))).toBeUndefined();
    expect(end('instance.stop', target({ desiredState: 'stopped' }, { state: 'stopped' }))).toEqual({ state: 'succeeded' });
    expect(end('instance.create', target({ desiredState: 'stopped' }, { state: 'stopped' }))).toEqual({ state: 'succeeded' });
  });
  it('a deletion succeeds when the instance is gone; everything else has failed then', () => {
    expect(end('instance.delete', undefined)).toEqual({ state: 'succeeded' });
    expect(end('instance.delete', target({ desiredState: 'deleted' }, { state: 'stopping' }))).toBeUndefined();
    expect(end('instance.start', undefined)).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND' } });
  });
  it('fails when the instance has failed, and when something else was asked for meanwhile', () => {
    expect(end('instance.start', target({}, { state: 'failed' }))).toMatchObject({ error: { code: 'UNAVAILABLE', detail: 'm' } });
    expect(end('instance.start', target({ version: 3, desiredState: 'stopped' }, {}))).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    expect(end('instance.restart', target({ version: 3 }, {}))).toBeUndefined();
  });
  it('making an instance that should run has failed when it was stopped before it ran', () => {
    const stopped = target({ version: 3, desiredState: 'stopped' }, { state: 'stopped', observedVersion: 3 });
    expect(end('instance.create', stopped)).toMatchObject({ state: 'failed', error: { code: 'CONFLICT' } });
  });
  it('I10 ends at its deadline without exception', () => {
    for (const kind of ['instance.create', 'instance.start', 'instance.stop', 'instance.restart', 'instance.delete'] as const) {
      expect(end(kind, target({ desiredState: kind === 'instance.stop' ? 'stopped' : 'running' }, {}), NOW + 1000)).toMatchObject(
        { state: 'failed' },
      );
    }
  });
});
