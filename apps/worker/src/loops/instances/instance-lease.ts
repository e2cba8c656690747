import type { Database } from '#persistence/database';
import * as leases from '#persistence/leases';

const TTL_MS = 30_000;
const RENEW_AFTER_MS = 10_000;

/** Somebody else looks after this instance now: nothing more may be done for it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * The right to act for one instance during one round of reconciling. The holder is the worker of a home, whichever process it is: a worker
 * that was started again takes over at once, and the token it gets shuts out the one before.
 */
export class InstanceLease {
  readonly fence: leases.Lease;
  readonly #database: Database;
  #renewedAt = performance.now();

  private constructor(database: Database, lease: leases.Lease) {
    this.#database = database;
    this.fence = lease;
  }

  /** Undefined while the worker of another home has it. */
  static async take(database: Database, instanceId: string, holder: string): Promise<InstanceLease | undefined> {
    const lease = await database.asPlatform((tx) => leases.take(tx, { name: `instance:${instanceId}`, holder, ttlMs: TTL_MS }));
    return lease && new InstanceLease(database, lease);
  }

  /** To be called at least every few seconds during something long. Throws {@link LeaseLost}. */
  async keep(): Promise<void> {
    if (performance.now() - this.#renewedAt < RENEW_AFTER_MS) return;
    if (!(await this.#database.asPlatform((tx) => leases.renew(tx, this.fence, TTL_MS)))) throw new LeaseLost();
    this.#renewedAt = performance.now();
  }

  /** To be called right before something that cannot be taken back or fenced afterwards. Throws {@link LeaseLost}. */
  async confirm(): Promise<void> {
    this.#renewedAt = -Infinity;
    await this.keep();
  }

  async release(): Promise<void> {
    await this.#database.asPlatform((tx) => leases.release(tx, this.fence));
  }
}
