/**
 * When open operations have had their span, by a clock that does not jump (I12). The store's dates say how long the span is, and how much of
 * it is over when an operation is first seen; from then on only monotonic time counts. No clock is read here.
 */
import type { Operation } from './resources.js';

type Timed = Pick<Operation, 'id' | 'createdAt' | 'deadlineAt'>;

export interface ReadAt {
  /** The store's clock when it was read, milliseconds since 1970: the one that dated the operation. */
  readonly storeMs: number;
  /** Monotonic, milliseconds, after the answer. */
  readonly nowMs: number;
}

export class OperationSpans {
  readonly #endsAtMs = new Map<string, number>();
  /** Monotonic time at which the last list of all was asked for: whatever is seen first after it was made after it. */
  #listedAtMs: number | undefined;

  /** @param open all that are open, each of which is taken note of; @param askedAtMs monotonic, before the question */
  listed(open: readonly Timed[], askedAtMs: number, readAt: ReadAt): void {
    for (const operation of open) this.#endOf(operation, readAt);
    const ids = new Set(open.map(({ id }) => id));
    for (const id of this.#endsAtMs.keys()) if (!ids.has(id)) this.#endsAtMs.delete(id);
    this.#listedAtMs = askedAtMs;
  }

  /**
   * The time that it is for this operation: its deadline less what is left of its span, milliseconds since 1970.
   * To be compared with its `deadlineAt` and nothing else.
   */
  timeFor(operation: Timed, readAt: ReadAt): number {
    return operation.deadlineAt.getTime() - (this.#endOf(operation, readAt) - readAt.nowMs);
  }

  #endOf({ id, createdAt, deadlineAt }: Timed, { storeMs, nowMs }: ReadAt): number {
    const known = this.#endsAtMs.get(id);
    if (known !== undefined) return known;
    // The store's clock may have been set between the making and now: it cannot have aged more than since the last look at all.
    const ageMax = this.#listedAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs - this.#listedAtMs;
    const ageMs = Math.min(Math.max(0, storeMs - createdAt.getTime()), ageMax);
    const endsAtMs = nowMs + (deadlineAt.getTime() - createdAt.getTime()) - ageMs;
    this.#endsAtMs.set(id, endsAtMs);
    return endsAtMs;
  }
}
