import type { Database } from '#persistence/database';
import * as leases from '#persistence/leases';

const TTL_MS = 30_000;
const RENEW_AFTER_MS = 10_000;
/** A confirmation that took longer says nothing: whoever waited for it may have slept meanwhile, and somebody else may have taken over since. */
const CONFIRMED_FOR_MS = 1000;
const CONFIRM_TRIES = 5;

/** Somebody else looks after this instance now: nothing more may be done for it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * The right to act for one instance during one round of reconciling. The holder is the worker of a home, whichever process it is: a worker
 * that was started again takes over at once, and the token it gets shuts out the one before. Times are monotonic, and count from the asking.
 */
export class InstanceLease {
  readonly fence: leases.Lease;
  readonly #database: Database;
  readonly #clock: () => number;
  #renewedAt: number;

  private constructor(database: Database, lease: leases.Lease, clock: () => number, askedAt: number) {
    this.#database = database;
    this.fence = lease;
    this.#clock = clock;
    this.#renewedAt = askedAt;
  }

  /**
   * Undefined while the worker of another home has it.
   * @param clock milliseconds, monotonic; another one for tests in another time
   */
  static async take(
    database: Database,
    instanceId: string,
    holder: string,
    clock: () => number = () => performance.now(),
  ): Promise<InstanceLease | undefined> {
    const askedAt = clock();
    const lease = await database.asPlatform((tx) => leases.take(tx, { name: `instance:${instanceId}`, holder, ttlMs: TTL_MS }));
    return lease && new InstanceLease(database, lease, clock, askedAt);
  }

  /** To be called at least every few seconds during something long. Throws {@link LeaseLost}. */
  async keep(): Promise<void> {
    if (this.#clock() - this.#renewedAt >= RENEW_AFTER_MS) await this.#renew();
  }

  /**
   * To be called right before something that cannot be taken back or fenced afterwards; it has to follow in the same turn. Throws
   * {@link LeaseLost}, or an error when the store answers too late again and again: a late answer is not trusted, whatever it says (I2).
   */
  async confirm(): Promise<void> {
    for (let tries = 0; tries < CONFIRM_TRIES; tries += 1) if ((await this.#renew()) <= CONFIRMED_FOR_MS) return;
    throw new Error(`the store took more than ${CONFIRMED_FOR_MS} ms to confirm the lease, ${CONFIRM_TRIES} times`);
  }

  async release(): Promise<void> {
    await this.#database.asPlatform((tx) => leases.release(tx, this.fence));
  }

  /** Answers how long it took, ms. */
  async #renew(): Promise<number> {
    const askedAt = this.#clock();
    if (!(await this.#database.asPlatform((tx) => leases.renew(tx, this.fence, TTL_MS)))) throw new LeaseLost();
    this.#renewedAt = askedAt;
    return this.#clock() - askedAt;
  }
}
