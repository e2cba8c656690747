/**
 * A worker: the real plans (`planInstance`, `instanceOperationEnd`) carried out step by step as `plan-executor.ts` does, against a store and
 * a runtime whose answers may be lost, by a process that may die or be stopped between any two steps.
 */
import {
  countedFailures,
  LIFECYCLE_LIMITS,
  planAfterFailedStart,
  planInstance,
  type LifecycleAction,
  type LifecycleFacts,
} from '#domain/instance-lifecycle';
import { instanceOperationEnd } from '#domain/operation-outcome';
import type { Operation } from '#domain/resources';
import type { Site } from '../site.js';
import { type Fiber, sleep, spawn } from '../world/fiber.js';
import type { Process } from '../world/process.js';
import { Beats } from './beats.js';
import { type InstanceReport, observedOf } from './instance-report.js';
import type { Handle, RuntimeModel } from './runtime.model.js';
import type { Fence, InstanceRow, StatusChanges, StoreModel } from './store.model.js';
import { WorkerTime } from './worker-time.js';

const LEASE_MS = 30_000;
const SWEEP_MS = 2000;
const ROUNDS_MAX = 12;
const STRAY_GRACE_MS = 5000;
/** One that has missed a beat is not asked for its whole report. */
const QUIET_MS = 2000;
/** As `instance-lease.ts`. */
const CONFIRMED_FOR_MS = 1000;

type RecordFailure = Extract<LifecycleAction, { type: 'recordFailure' }>;

class LeaseLost extends Error {}
type View = InstanceRow & { readonly operations: readonly Operation[] };
interface Round {
  readonly view: View;
  readonly facts: LifecycleFacts;
  readonly report: InstanceReport | undefined;
  readonly fence: Fence;
}

export class WorkerProgram {
  private readonly beats: Beats;
  /** Epoch of the incarnation that was last seen to run. */
  private readonly seen = new Map<string, number>();
  private readonly nudges = new Map<string, () => void>();
  private readonly pendingNudges = new Set<string>();
  private readonly watched = new Set<string>();
  private readonly time: WorkerTime;

  constructor(
    private readonly site: Site,
    readonly process: Process,
    private readonly store: StoreModel,
    private readonly runtime: RuntimeModel,
    private readonly holder: string,
  ) {
    this.time = new WorkerTime(site, store);
    this.beats = new Beats(
      site,
      process,
      (id) => runtime.health(id),
      (id) => this.nudge(id),
    );
    this.spawn(this.sweep(new Set()));
  }

  nudge(id: string): void {
    this.process.run(() => {
      const go = this.nudges.get(id);
      if (go === undefined) this.pendingNudges.add(id);
      else go();
    });
  }

  private spawn(fiber: Fiber<void>): void {
    spawn(this.process, fiber, (error) => {
      throw error;
    });
  }

  private *sweep(lanes: Set<string>): Fiber<void> {
    for (;;) {
      try {
        const { nowMs } = this.site.world;
        const ids = (yield this.store.transaction(() => this.swept(nowMs))) as string[];
        for (const id of ids) {
          if (lanes.has(id)) continue;
          lanes.add(id);
          this.spawn(this.lane(id, lanes));
        }
      } catch {
        // the next sweep tries again
      }
      yield* sleep(SWEEP_MS);
    }
  }

  /** One turn over everything: open operations end by their deadline or with their target, whatever the lanes are doing (`operations.loop.ts`). */
  private swept(askedAtMs: number): string[] {
    for (const operation of this.time.listed(askedAtMs)) this.endOperation(operation, this.store.rows.get(operation.targetId));
    return [...this.store.rows.keys()];
  }

  private *lane(id: string, lanes: Set<string>): Fiber<void> {
    for (;;) {
      let wakeAt: number | null | undefined = null;
      try {
        wakeAt = yield* this.reconcile(id);
      } catch (error) {
        this.site.world.trace(this.process.name, `${id}: ${(error as Error).message}`);
      }
      if (wakeAt === undefined) break;
      yield* this.rest(id, wakeAt);
    }
    lanes.delete(id);
  }

  private *rest(id: string, wakeAt: number | null): Fiber<void> {
    if (this.pendingNudges.delete(id)) return;
    const { drops } = this.site.plant;
    const waitMs = Math.min(
      wakeAt === null ? Number.POSITIVE_INFINITY : Math.max(0, wakeAt - this.time.nowMs),
      drops === 'sweep' ? 1e9 : SWEEP_MS,
    );
    yield {
      kind: 'until',
      begin: (go) => {
        this.nudges.set(id, go);
        this.process.after(waitMs, go);
      },
    };
    this.nudges.delete(id);
  }

