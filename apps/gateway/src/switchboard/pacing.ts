/**
 * The pace of start-monitor requests to one controller (R-LIM-11, R-MON-03): never more than `perSecond` in any sliding second,
 * bursts and reconnections included. One pacer lives as long as its controller is configured, whatever its link does.
 */

/** A little more than a second, so that what leaves here within the pace also arrives within it despite a few milliseconds of jitter. */
const WINDOW_MS = 1015;

export class Pacer {
  private readonly sentAt: number[];
  private next = 0;

  /**
   * @param sinceMs the window counts as used up then: somebody before us (an earlier incarnation, or ourselves before the controller was
   *   taken out and put back) may have sent that many just now
   */
  constructor(
    private readonly perSecond: number,
    sinceMs: number,
  ) {
    this.sentAt = new Array<number>(perSecond).fill(sinceMs);
  }

  /** When the next one may go; not after `nowMs` means now. */
  get readyAtMs(): number {
    return (this.sentAt[this.next] ?? 0) + WINDOW_MS;
  }

  /** Places taken in the window, and how many there are. */
  use(nowMs: number): { readonly used: number; readonly cap: number } {
    return { used: this.sentAt.filter((at) => at > nowMs - WINDOW_MS).length, cap: this.perSecond };
  }

  /** Takes one place when there is one. */
  take(nowMs: number): boolean {
    if (nowMs < this.readyAtMs) return false;
    this.sentAt[this.next] = nowMs;
    this.next = (this.next + 1) % this.perSecond;
    return true;
  }
}
