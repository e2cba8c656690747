/** How often monitors were cleared lately (R-MON-03). */
const WINDOW_MS = 60_000;
const CLEARINGS = 3;
/** Monitors whose clearings are remembered; beyond, the oldest are forgotten. */
const REMEMBERED_MAX = 10_000;

export class ClearingMemory {
  private readonly times = new Map<number, number[]>();

  /** @returns true when this is at least the third clearing within a minute */
  cleared(monitorId: number, nowMs: number): boolean {
    const recent = (this.times.get(monitorId) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS).slice(1 - CLEARINGS);
    this.times.delete(monitorId);
    this.times.set(monitorId, [...recent, nowMs]);
    if (this.times.size > REMEMBERED_MAX) this.times.delete(this.times.keys().next().value!);
    return recent.length + 1 >= CLEARINGS;
  }
}