  /** Undefined: the instance is gone. */
  private *reconcile(id: string): Fiber<number | null | undefined> {
    let fence: Fence | undefined;
    try {
      for (let number = 0; number < ROUNDS_MAX; number += 1) {
        const view = (yield this.store.transaction(() => this.viewOf(id))) as View | undefined;
        if (view === undefined) {
          this.beats.unfollow(id);
          return undefined;
        }
        yield* this.endOperations(view);
        const { facts, report } = yield* this.observe(view);
        const plan = planInstance(facts);
        this.judgeSilence(plan.actions, id);
        if (plan.actions.length === 0) {
          if (report !== undefined && view.status.state === 'running') yield* this.keepObservation(id, view, report);
          return plan.wakeAt;
        }
        fence ??= yield* this.take(id);
        if (fence === undefined) return null;
        if (!(yield* this.executeAll(plan.actions, { view, facts, report, fence }))) return null;
      }
      return null;
    } finally {
      if (fence !== undefined) {
        const taken = fence;
        // the process may be dead by now; then the lease runs out
        this.process.run(() => this.site.world.after(this.site.delay(), () => this.store.releaseLease(taken)));
      }
    }
  }

  private viewOf(id: string): View | undefined {
    const row = this.store.rows.get(id);
    return row && { ...row, operations: this.store.openOf(id) };
  }

  private *take(id: string): Fiber<Fence | undefined> {
    return (yield this.store.transaction(() => this.store.takeLease(`instance:${id}`, this.holder, LEASE_MS))) as
      Fence | undefined;
  }

  private *keepObservation(id: string, view: View, report: InstanceReport): Fiber<void> {
    const observed = observedOf(report);
    if (JSON.stringify(view.status.observed) === JSON.stringify(observed)) return;
    const fence = yield* this.take(id);
    if (fence !== undefined) yield this.store.transaction(() => this.store.write(fence, id, { observed }));
  }

  private *endOperations(view: View): Fiber<void> {
    if (view.operations.length > 0)
      yield this.store.transaction(() => {
        for (const operation of view.operations) this.endOperation(operation, view);
      });
  }

  private endOperation(operation: Operation, target: InstanceRow | undefined): void {
    const end = instanceOperationEnd(operation, target, this.time.timeFor(operation));
    if (end === undefined) return;
    this.time.judge(operation, end);
    this.store.advance(operation.id, end.state === 'failed' ? end : { state: 'succeeded' });
  }

  private *observe(view: View): Fiber<{ readonly facts: LifecycleFacts; readonly report: InstanceReport | undefined }> {
    const { plant, world } = this.site;
    const handle = view.status.handle as Handle | null;
    const { id } = view.spec;
    let incarnation = (
      handle === null ? 'none' : yield this.runtime.inspect(handle)
    ) as LifecycleFacts['observation']['incarnation'];
    if (incarnation === 'unknown' && plant.drops === 'unknown-is-not-dead') incarnation = 'exited';
    const listed = plant.drops === 'strays-looked-for' ? [] : ((yield this.runtime.list(id)) as Handle[]);
    const strays = listed.filter(({ epochMajor }) => epochMajor !== handle?.epochMajor).map(({ epochMajor }) => epochMajor);
    if (incarnation === 'running') this.seen.set(id, handle!.epochMajor);
    const isQuiet = this.beats.silentMs(id) > QUIET_MS;
    const report = incarnation === 'running' && !isQuiet ? yield* this.ask(id, handle!) : undefined;
    if (handle !== null && view.status.state === 'running') this.beats.follow(id, handle.epochMajor);
    else this.beats.unfollow(id);
    if (handle !== null) this.watch(handle);
    const facts: LifecycleFacts = {
      spec: view.spec,
      status: view.status,
      tenantStatus: 'active',
      failuresAt: view.failuresAt,
      observation: {
        incarnation,
        strays,
        report: report === undefined ? null : { serving: report.serving, accessDigest: report.digest },
        silentMs: this.beats.silentMs(id),
        seenRunning: handle !== null && this.seen.get(id) === handle.epochMajor,
      },
      documentDigest: view.document?.digest ?? null,
      now: this.time.nowMs,
      random: world.random.next(),
    };
    return { facts: plant.facts?.(facts, this.beats.wallSilentMs(id)) ?? facts, report };
  }

  private *ask(id: string, handle: Handle): Fiber<InstanceReport | undefined> {
    const report = (yield this.runtime.ask(id)) as InstanceReport | undefined;
    const isRight = report?.epochMajor === handle.epochMajor;
    return isRight ? report : undefined;
  }

