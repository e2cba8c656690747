/** Times operations one by one; what the demo prints. */
export interface Timing {
  readonly operation: string;
  readonly ms: number;
}

export class Stopwatch {
  readonly timings: Timing[] = [];

  /** Runs `work` and notes how long it took; what it throws passes through. */
  async time<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    try {
      return await work();
    } finally {
      this.timings.push({ operation, ms: performance.now() - since });
    }
  }
}
