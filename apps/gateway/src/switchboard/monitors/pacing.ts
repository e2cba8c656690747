/**
 * The pace of start-monitor requests to one controller (R-LIM-11, R-MON-03): never more than our share of it in any sliding second, as the
 * controller itself counts them: bursts, slow networks and reconnections included (docs/design/pacing.md). One pacer lives as long as its
 * controller is configured, whatever its link does.
 *
 * When a request is read over there cannot be known, only that it lies between its sending and an answer to it or to one sent later (the
 * connection keeps the order). So a place is given back a second after that answer, not after the sending.
 */

/** A second, and what the clock of the controller and the rounding of its times may differ from ours within one. */
const WINDOW_MS = 1003;
/** So many may go at once; then they are spread, so that the answers of a thousand starts do not wait for one another. */
const BURST = 10;
/** Part of the even distance between starts that is kept at least; what is left makes up for late timers. */
const SPREAD = 0.8;

export class Pacer {
  /** Orders of requests that may not have been read yet, ascending. */
  private open: number[] = [];
  /** When others had been read at the latest, ascending; none is older than the window when it counts. */
  private readAt: number[] = [];
  private hasBegun = false;
  private evenAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param share whole number of starts a second that are ours; 0 lets nothing go
   * @param onChange {@link readyAtMs} may answer something else than before, other than by the passing of time
   */
  constructor(
    private share: number,
    private readonly onChange: () => void = () => {},
  ) {}

  get perSecond(): number {
    return this.share;
  }

  /** When the next one may go; not after `nowMs` means now, infinity: not before something else happens. */
  readyAtMs(nowMs: number): number {
    if (!this.hasBegun || this.open.length >= this.share) return Number.POSITIVE_INFINITY;
    this.forget(nowMs);
    const oldest = this.readAt[this.readAt.length + this.open.length - this.share];
    const spreadAtMs = this.evenAtMs - (BURST - 1) * this.distanceMs;
    return Math.max(spreadAtMs, oldest === undefined ? nowMs : oldest + WINDOW_MS);
  }

  /** Places taken in the window, and how many there are. */
  use(nowMs: number): { readonly used: number; readonly cap: number } {
    this.forget(nowMs);
    return { used: this.open.length + this.readAt.length, cap: this.share };
  }

  /** Takes one place when there is one. @param order of the request among all that go to the controller; grows */
  take(nowMs: number, order: number): boolean {
    if (nowMs < this.readyAtMs(nowMs)) return false;
    this.open.push(order);
    this.evenAtMs = Math.max(nowMs, this.evenAtMs) + this.distanceMs;
    this.onChange();
    return true;
  }

  /** The controller has answered the request of this order: it has read that one and all before it. */
  wasRead(nowMs: number, order: number): void {
    let count = 0;
    while (count < this.open.length && this.open[count]! <= order) count += 1;
    this.close(nowMs, count);
  }

  /** The request of this order has not been sent. */
  notSent(order: number): void {
    this.open = this.open.filter((one) => one !== order);
    this.onChange();
  }

  /**
   * A link stands: what went over an earlier one and was not answered has been read by now or never will be. At the first link the whole
   * share counts as used: an earlier incarnation, or ourselves before the controller was taken out and put back, may have used it just now.
   */
  linkUp(nowMs: number): void {
    this.close(nowMs, this.open.length);
    if (!this.hasBegun) this.fill(nowMs, this.share);
    this.hasBegun = true;
    this.onChange();
  }

  /** Another share; what it grew by counts as used just now, because it was somebody else's. */
  setShare(nowMs: number, share: number): void {
    if (this.hasBegun && share > this.share) this.fill(nowMs, share - this.share);
    this.share = share;
    this.onChange();
  }

  /** What the controller may see of us within a second from now on: our share, or what has gone out under a greater one. */
  inForce(nowMs: number): number {
    this.forget(nowMs);
    return Math.max(this.share, this.open.length + this.readAt.length);
  }

  private get distanceMs(): number {
    return (SPREAD * 1000) / Math.max(1, this.share);
  }

  private close(nowMs: number, count: number): void {
    this.open.splice(0, count);
    this.fill(nowMs, count);
    if (count > 0) this.onChange();
  }

  private fill(nowMs: number, count: number): void {
    for (let added = 0; added < count; added += 1) this.readAt.push(nowMs);
  }

  private forget(nowMs: number): void {
    while (this.readAt.length > 0 && this.readAt[0]! + WINDOW_MS <= nowMs) this.readAt.shift();
  }
}
