/** PINGs outstanding at most: on a slow link several are under way at once, and each has to be known when its PONG comes. */
const PINGS_MAX = 8;
/** Intervals after which a PING goes out though other frames did: the round trip is measured on busy links too (R-CLU-09). */
const MEASURE_INTERVALS = 10;

/** The heartbeat of one connection; times are milliseconds of a monotonic clock. */
export class Heartbeat {
  private lastSent: number;
  private lastReceived: number;
  private lastPing: number;
  private nextOpaque = 1n;
  private readonly pings: { readonly opaque: bigint; readonly at: number }[] = [];

  constructor(
    private readonly intervalMs: number,
    private readonly silenceMs: number,
    now: number,
  ) {
    this.lastSent = now;
    this.lastReceived = now;
    this.lastPing = now;
  }

  /** When something last came. */
  get heardAt(): number {
    return this.lastReceived;
  }

  get nextDeadline(): number {
    return Math.min(this.beatAt, this.lastReceived + this.silenceMs);
  }

  sent(now: number): void {
    this.lastSent = now;
  }

  received(now: number): void {
    this.lastReceived = now;
  }

  isDue(now: number): boolean {
    return now >= this.beatAt;
  }

  isDead(now: number): boolean {
    return now >= this.lastReceived + this.silenceMs;
  }

  /** Notes a PING that goes out now; answers its opaque bytes. */
  ping(now: number): bigint {
    const opaque = this.nextOpaque;
    this.nextOpaque += 1n;
    this.pings.push({ opaque, at: now });
    if (this.pings.length > PINGS_MAX) this.pings.shift();
    this.lastSent = now;
    this.lastPing = now;
    return opaque;
  }

  /** The round trip that a PONG shows; undefined for one nobody asked for. */
  answered(now: number, opaque: bigint): number | undefined {
    const index = this.pings.findIndex((ping) => ping.opaque === opaque);
    const ping = this.pings[index];
    if (ping === undefined) return undefined;
    this.pings.splice(0, index + 1);
    return now - ping.at;
  }

  private get beatAt(): number {
    return Math.min(this.lastSent + this.intervalMs, this.lastPing + MEASURE_INTERVALS * this.intervalMs);
  }
}