  private watch(handle: Handle): void {
    const key = `${handle.instanceId}@${handle.epochMajor}`;
    if (this.watched.has(key)) return;
    this.watched.add(key);
    this.runtime
      .find(handle)
      ?.process.onExit(() => this.site.world.after(this.site.delay(), () => this.nudge(handle.instanceId)));
  }

  private *executeAll(actions: readonly LifecycleAction[], round: Round): Fiber<boolean> {
    const { id } = round.view.spec;
    for (const action of actions) {
      this.site.world.trace(this.process.name, `${id}: ${action.type}, ${action.reason}`);
      try {
        yield* this.execute(action, round);
      } catch (error) {
        if (error instanceof LeaseLost) return false;
        this.site.world.trace(this.process.name, `${id}: ${action.type} failed: ${(error as Error).message}`);
        if (action.type !== 'start') return action.type === 'awaitServing';
        for (const next of planAfterFailedStart(round.facts, (error as Error).message).actions) yield* this.execute(next, round);
        return true;
      }
    }
    return true;
  }

  private *execute(action: LifecycleAction, round: Round): Fiber<void> {
    const { spec, status } = round.view;
    const handleOf = (epochMajor: number): Handle => ({ instanceId: spec.id, epochMajor });
    switch (action.type) {
      case 'start':
        return yield* this.start(round);
      case 'adopt':
        return yield* this.record(handleOf(action.epochMajor), round);
      case 'stopStray':
        return yield* this.stop(handleOf(action.epochMajor), STRAY_GRACE_MS);
      case 'awaitServing':
        return yield* this.awaitServing(action.deadlineAt, round);
      case 'pushAccessDocument': {
        const { document } = round.view;
        if ((yield this.runtime.push(spec.id, document!)) !== true) throw new Error('the document was not taken');
        return yield* this.write(round, { accessDigest: document!.digest });
      }
      case 'stop': {
        const state = spec.desiredState === 'deleted' ? 'deleting' : 'stopping';
        const deadlineAt = new Date(this.time.nowMs + action.graceMs + 15_000);
        yield* this.write(round, { state, endpoint: null, deadlineAt, message: action.reason });
        yield* this.stop(status.handle as unknown as Handle, action.graceMs);
        return yield* this.write(round, { state, handle: null, observed: null, accessDigest: null });
      }
      case 'noteFailover':
        return;
      case 'recordFailure':
        return yield* this.recordFailure(action, round);
      case 'settle':
        return yield* this.settle(action.state, round);
      case 'release':
        return yield* this.release(round);
    }
  }

  /** Nobody is taken for dead who has answered within the silence that a death takes. */
  private judgeSilence(actions: readonly LifecycleAction[], id: string): void {
    const agoMs = this.beats.agoMs(id) ?? 0;
    if (
      actions.some((action) => action.type === 'noteFailover' && action.cause === 'silent') &&
      agoMs < LIFECYCLE_LIMITS.silenceMs
    )
      this.site.oracle.violation('FENCE', `${id} was taken for dead ${agoMs} ms after it had answered`);
  }

  private *start(round: Round): Fiber<void> {
    const { view, fence } = round;
    const { spec } = view;
    const { drops } = this.site.plant;
    if (drops !== 'strays-looked-for') {
      const handle = view.status.handle as Handle | null;
      const listed = (yield this.runtime.list(spec.id)) as Handle[];
      if (listed.some(({ epochMajor }) => epochMajor !== handle?.epochMajor)) return;
    }
    const asked = spec.version > view.status.observedVersion;
    const epochMajor = (yield this.store.transaction(() => {
      const granted = this.store.grantEpoch(fence, spec.id);
      if (granted === undefined) throw new LeaseLost();
      this.store.write(fence, spec.id, {
        state: 'starting',
        observedVersion: spec.version,
        incarnationRevision: spec.restartRevision,
        ...(asked ? { consecutiveFailures: 0, failuresAt: [] } : {}),
        accessDigest: null,
        endpoint: null,
        handle: null,
        observed: null,
        nextAttemptAt: null,
        deadlineAt: new Date(this.time.nowMs + LIFECYCLE_LIMITS.startDeadlineMs),
        message: 'It is being started.',
      });
      return granted;
    })) as number;
    yield* this.confirm(fence);
    yield* sleep(this.site.world.random.int(0, 20));
    this.runtime.writeFiles(spec.id, view.document);
    const handle: Handle = { instanceId: spec.id, epochMajor };
    yield* this.confirm(fence);
    yield this.runtime.start(handle, spec.slots);
    // when it cannot be recorded it is left as it is: whoever looks after the instance adopts the newest epoch and ends an older one
    yield* this.record(handle, round);
  }

