import { instanceOperationEnd } from '#domain/operation-outcome';
import type { OperationSpans } from '#domain/operation-spans';
import type { Operation, OperationStep } from '#domain/resources';
import type { Database } from '#persistence/database';
import * as leases from '#persistence/leases';
import * as operations from '#persistence/operations';
import { failpoint } from '#telemetry/failpoints';
import { LeaseLost } from './instance-lease.js';
import type { InstanceView } from './instance-view.js';

/** Steps of one operation kept; an endless series of attempts shows its end. */
const STEPS_MAX = 100;

/** How far an operation is when a step begins; the end is always 100. */
const PROGRESS: Readonly<Record<string, number>> = {
  'stop the incarnation': 10,
  'prepare files': 20,
  'start the incarnation': 40,
  'wait until it serves': 60,
  'push the access document': 85,
  'remove files and rows': 90,
};

/** Writes what is done for an instance into its open operations, as it happens; with {@link LeaseLost} when another worker has taken over. */
export class OperationRecorder {
  readonly #database: Database;
  readonly #fence: leases.Fence;
  readonly #steps = new Map<string, OperationStep[]>();

  constructor(database: Database, open: readonly Operation[], fence: leases.Fence) {
    this.#database = database;
    this.#fence = fence;
    for (const operation of open) this.#steps.set(operation.id, [...operation.steps]);
  }

  /** Runs `work` as a named step of every open operation; what it throws ends the step as failed and goes on up. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = new Date().toISOString();
    await this.#write(name, { name, state: 'running', startedAt, endedAt: null, detail: '' }, true);
    failpoint('worker.instance.step-begun');
    try {
      const result = await work();
      failpoint('worker.instance.step-done');
      await this.#write(name, { name, state: 'done', startedAt, endedAt: new Date().toISOString(), detail: '' }, false);
      return result;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      await this.#write(name, { name, state: 'failed', startedAt, endedAt: new Date().toISOString(), detail }, false);
      throw error;
    }
  }

  async #write(name: string, step: OperationStep, begins: boolean): Promise<void> {
    if (this.#steps.size === 0) return;
    await this.#database.asPlatform(async (tx) => {
      if (!(await leases.fenceHolds(tx, this.#fence))) throw new LeaseLost();
      for (const [id, steps] of this.#steps) {
        const kept = (begins ? [...steps, step] : [...steps.slice(0, -1), step]).slice(-STEPS_MAX);
        const attempts = kept.filter((entry) => entry.name === 'start the incarnation').length;
        const progress = PROGRESS[name];
        await operations.advance(tx, id, {
          state: 'running',
          steps: kept,
          attempts,
          ...(progress === undefined ? {} : { progress }),
        });
        this.#steps.set(id, kept);
      }
    });
  }
}

/** Ends those open operations whose outcome is known by now. Answers those that go on. */
export async function endOperations(
  database: Database,
  view: InstanceView,
  spans: OperationSpans,
): Promise<readonly Operation[]> {
  const readAt = { storeMs: view.readAt.getTime(), nowMs: performance.now() };
  const ends = view.operations.map((operation) => ({
    operation,
    end: instanceOperationEnd(operation, view, spans.timeFor(operation, readAt)),
  }));
  const ended = ends.filter((entry) => entry.end !== undefined);
  if (ended.length > 0) {
    failpoint('worker.instance.operation.before-end');
    await database.asPlatform(async (tx) => {
      for (const { operation, end } of ended) {
        if (end!.state === 'succeeded') await operations.advance(tx, operation.id, { state: 'succeeded', progress: 100 });
        else await operations.advance(tx, operation.id, { state: 'failed', error: end!.error });
      }
      failpoint('worker.instance.operation.before-commit');
    });
  }
  return ends.filter((entry) => entry.end === undefined).map((entry) => entry.operation);
}
