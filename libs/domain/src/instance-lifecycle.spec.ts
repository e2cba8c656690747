import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backOffMs,
  countedFailures,
  LIFECYCLE_LIMITS,
  planInstance,
  type InstanceObservation,
  type LifecycleFacts,
} from './instance-lifecycle.js';
import { INSTANCE_LIMITS } from './limits.js';
import type { InstanceSpec, InstanceStatus } from './resources.js';

const NOW = 1_000_000_000_000;
const SPEC: InstanceSpec = {
  id: 'i',
  tenantId: 't',
  clusterId: 'c',
  name: 'one',
  desiredState: 'running',
  restartRevision: 0,
  limits: INSTANCE_LIMITS,
  slots: [0],
  version: 1,
  createdAt: new Date(NOW),
};
const STATUS: InstanceStatus = {
  instanceId: 'i',
  tenantId: 't',
  state: 'pending',
  observedVersion: 0,
  incarnationRevision: 0,
  epochMajor: 0,
  accessDigest: null,
  endpoint: null,
  address: null,
  handle: null,
  consecutiveFailures: 0,
  restarts: 0,
  nextAttemptAt: null,
  deadlineAt: null,
  message: '',
  observed: null,
  updatedAt: new Date(NOW),
};
const NOTHING: InstanceObservation = { incarnation: 'none', strays: [], report: null, silentMs: 0, seenRunning: false };
const SERVING: InstanceObservation = {
  incarnation: 'running',
  strays: [],
  report: { serving: true, accessDigest: 'd' },
  silentMs: 0,
  seenRunning: true,
};
const RUNNING: Partial<InstanceStatus> = { state: 'running', observedVersion: 1, epochMajor: 1, accessDigest: 'd', handle: {} };

interface Change {
  spec?: Partial<InstanceSpec>;
  status?: Partial<InstanceStatus>;
  observation?: Partial<InstanceObservation>;
  rest?: Partial<LifecycleFacts>;
}
const facts = ({ spec, status, observation, rest }: Change = {}): LifecycleFacts => ({
  spec: { ...SPEC, ...spec },
  status: { ...STATUS, ...status },
  tenantStatus: 'active',
  failuresAt: [],
  observation: { ...NOTHING, ...observation },
  documentDigest: 'd',
  now: NOW,
  random: 0.5,
  ...rest,
});
const types = (change: Change) => planInstance(facts(change)).actions.map((action) => action.type);

