/**
 * Counts failed attempts by whoever makes them, so that guessing is slowed: wrong session ids by client address (design.md 8: over SOAP the
 * id is the only credential), wrong credentials by application and client address (S-13).
 * Bounded: when more keys than `keysMax` fail within a window, the oldest is forgotten.
 */
const WINDOW_MS = 60_000;
const KEYS_MAX = 10_000;

export class AttemptLimiter {
  private readonly windows = new Map<string, { startedMs: number; count: number }>();

  constructor(
    private readonly perWindow: number,
    private readonly keysMax = KEYS_MAX,
  ) {}

  /** Milliseconds until this key may try again, or undefined when it may now. */
  blockedForMs(key: string, nowMs: number): number | undefined {
    const window = this.windows.get(key);
    if (window === undefined || nowMs - window.startedMs >= WINDOW_MS || window.count < this.perWindow) return undefined;
    return window.startedMs + WINDOW_MS - nowMs;
  }

  /** @returns true when this failure is the one that uses up the allowance */
  failed(key: string, nowMs: number): boolean {
    const window = this.windows.get(key);
    if (window === undefined || nowMs - window.startedMs >= WINDOW_MS) {
      this.windows.delete(key);
      if (this.windows.size >= this.keysMax) this.windows.delete(this.windows.keys().next().value!);
      this.windows.set(key, { startedMs: nowMs, count: 1 });
      return this.perWindow === 1;
    }
    window.count += 1;
    return window.count === this.perWindow;
  }
}
