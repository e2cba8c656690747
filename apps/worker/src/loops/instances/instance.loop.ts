/**
 * The loop that brings instances to their specs: on a nudge (a job, an exit, a time that a plan named) and on a sweep over all of them.
 * One run per instance at a time; a nudge during a run makes one more.
 */
import type { Database } from '#persistence/database';
import * as instances from '#persistence/instances';
import type { Logger } from '#telemetry/logger';
import { Periodic, type PeriodicOptions } from '../periodic.js';

const CONCURRENT_MAX = 16;
/** A sweep goes on past an instance that takes longer: one that hangs must not keep the others waiting. */
const PATIENCE_MS = 1000;

export interface InstanceLoopOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly sweepIntervalMs: number;
  readonly onSweep?: PeriodicOptions['onTurn'];
  /** The clock that `reconcile` answers by. */
  readonly now: () => number;
  readonly reconcile: (instanceId: string, signal: AbortSignal) => Promise<number | null>;
}

interface Lane {
  current: Promise<void>;
  next: Promise<void> | undefined;
}

export class InstanceLoop {
  readonly #options: InstanceLoopOptions;
  readonly #sweep: Periodic;
  readonly #abort = new AbortController();
  readonly #lanes = new Map<string, Lane>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: InstanceLoopOptions) {
    this.#options = options;
    this.#sweep = new Periodic({
      name: 'instance sweep',
      intervalMs: options.sweepIntervalMs,
      logger: options.logger,
      run: () => this.#sweepAll(),
      onTurn: options.onSweep,
    });
  }

  start(): void {
    this.#sweep.start();
  }

  /** Waits for the runs under way; instances go on running. May be called twice. */
  async stop(): Promise<void> {
    this.#abort.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await this.#sweep.stop();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.next ?? lane.current));
  }

  /** Resolves when a run that began after this call has ended. Never rejects. */
  nudge(instanceId: string): Promise<void> {
    const lane = this.#lanes.get(instanceId);
    if (!lane) {
      const fresh: Lane = { current: Promise.resolve(), next: undefined };
      this.#lanes.set(instanceId, fresh);
      fresh.current = this.#run(instanceId, fresh);
      return fresh.current;
    }
    lane.next ??= lane.current.then(() => {
      lane.next = undefined;
      lane.current = this.#run(instanceId, lane);
      this.#lanes.set(instanceId, lane);
      return lane.current;
    });
    return lane.next;
  }

  async #run(instanceId: string, lane: Lane): Promise<void> {
    try {
      if (this.#abort.signal.aborted) return;
      const wakeAt = await this.#options.reconcile(instanceId, this.#abort.signal);
      if (wakeAt !== null && !this.#abort.signal.aborted) this.#wake(instanceId, wakeAt);
    } catch (error) {
      this.#options.logger.warn({ instanceId, err: error }, 'instance: this run failed, the next sweep will try again');
    } finally {
      if (!lane.next) this.#lanes.delete(instanceId);
    }
  }

  #wake(instanceId: string, wakeAt: number): void {
    clearTimeout(this.#timers.get(instanceId));
    const timer = setTimeout(
      () => {
        this.#timers.delete(instanceId);
        void this.nudge(instanceId);
      },
      Math.max(0, wakeAt - this.#options.now()),
    );
    this.#timers.set(instanceId, timer);
  }

  async #sweepAll(): Promise<void> {
    const specs = await this.#options.database.asPlatform((tx) => instances.listAll(tx));
    const waiting = specs.map((spec) => spec.id);
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && !this.#abort.signal.aborted; id = waiting.shift()) {
        // One that is being worked on needs no sweep.
        if (!this.#lanes.has(id)) await atMost(PATIENCE_MS, this.nudge(id));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_MAX }, work));
  }
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