describe('the plan for an instance', () => {
  it('starts what should run and was never started, but not without an access document', () => {
    expect(types({})).toEqual(['start']);
    expect(types({ rest: { documentDigest: null } })).toEqual([]);
  });

  it('waits for what was started, settles what serves, and then has nothing to do', () => {
    const starting = {
      state: 'starting',
      observedVersion: 1,
      epochMajor: 1,
      deadlineAt: new Date(NOW + 1000),
      handle: {},
    } as const;
    expect(types({ status: starting, observation: { incarnation: 'running' } })).toEqual(['awaitServing']);
    expect(types({ status: starting, observation: SERVING })).toEqual(['settle']);
    expect(types({ status: RUNNING, observation: SERVING })).toEqual([]);
  });

  it('pushes a newer access document before it says running', () => {
    expect(types({ status: RUNNING, observation: SERVING, rest: { documentDigest: 'new' } })).toEqual(['pushAccessDocument']);
  });

  it('stops and counts what does not serve by its deadline', () => {
    const late = { state: 'starting', observedVersion: 1, deadlineAt: new Date(NOW), handle: {} } as const;
    expect(types({ status: late, observation: { incarnation: 'running' } })).toEqual(['stop', 'recordFailure']);
  });

  it('R-ORC-04 a death nobody asked for is a failure and comes back after a back-off', () => {
    const plan = planInstance(facts({ status: RUNNING, observation: { incarnation: 'exited', seenRunning: true } }));
    expect(plan.actions).toMatchObject([
      { type: 'noteFailover', cause: 'exited' },
      { type: 'recordFailure', counts: true, retryAt: NOW + 375 },
    ]);
    const starting = { ...RUNNING, state: 'starting' } as const;
    expect(types({ status: starting, observation: { incarnation: 'exited' } })).toEqual(['recordFailure']);
    const waiting = { state: 'backing-off', observedVersion: 1, nextAttemptAt: new Date(NOW + 375) } as const;
    expect(planInstance(facts({ status: waiting }))).toMatchObject({ actions: [], wakeAt: NOW + 375 });
    expect(types({ status: waiting, rest: { now: NOW + 375 } })).toEqual(['start']);
  });

  it('I12 R-ORC-04 a clock that was set back does not move the next attempt on for ever', () => {
    const ahead = { state: 'backing-off', observedVersion: 1, nextAttemptAt: new Date(NOW + 3_600_000) } as const;
    expect(types({ status: ahead })).toEqual(['start']);
    const starting = { state: 'starting', observedVersion: 1, deadlineAt: new Date(NOW + 3_600_000), handle: {} } as const;
    expect(types({ status: starting, observation: { incarnation: 'running' } })).toEqual(['stop', 'recordFailure']);
  });

  it('R-ORC-04 gives up at the fifth failure in ten minutes, until somebody asks', () => {
    const failuresAt = [1, 2, 3, 4].map((minutes) => NOW - minutes * 60_000);
    const plan = planInstance(
      facts({ status: RUNNING, observation: { incarnation: 'exited', seenRunning: true }, rest: { failuresAt } }),
    );
    expect(plan.actions.at(-1)).toMatchObject({ type: 'recordFailure', retryAt: null });
    expect(types({ status: { state: 'failed', observedVersion: 1 } })).toEqual([]);
    expect(types({ status: { state: 'failed', observedVersion: 1 }, spec: { version: 2 } })).toEqual(['start']);
    const older = failuresAt.map((at) => at - LIFECYCLE_LIMITS.crashLoopWindowMs);
    expect(countedFailures(older, NOW)).toEqual([]);
  });

  it('R-ORC-04 R-RES-05 what was gone when a worker came to look did not fail: it comes back, however often everything goes down', () => {
    const failuresAt = [1, 2, 3, 4].map((minutes) => NOW - minutes * 60_000);
    const unseen = { incarnation: 'exited', seenRunning: false } as const;
    expect(planInstance(facts({ status: RUNNING, observation: unseen, rest: { failuresAt } })).actions).toMatchObject([
      { type: 'noteFailover', cause: 'exited' },
      { type: 'recordFailure', counts: false, retryAt: NOW + 375 },
    ]);
    // one that never served is to blame whoever looks
    const starting = { ...RUNNING, state: 'starting' } as const;
    expect(planInstance(facts({ status: starting, observation: unseen, rest: { failuresAt } })).actions).toMatchObject([
      { type: 'recordFailure', counts: true, retryAt: null },
    ]);
  });

  it('silence alone is no death: a running one that does not answer is replaced only after the silence time', () => {
    const quiet = (silentMs: number) => types({ status: RUNNING, observation: { incarnation: 'running', silentMs } });
    expect(quiet(LIFECYCLE_LIMITS.silenceMs - 1)).toEqual([]);
    expect(quiet(LIFECYCLE_LIMITS.silenceMs)).toEqual(['noteFailover', 'stop', 'recordFailure']);
  });

  it('R-RES-05 a silent one is ended without a grace, in which it could wake; one that is asked to end has its time', () => {
    const stopOf = (change: Change) => planInstance(facts(change)).actions.find((action) => action.type === 'stop');
    const { silenceMs: silentMs, stopGraceMs: graceMs } = LIFECYCLE_LIMITS;
    expect(stopOf({ status: RUNNING, observation: { incarnation: 'running', silentMs } })).toMatchObject({ graceMs: 0 });
    const asked: Change = { spec: { desiredState: 'stopped', version: 2 }, status: RUNNING, observation: SERVING };
    expect(stopOf(asked)).toMatchObject({ graceMs });
  });

  it('I9 whose stop was begun and not finished is stopped for good, though it serves and should run again', () => {
    const status = { ...RUNNING, state: 'stopping' } as const;
    expect(types({ status, observation: SERVING })).toEqual(['stop']);
    expect(types({ status, observation: NOTHING })).toEqual(['start']);
  });

  it('a stop, a restart and a deletion end the incarnation first', () => {
    for (const spec of [{ desiredState: 'stopped' }, { desiredState: 'deleted' }, { restartRevision: 1 }] as const) {
      expect(types({ spec: { ...spec, version: 2 }, status: RUNNING, observation: SERVING })).toEqual(['stop']);
    }
    const ended: Change = { status: { ...RUNNING, state: 'stopping', handle: null } };
    expect(types({ ...ended, spec: { desiredState: 'stopped', version: 2 } })).toEqual(['settle']);
    expect(types({ ...ended, spec: { desiredState: 'deleted', version: 2 } })).toEqual(['release']);
    expect(types({ ...ended, spec: { restartRevision: 1, version: 2 } })).toEqual(['start']);
  });

  it('the instances of a tenant that is being deleted are deleted', () => {
    expect(types({ status: RUNNING, observation: SERVING, rest: { tenantStatus: 'deleting' } })).toEqual(['stop']);
    expect(types({ rest: { tenantStatus: 'deleting' } })).toEqual(['release']);
  });

  it('takes over what it started but could not record, and ends older incarnations', () => {
    expect(types({ status: { state: 'starting', epochMajor: 3 }, observation: { strays: [3, 2] } })).toEqual([
      'stopStray',
      'adopt',
    ]);
    expect(types({ status: { ...RUNNING, epochMajor: 4 }, observation: { ...SERVING, strays: [3] } })).toEqual(['stopStray']);
  });

  it('a runtime that cannot be asked moves nothing', () => {
    expect(
      types({ status: RUNNING, observation: { incarnation: 'unknown', strays: [1] }, spec: { desiredState: 'deleted' } }),
    ).toEqual([]);
  });
});

