/**
 * How long an incarnation has not answered (design.md 5, 6). Only time counts in which the asker itself was awake and asking: after its own
 * start, or a gap in its own turns (it was paused, the host slept), it begins anew. Times are milliseconds on the monotonic clock (I12).
 */

/** Milliseconds. */
export const BEATS = Object.freeze({
  /** Between two questions. */
  intervalMs: 1000,
  /** Turns of the asker further apart than this are a gap of its own. */
  gapMs: 2000,
});

export class SilenceCounter {
  private fromMs: number;
  private turnMs: number;

  constructor(nowMs: number) {
    this.fromMs = nowMs;
    this.turnMs = nowMs;
  }

  /** The asker is awake; to be called far more often than {@link BEATS}.gapMs. */
  turn(nowMs: number): void {
    if (nowMs - this.turnMs > BEATS.gapMs) this.fromMs = nowMs;
    this.turnMs = nowMs;
  }

  /** It answered. */
  heard(nowMs: number): void {
    this.fromMs = nowMs;
  }

  silentMs(nowMs: number): number {
    return nowMs - this.turnMs > BEATS.gapMs ? 0 : nowMs - this.fromMs;
  }
}
