import type { Database } from '#persistence/database';
import * as instances from '#persistence/instances';
import type { IncarnationHandle, RuntimeDriver } from '#runtime-drivers/runtime-driver';
import type { Logger } from '#telemetry/logger';

export interface OrphanLoopOptions {
  readonly database: Database;
  readonly driver: RuntimeDriver;
  readonly logger: Logger;
  /** How long something must have been without owner, seen by this process, before it is ended. */
  readonly graceMs: number;
}

const STOP_GRACE_MS = 10_000;

/** Ends incarnations that bear our label and belong to no instance of the store: what a lost reply or an old backup left behind. */
export class OrphanLoop {
  readonly #options: OrphanLoopOptions;
  /** Monotonic time of the first sight. */
  readonly #seenAt = new Map<string, number>();

  constructor(options: OrphanLoopOptions) {
    this.#options = options;
  }

  /** One turn of the sweep. Rejects, and ends nothing, when store or runtime cannot be asked. */
  async sweep(): Promise<void> {
    const { database, driver, logger, graceMs } = this.#options;
    // First the runtime, then the store: an instance made in between is known by then.
    const running = await driver.list();
    const known = new Set((await database.asPlatform((tx) => instances.listAll(tx))).map((spec) => spec.id));
    const orphans = running.filter((handle) => !known.has(handle.instanceId));
    const names = new Set(orphans.map(nameOf));
    for (const name of this.#seenAt.keys()) if (!names.has(name)) this.#seenAt.delete(name);
    for (const orphan of orphans) {
      const name = nameOf(orphan);
      const since = this.#seenAt.get(name) ?? performance.now();
      this.#seenAt.set(name, since);
      if (performance.now() - since < graceMs) continue;
      logger.warn(
        { instanceId: orphan.instanceId, epochMajor: orphan.epochMajor },
        'orphan: it belongs to no instance and is being ended',
      );
      await driver.stop(orphan, STOP_GRACE_MS);
    }
  }
}

const nameOf = (handle: IncarnationHandle): string => `${handle.instanceId} ${handle.epochMajor}`;
