/** One timer for what is due with time: every quarter of a second, and sooner when the pace of monitor starts lets something go. */

const TICK_MS = 250;
/** What the pace allows within so short a time goes together. */
const PACE_GRAIN_MS = 4;

export interface TickerParts {
  readonly nowMs: () => number;
  /** When the pace lets the next start go; undefined: nothing waits for it. */
  readonly nextPaceAtMs: () => number | undefined;
  readonly pace: () => void;
  readonly tick: () => void;
}

export class Ticker {
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private tickedAtMs = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(private readonly parts: TickerParts) {}

  /** Looks again at when something is due. May be called at any time. */
  arm(): void {
    if (this.stopped) return;
    const nowMs = this.parts.nowMs();
    const atMs = Math.min(Math.max(nowMs, this.tickedAtMs + TICK_MS), this.parts.nextPaceAtMs() ?? Number.POSITIVE_INFINITY);
    if (this.timerAtMs <= atMs && this.timerAtMs > nowMs) return;
    clearTimeout(this.timer);
    this.timerAtMs = atMs;
    this.timer = setTimeout(() => this.ring(), Math.max(PACE_GRAIN_MS, Math.ceil(atMs - nowMs)));
  }

  /** For good. May be called twice. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private ring(): void {
    this.timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.parts.nowMs();
    if (nowMs - this.tickedAtMs < TICK_MS) this.parts.pace();
    else {
      this.tickedAtMs = nowMs;
      this.parts.tick();
    }
    this.arm();
  }
}
