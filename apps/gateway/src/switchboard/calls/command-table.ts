/**
 * Requests under way to one controller, by correlation (R-CLU-06). Numbers go from 1 up, wrap before those of the
 * directory sync, and are never those of an open request. Bounded; full means refuse. All requests have the same time-out, so the oldest entry is always the next to expire.
 */
/** Numbers of the requests of the directory sync, which are none of ours. */
export const SYNC_CORRELATIONS = Object.freeze({ from: 2 ** 32 - 2 ** 20, end: 2 ** 32 });
const CORRELATION_END = SYNC_CORRELATIONS.from;
/** What a controller keeps of requests that overtake BACK_ACK (controller-link.md, section 1), less the one of the directory sync. */
const OPEN_MAX = 999;
const LATE_MAX = 1000;

export class CommandTable<P> {
  private readonly open = new Map<number, { readonly pending: P; readonly deadlineMs: number; readonly order: number }>();
  /** Timed out, but what the controller may still say about them is of use. */
  private readonly late = new Map<number, { readonly pending: P; readonly order: number }>();
  private last = 0;
  /** How many requests there have been: the order of the newest. */
  order = 0;

  constructor(
    private readonly timeoutMs: number,
    private readonly openMax = OPEN_MAX,
  ) {}

  get size(): number {
    return this.open.size;
  }

  get isFull(): boolean {
    return this.open.size >= this.openMax;
  }

  /** The correlation for a new request, or undefined when too many are open. */
  add(pending: P, nowMs: number): number | undefined {
    if (this.isFull) return undefined;
    do this.last = this.last + 1 === CORRELATION_END ? 1 : this.last + 1;
    while (this.open.has(this.last) || this.late.has(this.last));
    this.order += 1;
    this.open.set(this.last, { pending, deadlineMs: nowMs + this.timeoutMs, order: this.order });
    return this.last;
  }

  /** Removes the request this correlation belongs to, if it `fits` what came. `late`: it had timed out before. */
  take(
    correlation: number,
    fits: (pending: P) => boolean,
  ): { readonly pending: P; readonly late: boolean; readonly order: number } | undefined {
    const open = this.open.get(correlation);
    const entry = open ?? this.late.get(correlation);
    if (entry === undefined || !fits(entry.pending)) return undefined;
    this.open.delete(correlation);
    this.late.delete(correlation);
    return { pending: entry.pending, late: open === undefined, order: entry.order };
  }

  /** Removes and answers what has timed out; each with its correlation and order, to be kept by {@link keepLate} where that is of use. */
  expire(nowMs: number): { readonly correlation: number; readonly pending: P; readonly order: number }[] {
    const expired: { readonly correlation: number; readonly pending: P; readonly order: number }[] = [];
    for (const [correlation, { pending, deadlineMs, order }] of this.open) {
      if (deadlineMs > nowMs) break;
      this.open.delete(correlation);
      expired.push({ correlation, pending, order });
    }
    return expired;
  }

  keepLate({ correlation, pending, order }: { readonly correlation: number; readonly pending: P; readonly order: number }): void {
    if (this.late.size >= LATE_MAX) this.late.delete(this.late.keys().next().value!);
    this.late.set(correlation, { pending, order });
  }

  /** Removes and answers all that is open: the link is gone, no answer can come any more. */
  drain(): P[] {
    const all = [...this.open.values()].map(({ pending }) => pending);
    this.open.clear();
    this.late.clear();
    return all;
  }
}
