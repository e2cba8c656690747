/**
 * What to do about one gateway instance now: from its spec, its status and what the runtime shows, an immutable plan with reasons
 * (guides/style.md 3). Executing a plan makes no choices; when it is done, the world is looked at again and a new plan is made. A plan
 * without actions means: nothing to do before `wakeAt`.
 */
import type { Failover, InstanceSpec, InstanceState, InstanceStatus, TenantStatus } from './resources.js';

/** Milliseconds, except the count. */
export const LIFECYCLE_LIMITS = Object.freeze({
  /** From the start of an incarnation until it must serve. */
  startDeadlineMs: 30_000,
  /** How long an incarnation may take to end by itself before it is ended by force. */
  stopGraceMs: 10_000,
  /** A running incarnation that has not answered for so long is replaced, after its end is confirmed (design.md 6). */
  silenceMs: 6000,
  /** So many failures within the window end the attempts (R-ORC-04). */
  crashLoopFailures: 5,
  crashLoopWindowMs: 600_000,
  backOffFirstMs: 500,
  backOffMaxMs: 60_000,
});

/** What the runtime and the incarnation itself show. */
export interface InstanceObservation {
  /** The recorded incarnation; `none` when none is recorded; `unknown` says nothing about it. */
  readonly incarnation: 'none' | 'running' | 'exited' | 'unknown';
  /** Alive, ours by label, but not the recorded one: epoch majors, in any order. */
  readonly strays: readonly number[];
  /** What the recorded incarnation answers; null when it does not answer or was not asked. */
  readonly report: {
    readonly serving: boolean;
    /** Of the access document it holds; null before the first. */
    readonly accessDigest: string | null;
  } | null;
  /** How long a running incarnation has not answered while it was asked (`silence.ts`); 0 when it answers. */
  readonly silentMs: number;
  /** Whoever looks has seen the recorded incarnation run before. */
  readonly seenRunning: boolean;
}

export interface LifecycleFacts {
  readonly spec: InstanceSpec;
  readonly status: InstanceStatus;
  readonly tenantStatus: TenantStatus;
  /** Times of failures, milliseconds since 1970. */
  readonly failuresAt: readonly number[];
  readonly observation: InstanceObservation;
  /** Digest of the newest access document; null while there is none. */
  readonly documentDigest: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 0 (inclusive) to 1 (exclusive): spreads restarts. */
  readonly random: number;
}

export type LifecycleAction =
  /** Take over a living incarnation of the highest granted epoch that was started but not recorded. */
  | { readonly type: 'adopt'; readonly epochMajor: number; readonly reason: string }
  | { readonly type: 'stopStray'; readonly epochMajor: number; readonly reason: string }
  /** Grant the next epoch, write its files, start it, record it. */
  | { readonly type: 'start'; readonly reason: string }
  /** Look at it again and again until it serves, ends, or `deadlineAt`. */
  | { readonly type: 'awaitServing'; readonly deadlineAt: number; readonly reason: string }
  | { readonly type: 'pushAccessDocument'; readonly reason: string }
  /** Ask it to end, then force it; done when the end is confirmed. */
  | { readonly type: 'stop'; readonly graceMs: number; readonly reason: string }
  /** An incarnation that served is lost: a receipt of the failover begins (R-RES-05). */
  | { readonly type: 'noteFailover'; readonly cause: Failover['cause']; readonly reason: string }
  /**
   * The incarnation failed: when to try again; null: not again until somebody asks. `counts`: it is one of the failures after which nobody tries
   * any more.
   */
  | { readonly type: 'recordFailure'; readonly counts: boolean; readonly retryAt: number | null; readonly reason: string }
  | { readonly type: 'settle'; readonly state: Extract<InstanceState, 'running' | 'stopped'>; readonly reason: string }
  /** Remove its files and its rows: the end of a deletion. */
  | { readonly type: 'release'; readonly reason: string };

type RecordFailure = Extract<LifecycleAction, { type: 'recordFailure' }>;
type StopAction = Extract<LifecycleAction, { type: 'stop' }>;

