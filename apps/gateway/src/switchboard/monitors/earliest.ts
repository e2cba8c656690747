/** Of many things that each have a time, which is the earliest: known at once, and kept up in logarithmic time. */
export class Earliest<T> {
  /** A binary heap: none is later than the two at twice its index, plus one and plus two. */
  private readonly heap: { readonly item: T; atMs: number }[] = [];
  private readonly indexOf = new Map<T, number>();

  get firstAtMs(): number | undefined {
    return this.heap[0]?.atMs;
  }

  /** @param atMs undefined: it has no time any more */
  set(item: T, atMs: number | undefined): void {
    const index = this.indexOf.get(item);
    if (atMs === undefined) return index === undefined ? undefined : this.remove(index);
    if (index === undefined) {
      this.place(this.heap.length, { item, atMs });
      return this.settle(this.heap.length - 1);
    }
    this.heap[index]!.atMs = atMs;
    this.settle(index);
  }

  private remove(index: number): void {
    this.indexOf.delete(this.heap[index]!.item);
    const last = this.heap.pop()!;
    if (index === this.heap.length) return;
    this.place(index, last);
    this.settle(index);
  }

  private place(index: number, entry: { readonly item: T; atMs: number }): void {
    this.heap[index] = entry;
    this.indexOf.set(entry.item, index);
  }

  /** Up or down to where it belongs; at most one of the two moves it. */
  private settle(from: number): void {
    let index = from;
    for (let up = (index - 1) >> 1; index > 0 && this.isEarlier(index, up); index = up, up = (index - 1) >> 1)
      this.swap(index, up);
    for (let down = this.earlierBelow(index); down !== undefined; index = down, down = this.earlierBelow(index))
      this.swap(index, down);
  }

  private earlierBelow(index: number): number | undefined {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    const earlier = right < this.heap.length && this.isEarlier(right, left) ? right : left;
    return earlier < this.heap.length && this.isEarlier(earlier, index) ? earlier : undefined;
  }

  private isEarlier(one: number, other: number): boolean {
    return this.heap[one]!.atMs < this.heap[other]!.atMs;
  }

  private swap(one: number, other: number): void {
    const [first, second] = [this.heap[one]!, this.heap[other]!];
    this.place(one, second);
    this.place(other, first);
  }
}
