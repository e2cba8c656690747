/**
 * Counts wrong session ids by client address (design.md 8: over SOAP the id is the only credential, so guessing is slowed).
 * Bounded: when more addresses than `addressesMax` misbehave within a window, the oldest is forgotten.
 */
const WINDOW_MS = 60_000;
const ADDRESSES_MAX = 10_000;

export class AttemptLimiter {
  private readonly windows = new Map<string, { startedMs: number; count: number }>();

  constructor(
    private readonly perWindow: number,
    private readonly addressesMax = ADDRESSES_MAX,
  ) {}

  /** Milliseconds until this address may try again, or undefined when it may now. */
  blockedForMs(address: string, nowMs: number): number | undefined {
    const window = this.windows.get(address);
    if (window === undefined || nowMs - window.startedMs >= WINDOW_MS || window.count < this.perWindow) return undefined;
    return window.startedMs + WINDOW_MS - nowMs;
  }

  /** @returns true when this failure is the one that uses up the allowance */
  failed(address: string, nowMs: number): boolean {
    const window = this.windows.get(address);
    if (window === undefined || nowMs - window.startedMs >= WINDOW_MS) {
      this.windows.delete(address);
      if (this.windows.size >= this.addressesMax) this.windows.delete(this.windows.keys().next().value!);
      this.windows.set(address, { startedMs: nowMs, count: 1 });
      return this.perWindow === 1;
    }
    window.count += 1;
    return window.count === this.perWindow;
  }
}