export interface InstancePlan {
  readonly actions: readonly LifecycleAction[];
  /** When to look again without being asked, milliseconds since 1970; null: at the next sweep. */
  readonly wakeAt: number | null;
  /** Why, for a person; also when there is nothing to do. */
  readonly reason: string;
}

export function planInstance(facts: LifecycleFacts): InstancePlan {
  const { observation, status } = facts;
  if (observation.incarnation === 'unknown') return idle('the runtime cannot be asked');
  const stray = planStrays(facts);
  if (stray) return stray;
  if (observation.incarnation === 'running') return planRunning(facts);
  if (desiredOf(facts) === 'deleted') return act({ type: 'release', reason: 'deletion was asked for and nothing runs' });
  if (desiredOf(facts) === 'stopped') {
    const settled = status.state === 'stopped' && status.observedVersion === facts.spec.version && status.handle === null;
    return settled
      ? idle('stopped, as asked for')
      : act({ type: 'settle', state: 'stopped', reason: 'nothing runs, as asked for' });
  }
  // A recorded incarnation that nobody ended and that is gone has failed.
  if (observation.incarnation === 'exited' && status.state !== 'stopping') {
    const gone = endedUnseen(facts) ?? failure(facts, 'the process ended by itself');
    return act(...lost(facts, 'exited', gone.reason), gone);
  }
  return planStart(facts);
}

function desiredOf(facts: LifecycleFacts): InstanceSpec['desiredState'] {
  return facts.tenantStatus === 'deleting' ? 'deleted' : facts.spec.desiredState;
}

/** One incarnation at a time (design.md 6): an unrecorded one is either the newest, then it is taken over, or it has to go. */
function planStrays(facts: LifecycleFacts): InstancePlan | undefined {
  const { observation, status } = facts;
  if (observation.strays.length === 0) return undefined;
  const adoptable =
    observation.incarnation === 'none' && observation.strays.includes(status.epochMajor) ? status.epochMajor : undefined;
  const actions = observation.strays
    .filter((epochMajor) => epochMajor !== adoptable)
    .map((epochMajor): LifecycleAction => ({
      type: 'stopStray',
      epochMajor,
      reason: `epoch ${epochMajor} runs beside the recorded incarnation`,
    }));
  if (adoptable !== undefined) {
    actions.push({ type: 'adopt', epochMajor: adoptable, reason: `epoch ${adoptable} was started but not recorded` });
  }
  return act(...actions);
}

function planRunning(facts: LifecycleFacts): InstancePlan {
  const { spec, status, observation } = facts;
  const stop = (reason: string): StopAction => ({ type: 'stop', graceMs: LIFECYCLE_LIMITS.stopGraceMs, reason });
  const desired = desiredOf(facts);
  if (desired !== 'running') return act(stop(desired === 'deleted' ? 'deletion was asked for' : 'a stop was asked for'));
  if (spec.restartRevision > status.incarnationRevision) return act(stop('a restart was asked for'));
  // Whoever began to stop it died before the end: it is stopped for good, then started anew.
  if (status.state === 'stopping') return act(stop('an earlier stop was not finished'));
  if (observation.report === null || !observation.report.serving) return planNotServing(facts, stop);
  if (facts.documentDigest !== null && observation.report.accessDigest !== facts.documentDigest) {
    return act({ type: 'pushAccessDocument', reason: 'its access document is not the newest' });
  }
  const settled =
    status.state === 'running' &&
    status.observedVersion === spec.version &&
    status.accessDigest === observation.report.accessDigest;
  return settled
    ? idle('running, as asked for')
    : act({ type: 'settle', state: 'running', reason: 'it serves with the newest access document' });
}

function planNotServing(facts: LifecycleFacts, stop: (reason: string) => StopAction): InstancePlan {
  const { status, observation, now } = facts;
  if (status.state !== 'running') {
    const deadlineAt = notBeyond(status.deadlineAt, now, LIFECYCLE_LIMITS.startDeadlineMs);
    if (now < deadlineAt) return act({ type: 'awaitServing', deadlineAt, reason: 'it has been started and does not serve yet' });
    const reason = `it did not serve within ${LIFECYCLE_LIMITS.startDeadlineMs / 1000} s`;
    return act(stop(reason), failure(facts, reason));
  }
  if (observation.silentMs < LIFECYCLE_LIMITS.silenceMs) {
    return { actions: [], wakeAt: now + 1000, reason: 'it runs but does not answer; silence alone is no death yet' };
  }
  const reason = `it has not answered for ${Math.floor(observation.silentMs / 1000)} s`;
  // A grace would only be time in which it could wake.
  return act(...lost(facts, 'silent', reason), { ...stop(reason), graceMs: 0 }, failure(facts, reason));
}