  /** A worker that was stopped and wakes after another took over starts nothing: an answer it has slept over says nothing any more. */
  private *confirm(fence: Fence): Fiber<void> {
    for (;;) {
      const askedMs = this.site.world.nowMs;
      if ((yield this.store.transaction(() => this.store.renewLease(fence, LEASE_MS))) !== true) throw new LeaseLost();
      if (this.site.world.nowMs - askedMs <= CONFIRMED_FOR_MS) return;
    }
  }

  private *record(handle: Handle, round: Round): Fiber<void> {
    const deadlineAt = new Date(this.time.nowMs + LIFECYCLE_LIMITS.startDeadlineMs);
    yield* this.write(round, { handle: { ...handle }, state: 'starting', deadlineAt });
  }

  private *awaitServing(deadlineAt: number, round: Round): Fiber<void> {
    const { status, spec } = round.view;
    const handle = status.handle as unknown as Handle;
    const until = this.site.world.nowMs + Math.max(0, deadlineAt - this.time.nowMs);
    while (this.site.world.nowMs < until) {
      const report = yield* this.ask(spec.id, handle);
      if (report?.serving === true) return;
      if ((yield this.runtime.inspect(handle)) === 'exited') throw new Error('the process ended before it served');
      const kept = yield this.store.transaction(() => this.store.renewLease(round.fence, LEASE_MS));
      if (kept !== true) throw new LeaseLost();
      const version = yield this.store.transaction(() => this.store.rows.get(spec.id)?.spec.version);
      if (version !== spec.version) throw new Error('something else was asked for meanwhile');
      yield* sleep(100);
    }
    throw new Error('it did not serve in time');
  }

  /** Asks it to end, after the grace ends it by force, and is done when its end is confirmed. */
  private *stop(handle: Handle, graceMs: number): Fiber<void> {
    const meant = this.runtime.find(handle)?.process;
    yield* this.end(handle, graceMs);
    if (meant?.alive === true) this.site.oracle.violation('FENCE', `${meant.name} was taken for ended, and its process lives`);
  }

  private *end(handle: Handle, graceMs: number): Fiber<void> {
    yield this.runtime.signal(handle, 'TERM');
    if (this.site.plant.drops === 'confirmed-stop') return;
    const until = this.site.world.nowMs + graceMs;
    for (;;) {
      const state = yield this.runtime.inspect(handle);
      if (state === 'exited') return;
      if (this.site.world.nowMs >= until) yield this.runtime.signal(handle, 'KILL');
      yield* sleep(50);
    }
  }

  private *recordFailure({ counts, retryAt, reason }: RecordFailure, round: Round): Fiber<void> {
    const now = this.time.nowMs;
    const kept = countedFailures(round.view.failuresAt, now);
    const counted = counts ? [...kept, now] : kept;
    yield* this.write(round, {
      state: retryAt === null ? 'failed' : 'backing-off',
      observedVersion: round.view.spec.version,
      handle: null,
      endpoint: null,
      observed: null,
      accessDigest: null,
      consecutiveFailures: counted.length,
      failuresAt: counted,
      nextAttemptAt: retryAt === null ? null : new Date(retryAt),
      deadlineAt: retryAt === null ? null : new Date(retryAt + LIFECYCLE_LIMITS.startDeadlineMs),
      message: reason,
    });
  }

  private *settle(state: 'running' | 'stopped', round: Round): Fiber<void> {
    const { version } = round.view.spec;
    const done = { observedVersion: version, nextAttemptAt: null, deadlineAt: null };
    if (state === 'running') {
      const { digest } = round.report!;
      return yield* this.write(round, {
        ...done,
        state,
        accessDigest: digest,
        message: 'It runs.',
        observed: observedOf(round.report!),
      });
    }
    const nothing = { handle: null, endpoint: null, observed: null, accessDigest: null, consecutiveFailures: 0, failuresAt: [] };
    yield* this.write(round, { ...done, ...nothing, state, message: 'It is stopped.' });
  }

  private *release(round: Round): Fiber<void> {
    const { id } = round.view.spec;
    yield* this.write(round, { state: 'deleting', message: 'Its files and rows are being removed.' });
    yield* sleep(this.site.world.random.int(0, 20));
    this.runtime.disks.delete(id);
    const removed = yield this.store.transaction(() => this.store.remove(round.fence, id));
    if (removed !== true) throw new LeaseLost();
  }

  private *write(round: Round, changes: StatusChanges): Fiber<void> {
    const written = yield this.store.transaction(() => this.store.write(round.fence, round.view.spec.id, changes));
    if (written !== true) throw new LeaseLost();
  }
}
