/**
 * Milliseconds since 1970 that never jump: the wall clock when this program began, and monotonic time since (I12). For times that this program
 * itself writes and compares: deadlines of starts and stops, next attempts. Not for dates that people read.
 */
export function steadyClock(wallMs: () => number = Date.now, monotonicMs: () => number = () => performance.now()): () => number {
  const offsetMs = wallMs() - monotonicMs();
  return () => Math.round(monotonicMs() + offsetMs);
}
