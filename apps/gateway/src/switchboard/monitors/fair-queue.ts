/** First in, first out, in constant time. */
export class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head += 1;
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  /** @param at 0 is the oldest */
  at(at: number): T | undefined {
    return this.items[this.head + at];
  }
}

/** Who waits, and of whose it is one: owners take turns, and so do the lanes of each. */
export interface Place {
  readonly owner: string;
  readonly lane: number;
}

/** One item of each lane in turn. */
class Lanes<T> {
  private readonly lanes = new Map<number, Fifo<T>>();

  get isEmpty(): boolean {
    return this.lanes.size === 0;
  }

  sizeOf(lane: number): number {
    return this.lanes.get(lane)?.size ?? 0;
  }

  push(lane: number, item: T): void {
    const queue = this.lanes.get(lane) ?? new Fifo<T>();
    queue.push(item);
    this.lanes.set(lane, queue);
  }

  shift(): T | undefined {
    const next = this.lanes.entries().next().value;
    if (next === undefined) return undefined;
    const [lane, queue] = next;
    const item = queue.shift();
    this.lanes.delete(lane);
    if (queue.size > 0) this.lanes.set(lane, queue);
    return item;
  }
}

/**
 * Urgent items first, then one of each owner in turn, then what may wait. An owner with ten thousand items, in one lane or in a thousand, does not
 * make another with one wait for more than one of them. The user of the queue bounds what goes in.
 */
export class FairQueue<T> {
  private readonly urgent = new Fifo<T>();
  private readonly last = new Fifo<T>();
  private readonly owners = new Map<string, Lanes<T>>();
  private count = 0;

  /** @param onChange something has come in or gone out */
  constructor(private readonly onChange: () => void = () => {}) {}

  get size(): number {
    return this.count;
  }

  private set size(size: number) {
    this.count = size;
    this.onChange();
  }

  pushUrgent(item: T): void {
    this.urgent.push(item);
    this.size += 1;
  }

  /** Behind everything else. */
  pushLast(item: T): void {
    this.last.push(item);
    this.size += 1;
  }

  push({ owner, lane }: Place, item: T): void {
    const lanes = this.owners.get(owner) ?? new Lanes<T>();
    lanes.push(lane, item);
    this.owners.set(owner, lanes);
    this.size += 1;
  }

  laneSize({ owner, lane }: Place): number {
    return this.owners.get(owner)?.sizeOf(lane) ?? 0;
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    this.size -= 1;
    if (this.urgent.size > 0) return this.urgent.shift();
    const next = this.owners.entries().next().value;
    if (next === undefined) return this.last.shift();
    const [owner, lanes] = next;
    const item = lanes.shift();
    this.owners.delete(owner);
    if (!lanes.isEmpty) this.owners.set(owner, lanes);
    return item;
  }

  clear(): void {
    while (this.urgent.size > 0) this.urgent.shift();
    while (this.last.size > 0) this.last.shift();
    this.owners.clear();
    this.size = 0;
  }
}