/** The beginning of a receipt, where sessions may have been lost sight of: one that never served had none of its own. */
function lost({ status }: LifecycleFacts, cause: Failover['cause'], reason: string): readonly LifecycleAction[] {
  return status.state === 'running' ? [{ type: 'noteFailover', cause, reason }] : [];
}

function planStart(facts: LifecycleFacts): InstancePlan {
  const { spec, status, now } = facts;
  const asked = spec.version > status.observedVersion;
  if (!asked && status.state === 'failed') return idle('failed too often; start or restart it to try again');
  const nextAttemptAt = notBeyond(status.nextAttemptAt, now, LIFECYCLE_LIMITS.backOffMaxMs);
  if (!asked && status.state === 'backing-off' && nextAttemptAt > now) {
    return { actions: [], wakeAt: nextAttemptAt, reason: 'waiting before the next attempt' };
  }
  if (facts.documentDigest === null) return idle('waiting for its first access document');
  return act({ type: 'start', reason: asked ? 'it was asked for' : 'it should run and does not' });
}

/**
 * A recorded time, at most `longestMs` away. The clock that wrote it may have been set back since (I12): one that is further away than two of
 * the longest has come, because to cut it down at every look would move it on for ever.
 */
function notBeyond(recorded: Date | null, now: number, longestMs: number): number {
  const at = recorded?.getTime() ?? now;
  return at > now + 2 * longestMs ? now : Math.min(at, now + longestMs);
}

/** The plan after an attempt to start it did not even get as far as an incarnation. */
export function planAfterFailedStart(facts: LifecycleFacts, reason: string): InstancePlan {
  return act(failure(facts, reason));
}

/** Failures that still count. The list starts empty again with everything somebody asks for, so a mended spec is not blamed for the old one. */
export function countedFailures(failuresAt: readonly number[], now: number): readonly number[] {
  return failuresAt.filter((at) => at > now - LIFECYCLE_LIMITS.crashLoopWindowMs && at <= now);
}

/**
 * One that served and was gone when a worker came to look: the machine or everything on it went down, again and again perhaps, and the
 * incarnation is not to blame (R-ORC-04). Whoever it fails is watched, by the worker that has started it.
 */
function endedUnseen({ status, observation, now, random }: LifecycleFacts): RecordFailure | undefined {
  if (status.state !== 'running' || observation.seenRunning) return undefined;
  return {
    type: 'recordFailure',
    counts: false,
    retryAt: now + backOffMs(1, random),
    reason: 'the process was gone when the worker came back',
  };
}

function failure(facts: LifecycleFacts, reason: string): RecordFailure {
  const count = countedFailures(facts.failuresAt, facts.now).length + 1;
  if (count >= LIFECYCLE_LIMITS.crashLoopFailures) {
    return {
      type: 'recordFailure',
      counts: true,
      retryAt: null,
      reason: `${reason}; ${count} failures within 10 minutes, so it is not started again by itself`,
    };
  }
  return { type: 'recordFailure', counts: true, retryAt: facts.now + backOffMs(count, facts.random), reason };
}

/** Doubles with each failure up to a minute; between half and all of that, so that many instances do not come back in one moment. */
export function backOffMs(failures: number, random: number): number {
  const full = Math.min(LIFECYCLE_LIMITS.backOffMaxMs, LIFECYCLE_LIMITS.backOffFirstMs * 2 ** (Math.max(1, failures) - 1));
  return Math.round(full * (0.5 + random / 2));
}

const act = (...actions: readonly LifecycleAction[]): InstancePlan => ({
  actions: Object.freeze(actions),
  wakeAt: null,
  reason: actions.map((action) => action.reason).join('; '),
});
const idle = (reason: string): InstancePlan => ({ actions: [], wakeAt: null, reason });
