/**
 * The sessions that hold a monitor. Most of 50,000 monitors have one holder, for which the table of a Set takes more than the monitor itself:
 * one is kept as it is, a Set is made for the second.
 */
export class HolderSet implements Iterable<number> {
  private one: number | undefined;
  private many: Set<number> | undefined;

  get size(): number {
    return this.many?.size ?? (this.one === undefined ? 0 : 1);
  }

  has(sessionId: number): boolean {
    return this.many?.has(sessionId) ?? this.one === sessionId;
  }

  add(sessionId: number): void {
    if (this.many !== undefined) this.many.add(sessionId);
    else if (this.one === undefined) this.one = sessionId;
    else if (this.one !== sessionId) {
      this.many = new Set([this.one, sessionId]);
      this.one = undefined;
    }
  }

  /** @returns false when it was not among them */
  delete(sessionId: number): boolean {
    if (!this.has(sessionId)) return false;
    this.many?.delete(sessionId);
    this.one = undefined;
    if (this.many?.size === 0) this.many = undefined;
    return true;
  }

  /** In the order they came; what is deleted meanwhile is passed over. */
  [Symbol.iterator](): IterableIterator<number> {
    return (this.many ?? (this.one === undefined ? [] : [this.one])).values();
  }
}