const anyFacts: fc.Arbitrary<LifecycleFacts> = fc
  .record({
    desiredState: fc.constantFrom('running', 'stopped', 'deleted' as const),
    version: fc.integer({ min: 1, max: 3 }),
    restartRevision: fc.integer({ min: 0, max: 2 }),
    state: fc.constantFrom('pending', 'starting', 'running', 'backing-off', 'stopping', 'stopped', 'failed' as const),
    observedVersion: fc.integer({ min: 0, max: 3 }),
    incarnationRevision: fc.integer({ min: 0, max: 2 }),
    epochMajor: fc.integer({ min: 0, max: 3 }),
    deadline: fc.option(fc.integer({ min: -1000, max: 1000 })),
    next: fc.option(fc.integer({ min: -1000, max: 1000 })),
    incarnation: fc.constantFrom('none', 'running', 'exited', 'unknown' as const),
    strays: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    report: fc.option(fc.record({ serving: fc.boolean(), accessDigest: fc.constantFrom('d', 'old', null) })),
    silentMs: fc.constantFrom(0, 5000, 60_000),
    seenRunning: fc.boolean(),
    documentDigest: fc.constantFrom('d', null),
    tenantStatus: fc.constantFrom('active', 'suspended', 'deleting' as const),
    failures: fc.integer({ min: 0, max: 6 }),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  })
  .map((r) =>
    facts({
      spec: {
        desiredState: r.desiredState as InstanceSpec['desiredState'],
        version: r.version,
        restartRevision: r.restartRevision,
      },
      status: {
        state: r.state as InstanceStatus['state'],
        observedVersion: r.observedVersion,
        incarnationRevision: r.incarnationRevision,
        epochMajor: r.epochMajor,
        deadlineAt: r.deadline === null ? null : new Date(NOW + r.deadline),
        nextAttemptAt: r.next === null ? null : new Date(NOW + r.next),
        handle: r.incarnation === 'none' ? null : {},
      },
      observation: {
        incarnation: r.incarnation as InstanceObservation['incarnation'],
        strays: r.strays,
        report: r.incarnation === 'running' ? r.report : null,
        silentMs: r.silentMs,
        seenRunning: r.seenRunning,
      },
      rest: {
        documentDigest: r.documentDigest,
        tenantStatus: r.tenantStatus as LifecycleFacts['tenantStatus'],
        failuresAt: Array.from({ length: r.failures }, (_, index) => NOW - index * 1000),
        random: r.random,
      },
    }),
  );

describe('every plan', () => {
  const check = (property: (given: LifecycleFacts) => void) => fc.assert(fc.property(anyFacts, property), { numRuns: 2000 });

  it('I2 never starts or releases while anything of the instance may be alive', () => {
    check((given) => {
      const { incarnation, strays } = given.observation;
      const actions = planInstance(given).actions.map((action) => action.type);
      if (incarnation === 'running' || incarnation === 'unknown' || strays.length > 0) {
        expect(actions).not.toContain('start');
        expect(actions).not.toContain('release');
      }
    });
  });

  it('ends nothing that runs as asked and answers', () => {
    check((given) => {
      const wanted = given.tenantStatus !== 'deleting' && given.spec.desiredState === 'running';
      const current = given.spec.restartRevision <= given.status.incarnationRevision && given.status.state !== 'stopping';
      if (!wanted || !current || given.observation.strays.length > 0 || !given.observation.report?.serving) return;
      expect(planInstance(given).actions.map((action) => action.type)).not.toContain('stop');
    });
  });

  it('says why, is frozen, and wakes only in the future', () => {
    check((given) => {
      const plan = planInstance(given);
      expect(plan.reason).not.toBe('');
      expect(Object.isFrozen(plan.actions) || plan.actions.length === 0).toBe(true);
      for (const action of plan.actions) expect(action.reason).not.toBe('');
      if (plan.wakeAt !== null) expect(plan.wakeAt).toBeGreaterThan(given.now);
      for (const action of plan.actions) {
        if (action.type === 'recordFailure' && action.retryAt !== null) expect(action.retryAt).toBeGreaterThan(given.now);
      }
    });
  });

  it('waits between half and all of a doubling time, at most a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
        const full = Math.min(60_000, 500 * 2 ** (failures - 1));
        const wait = backOffMs(failures, random);
        expect(wait).toBeGreaterThanOrEqual(full / 2);
        expect(wait).toBeLessThanOrEqual(full);
      }),
    );
  });
});
