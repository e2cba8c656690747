/**
 * How the monitors of one controller are shared by the instances that serve it (R-LIM-04 counts all of them together). Each has a grant,
 * written in its access document; what may be held can never exceed the sum of what is granted, so the sum never exceeds the cap.
 */
export interface GrantHolder {
  readonly id: string;
  /** The instance's own limit for one controller. */
  readonly limit: number;
  /** Granted by its newest document; null when it has none that names this controller. */
  readonly granted: number | null;
  /** Whether nothing older than that document can be in force at the instance. */
  readonly confirmed: boolean;
  /** Monitors it last reported to hold there. */
  readonly used: number;
}

/**
 * The next grant of each holder. Lowering to the fair share happens at once; raising only into room that is free for certain: what another
 * was granted counts until it has confirmed a lower grant and holds no more than that. So a newcomer may wait with 0 for a moment.
 * @param cap whole number, of the controller
 */
export function planMonitorGrants(cap: number, holders: readonly GrantHolder[]): ReadonlyMap<string, number> {
  const share = Math.floor(cap / Math.max(1, holders.length));
  const next = new Map<string, number>();
  /** What a holder may hold at most, whatever has reached it. */
  const reach = (holder: GrantHolder): number => {
    const planned = next.get(holder.id) ?? 0;
    if (holder.granted === null) return planned;
    return Math.max(planned, holder.confirmed ? Math.max(holder.granted, holder.used) : cap);
  };
  for (const holder of holders) {
    const wanted = Math.min(share, holder.limit);
    if (holder.granted !== null && holder.granted >= wanted) next.set(holder.id, wanted);
  }
  for (const holder of holders) {
    if (next.has(holder.id)) continue;
    const others = holders.reduce((sum, other) => (other === holder ? sum : sum + reach(other)), 0);
    const room = Math.max(0, cap - others);
    next.set(holder.id, Math.max(holder.granted ?? 0, Math.min(share, holder.limit, room)));
  }
  return next;
}
