/** A loop that runs on a nudge and on a timer, one run at a time; nudges during a run lead to one more (guides/style.md 6). */
export interface PacedLoopOptions {
  readonly run: () => Promise<void>;
  readonly intervalMs: number;
  /** Nudges within this time become one run. */
  readonly gatherMs: number;
  /** Tells of a failed run; the next one is tried after the interval. */
  readonly onError: (error: unknown) => void;
}

export class PacedLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isNudged = false;
  private isStopped = true;
  private waiting: (() => void)[] = [];

  constructor(private readonly options: PacedLoopOptions) {}

  /** The first run begins at once. */
  start(): void {
    this.isStopped = false;
    this.schedule(0);
  }

  nudge(): void {
    this.isNudged = true;
    if (!this.isStopped && this.running === undefined) this.schedule(this.options.gatherMs);
  }

  /** Resolves when a run is over, done or failed, that began after this call; at once when the loop is stopped. */
  fresh(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.nudge();
    });
  }

  /** Resolves when nothing runs any more. May be called twice. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
    this.release(this.waiting.splice(0));
  }

  private release(waiting: readonly (() => void)[]): void {
    for (const resolve of waiting) resolve();
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.once(), delayMs);
  }

  private async once(): Promise<void> {
    if (this.running !== undefined || this.isStopped) return;
    this.isNudged = false;
    const waiting = this.waiting.splice(0);
    this.running = this.options.run().catch(this.options.onError);
    await this.running;
    this.release(waiting);
    this.running = undefined;
    if (!this.isStopped) this.schedule(this.isNudged ? this.options.gatherMs : this.options.intervalMs);
  }
}
