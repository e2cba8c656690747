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

/**
 * Urgent items first, then one of each lane in turn, then what may wait: a lane with a thousand items does not make a lane with one wait for them.
 * The owner bounds what goes in.
 */
export class FairQueue<T> {
  private readonly urgent = new Fifo<T>();
  private readonly last = new Fifo<T>();
  private readonly lanes = new Map<number, Fifo<T>>();
  size = 0;

  pushUrgent(item: T): void {
    this.urgent.push(item);
    this.size += 1;
  }

  /** Behind everything else. */
  pushLast(item: T): void {
    this.last.push(item);
    this.size += 1;
  }

  push(lane: number, item: T): void {
    const queue = this.lanes.get(lane) ?? new Fifo<T>();
    queue.push(item);
    this.lanes.set(lane, queue);
    this.size += 1;
  }

  laneSize(lane: number): number {
    return this.lanes.get(lane)?.size ?? 0;
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    this.size -= 1;
    if (this.urgent.size > 0) return this.urgent.shift();
    if (this.lanes.size === 0) return this.last.shift();
    const [lane, queue] = this.lanes.entries().next().value!;
    const item = queue.shift();
    this.lanes.delete(lane);
    if (queue.size > 0) this.lanes.set(lane, queue);
    return item;
  }

  clear(): void {
    while (this.urgent.size > 0) this.urgent.shift();
    while (this.last.size > 0) this.last.shift();
    this.lanes.clear();
    this.size = 0;
  }
}
