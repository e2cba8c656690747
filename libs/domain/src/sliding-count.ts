/** Counts over a sliding time, in constant memory: how many in the last hour (R-LIM-08), how many in the last second (R-LIM-11). Pure. */

/**
 * How many happened in the last `windowMs`, exact to one bucket: what is older than the window never counts, what is younger than the
 * window less one bucket always does. Times must not go back.
 */
export class SlidingCount {
  private readonly buckets: Uint32Array;
  private readonly bucketMs: number;
  /** Number of the newest bucket since time 0; undefined before the first. */
  private newest: number | undefined;
  private total = 0;

  constructor(windowMs: number, bucketCount: number) {
    this.bucketMs = windowMs / bucketCount;
    this.buckets = new Uint32Array(bucketCount);
  }

  add(nowMs: number): void {
    this.turnTo(nowMs);
    this.buckets[this.newest! % this.buckets.length]! += 1;
    this.total += 1;
  }

  at(nowMs: number): number {
    this.turnTo(nowMs);
    return this.total;
  }

  private turnTo(nowMs: number): void {
    const wanted = Math.floor(nowMs / this.bucketMs);
    const { length } = this.buckets;
    const from = this.newest === undefined ? wanted : Math.max(this.newest + 1, wanted - length + 1);
    for (let bucket = from; bucket <= wanted; bucket += 1) {
      this.total -= this.buckets[bucket % length]!;
      this.buckets[bucket % length] = 0;
    }
    this.newest = Math.max(this.newest ?? wanted, wanted);
  }
}

/** At most `perSecond` in any sliding second; the times of the last `perSecond` that were taken are kept, so it is exact. */
export class RateMeter {
  private readonly takenAt: Float64Array;
  private next = 0;
  /** How many came that were too many, since the start. */
  exceeded = 0;

  constructor(readonly perSecond: number) {
    this.takenAt = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** How long until one more is within the rate; 0: now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.takenAt[this.next]! + 1000 - nowMs);
  }

  /** Takes one, also where it is too many; answers whether it was within the rate. */
  take(nowMs: number): boolean {
    const isWithin = this.waitMs(nowMs) === 0;
    if (!isWithin) this.exceeded += 1;
    this.takenAt[this.next] = nowMs;
    this.next = (this.next + 1) % this.perSecond;
    return isWithin;
  }

  /** How many were taken within the last second, at most `perSecond`. */
  used(nowMs: number): number {
    let count = 0;
    for (const at of this.takenAt) if (at > nowMs - 1000) count += 1;
    return count;
  }
}
