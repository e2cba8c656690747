/**
 * Virtual time: a heap of things to happen by (time, seeded tie), and the trace of what happened. Nothing here waits for anything real,
 * so the same seed gives the same trace, to the byte.
 */
import { Random } from './random.js';

interface Entry {
  readonly atMs: number;
  readonly tie: number;
  readonly run: () => void;
}

/** A run that does more than this is taken for one that will never end. */
const ENTRIES_MAX = 1_000_000;

export class World {
  nowMs = 0;
  /** Things that have happened. */
  steps = 0;
  readonly random: Random;
  /** What was traced, when `keepTrace`. */
  readonly lines: string[] = [];
  private readonly heap: Entry[] = [];
  private low = 0x811c9dc5;
  private high = 0x01000193;

  constructor(
    seed: number,
    private readonly keepTrace = false,
  ) {
    this.random = new Random(seed);
  }

  /** Never at the same moment for certain: what happens at one time happens in an order that the seed decides. */
  after(delayMs: number, run: () => void): void {
    const entry = { atMs: this.nowMs + Math.max(0, delayMs), tie: this.random.word(), run };
    this.heap.push(entry);
    this.siftUp(this.heap.length - 1);
  }

  runUntil(untilMs: number): void {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || first.atMs > untilMs) break;
      this.removeFirst();
      this.nowMs = first.atMs;
      this.steps += 1;
      if (this.steps > ENTRIES_MAX) throw new Error(`more than ${ENTRIES_MAX} steps: something goes round for ever`);
      first.run();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  trace(who: string, what: string): void {
    const line = `${this.nowMs} ${who} ${what}`;
    for (let at = 0; at < line.length; at += 1) {
      const code = line.charCodeAt(at);
      this.low = Math.imul(this.low ^ code, 0x01000193);
      this.high = Math.imul(this.high + code, 0x85ebca6b) ^ (this.high >>> 13);
    }
    if (this.keepTrace) this.lines.push(line);
  }

  get hash(): string {
    return [this.low, this.high].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  private siftUp(start: number): void {
    const { heap } = this;
    const entry = heap[start]!;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  private removeFirst(): void {
    const { heap } = this;
    const entry = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, entry)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);
}
