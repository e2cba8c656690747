/**
 * What is to happen in virtual time: a bounded heap by (time, order of entry), so that equal times run in the order they were entered and the
 * same entries always run in the same order.
 */
export interface AgendaEntry {
  readonly atMs: number;
  readonly order: number;
  readonly run: (atMs: number) => void;
  /** Who entered it; `removeOwner` takes all of one owner's entries out. */
  readonly owner: string;
}

export const AGENDA_ENTRIES_MAX = 1_000_000;

export class Agenda {
  private heap: AgendaEntry[] = [];
  private order = 0;

  get size(): number {
    return this.heap.length;
  }

  /** False when full: nothing was entered. */
  enter(owner: string, atMs: number, run: (atMs: number) => void): boolean {
    if (this.heap.length >= AGENDA_ENTRIES_MAX) return false;
    this.order += 1;
    this.heap.push({ atMs, order: this.order, run, owner });
    this.siftUp(this.heap.length - 1);
    return true;
  }

  nextAtMs(): number | null {
    return this.heap[0]?.atMs ?? null;
  }

  /** The first entry due at or before `untilMs`, taken out. */
  take(untilMs: number): AgendaEntry | null {
    const first = this.heap[0];
    if (!first || first.atMs > untilMs) return null;
    const last = this.heap.pop();
    if (last && this.heap.length > 0) {
      this.heap[0] = last;
      this.siftDown(0);
    }
    return first;
  }

  removeOwner(owner: string): number {
    const before = this.heap.length;
    this.heap = this.heap.filter((entry) => entry.owner !== owner);
    this.heap.sort(byTime);
    return before - this.heap.length;
  }

  private siftUp(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  private siftDown(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.heap.length) return;
      const right = left + 1;
      const child = right < this.heap.length && byTime(this.entry(right), this.entry(left)) < 0 ? right : left;
      if (!this.swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  private swapIfEarlier(child: number, parent: number): boolean {
    const a = this.entry(child);
    const b = this.entry(parent);
    if (byTime(a, b) >= 0) return false;
    this.heap[child] = b;
    this.heap[parent] = a;
    return true;
  }

  private entry(index: number): AgendaEntry {
    const entry = this.heap[index];
    if (!entry) throw new Error(`agenda index ${index} is out of range`);
    return entry;
  }
}

function byTime(a: AgendaEntry, b: AgendaEntry): number {
  return a.atMs - b.atMs || a.order - b.order;
}
