/**
 * The last so many different keys that were added, in constant time. A Set alone would be enough, but for the search of its oldest key: V8 passes
 * over all that were removed before it, ten thousand at times.
 */
export class RecentKeys {
  private readonly known = new Set<string>();
  /** As they came, round and round. */
  private readonly order: string[] = [];
  private next = 0;

  constructor(private readonly max: number) {}

  /** @returns false when it is among them already */
  add(key: string): boolean {
    if (this.known.has(key)) return false;
    if (this.order.length === this.max) this.known.delete(this.order[this.next]!);
    this.known.add(key);
    this.order[this.next] = key;
    this.next = (this.next + 1) % this.max;
    return true;
  }
}
