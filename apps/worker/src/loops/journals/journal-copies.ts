import type { InstanceHealth } from '#contracts/gateway-admin';
import type { Database } from '#persistence/database';
import * as journalCopies from '#persistence/journal-copies';
import type { Logger } from '#telemetry/logger';
import type { AdminTarget, GatewayAdminClient } from '../../gateway-admin/gateway-admin.client.js';

/** A copy that lacks nothing is dated anew so often: the date is where the gap of a successor without a journal begins. */
const DATE_AGAIN_MS = 5000;
/** Together with the size of a piece: 64 MiB at a time, then the others have their turn. */
const PIECES_PER_TURN_MAX = 256;
/** So that the store's connections are there for the loops too; who is left out is nudged again with the next answer. */
const CONCURRENT_MAX = 4;
/** Somebody else has written: looked at again after so long. */
const STEP_BACK_MS = 10_000;

interface Held {
  copy: journalCopies.OpenedJournalCopy;
  notBeforeMs: number;
}

export interface JournalCopiesOptions {
  readonly database: Database;
  readonly admin: GatewayAdminClient;
  readonly logger: Logger;
}

/**
 * Copies journals to the store (design.md 7), nudged by each answer of an incarnation. Without the store nothing is lost but the copy's
 * freshness: it goes on at the place where it stopped. What is copied, and in which order, is not this worker's choice: see `journal-copies` of
 * the persistence.
 */
export class JournalCopies {
  readonly #options: JournalCopiesOptions;
  /** By the incarnation as it is followed: what was known of one is forgotten with it. */
  readonly #held = new WeakMap<AdminTarget, Held>();
  readonly #underWay = new Map<string, Promise<void>>();
  #failing = false;
  #stopped = false;

  constructor(options: JournalCopiesOptions) {
    this.#options = options;
  }

  /** Never rejects; one at a time for each instance, another nudge meanwhile is left out. */
  heard(target: AdminTarget, { journal }: InstanceHealth, askedAt: Date): void {
    const { instanceId } = target;
    if (this.#stopped || this.#underWay.has(instanceId) || this.#underWay.size >= CONCURRENT_MAX) return;
    const work = this.#bringUp(target, journal, askedAt)
      .then(
        () => this.#tell(false),
        (error: unknown) => {
          // whether it was written is not known: what is held is looked up again
          this.#held.delete(target);
          this.#tell(true, error);
        },
      )
      .finally(() => this.#underWay.delete(instanceId));
    this.#underWay.set(instanceId, work);
  }

  /** Resolves when what is under way has ended. May be called twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#underWay.values());
  }

  async #bringUp(target: AdminTarget, journal: InstanceHealth['journal'], askedAt: Date): Promise<void> {
    const held = await this.#open(target);
    if (held === undefined || performance.now() < held.notBeforeMs) return;
    const { whole, next } = held.copy;
    if (next === null && whole !== null && isSame(whole, journal)) {
      if (askedAt.getTime() - whole.completeAt.getTime() >= DATE_AGAIN_MS)
        await this.#append(held, { ...whole, content: new Uint8Array(0), isLast: true, takenAt: askedAt });
      // the instance learns from the question that everything is held
      if (journal.copiedBytes < journal.sizeBytes) await this.#options.admin.journal(target, whole);
      return;
    }
    for (let count = 0; count < PIECES_PER_TURN_MAX && !this.#stopped; count += 1) {
      const takenAt = new Date();
      const piece = await this.#options.admin.journal(target, journalCopies.placeOf(held.copy));
      if (piece === undefined) return;
      const { generation, fromByte: bytes, sizeBytes } = piece;
      const content = Buffer.from(piece.base64, 'base64');
      const isLast = bytes + content.length === sizeBytes;
      if (!(await this.#append(held, { generation, bytes, content, isLast, takenAt })) || isLast) return;
    }
  }

  async #open(target: AdminTarget): Promise<Held | undefined> {
    const known = this.#held.get(target);
    if (known !== undefined && (known.notBeforeMs === 0 || performance.now() < known.notBeforeMs)) return known;
    const copy = await this.#options.database.asPlatform((tx) => journalCopies.open(tx, target.instanceId));
    if (copy === undefined) return undefined;
    const held = { copy, notBeforeMs: 0 };
    this.#held.set(target, held);
    return held;
  }

  /** Once for each change, however long the store is away. */
  #tell(failing: boolean, error?: unknown): void {
    if (failing === this.#failing) return;
    this.#failing = failing;
    const { logger } = this.#options;
    if (failing) logger.warn({ err: error }, 'journals: not copied; tried again with every answer of an instance');
    else logger.info({}, 'journals: copied again');
  }

  /** False when another writer, or a later generation, has been there. */
  async #append(held: Held, piece: journalCopies.NewPiece): Promise<boolean> {
    const { instanceId, token } = held.copy;
    const copy = await this.#options.database.asPlatform((tx) => journalCopies.append(tx, instanceId, token, piece));
    if (copy !== undefined) held.copy = copy;
    else {
      held.notBeforeMs = performance.now() + STEP_BACK_MS;
      this.#options.logger.warn({ instanceId, generation: piece.generation }, 'journal: another writer has the copy');
    }
    return copy !== undefined;
  }
}

function isSame(place: journalCopies.JournalPlace, journal: InstanceHealth['journal']): boolean {
  return journalCopies.compareGenerations(place.generation, journal.generation) === 0 && place.bytes === journal.sizeBytes;
}
