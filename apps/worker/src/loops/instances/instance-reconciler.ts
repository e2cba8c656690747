import { planAfterFailedStart, planInstance, type InstancePlan, type LifecycleFacts } from '#domain/instance-lifecycle';
import type { OperationSpans } from '#domain/operation-spans';
import type { IncarnationHandle } from '#runtime-drivers/runtime-driver';
import { failpoint } from '#telemetry/failpoints';
import type { Logger } from '#telemetry/logger';
import { InstanceLease, LeaseLost } from './instance-lease.js';
import { loadInstance, type InstanceView } from './instance-view.js';
import type { ObservedInstance } from './instance-observer.js';
import { ObservationWriter } from './observation-writer.js';
import { endOperations, OperationRecorder } from './operation-recorder.js';
import { PlanExecutor, type ExecutorParts } from './plan-executor.js';

/** More rounds than any goal needs; whatever is left is done at the next sweep. */
const ROUNDS_MAX = 12;

export interface ReconcilerOptions extends ExecutorParts {
  /** Who takes leases: the worker of this home. */
  readonly holder: string;
  readonly logger: Logger;
  readonly spans: OperationSpans;
  /** The recorded incarnation of an instance has ended. */
  readonly onExit: (instanceId: string) => void;
}

/** Brings one instance to its spec: look, plan, execute, and again until there is nothing to do. */
export class InstanceReconciler {
  readonly #options: ReconcilerOptions;
  readonly #executor: PlanExecutor;
  readonly #observations: ObservationWriter;
  /** Epochs whose end somebody watches for us. */
  readonly #watched = new Map<string, number>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#executor = new PlanExecutor(options);
    this.#observations = new ObservationWriter(options.database);
  }

  /** Answers when it should be looked at again without being asked, by the clock it was given; null: at the next sweep. */
  async reconcile(instanceId: string, signal: AbortSignal): Promise<number | null> {
    let lease: InstanceLease | undefined;
    try {
      for (let number = 0; number < ROUNDS_MAX && !signal.aborted; number += 1) {
        const view = await loadInstance(this.#options.database, instanceId);
        if (!view) {
          this.#watched.delete(instanceId);
          this.#options.beats.unfollow(instanceId);
          return null;
        }
        const open = await endOperations(this.#options.database, view, this.#options.spans);
        const observed = await this.#options.observer.observe(view.status);
        this.#watch(view);
        const facts = factsOf(view, observed, this.#options.now());
        const plan = planInstance(facts);
        if (plan.actions.length === 0) {
          await this.#observations.keep(view, observed.report, async () => (lease ??= await this.#take(instanceId)));
          return plan.wakeAt;
        }
        failpoint('worker.instance.planned');
        lease ??= await this.#take(instanceId);
        if (!lease) return null;
        failpoint('worker.instance.leased');
        const recorder = new OperationRecorder(this.#options.database, open, lease.fence);
        if (!(await this.#execute(plan, facts, { view, observed, lease, recorder, signal }))) return null;
      }
      return null;
    } finally {
      await lease?.release().catch(() => undefined);
    }
  }

  #take(instanceId: string): Promise<InstanceLease | undefined> {
    return InstanceLease.take(this.#options.database, instanceId, this.#options.holder);
  }

  /** False: not to be gone on with now. */
  async #execute(plan: InstancePlan, facts: LifecycleFacts, round: Parameters<PlanExecutor['execute']>[1]): Promise<boolean> {
    const { logger, observer } = this.#options;
    const instanceId = round.view.spec.id;
    for (const action of plan.actions) {
      try {
        logger.info({ instanceId, action: action.type, reason: action.reason }, 'instance: acting');
        await this.#executor.execute(action, round);
      } catch (error) {
        if (error instanceof LeaseLost) {
          logger.warn({ instanceId }, 'instance: another worker has taken over');
          return false;
        }
        logger.warn({ instanceId, action: action.type, err: error }, 'instance: the action failed');
        if (action.type !== 'start') return action.type === 'awaitServing';
        const reason = error instanceof Error ? error.message : String(error);
        for (const next of planAfterFailedStart(facts, reason).actions) await this.#executor.execute(next, round);
        return true;
      } finally {
        if (action.type !== 'settle' && action.type !== 'pushAccessDocument') observer.changed();
      }
    }
    return true;
  }

  /** Also incarnations that an earlier worker started (adoption): they are watched, never restarted. */
  #watch(view: InstanceView): void {
    const handle = view.status.handle as IncarnationHandle | null;
    const { id } = view.spec;
    const { state, address } = view.status;
    if (handle && address !== null && state === 'running')
      this.#options.beats.follow({ instanceId: id, address }, handle.epochMajor);
    else this.#options.beats.unfollow(id);
    if (!handle || this.#watched.get(id) === handle.epochMajor) return;
    this.#watched.set(id, handle.epochMajor);
    this.#options.driver.watch(handle, () => {
      if (this.#watched.get(id) === handle.epochMajor) this.#options.onExit(id);
    });
  }
}

function factsOf(view: InstanceView, observed: ObservedInstance, now: number): LifecycleFacts {
  return {
    spec: view.spec,
    status: view.status,
    tenantStatus: view.tenant.status,
    failuresAt: view.failuresAt.map((at) => at.getTime()),
    observation: observed.observation,
    documentDigest: view.document?.digest ?? null,
    now,
    random: Math.random(),
  };
}
