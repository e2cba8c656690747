/**
 * How what several instances share at one controller is granted to them: its monitors (R-LIM-04) and its start-monitor pace (R-LIM-11).
 * Each has a grant, written in its access document. What may be held can never exceed the sum of what is granted, so it never exceeds the cap:
 * a grant is raised only into room that is free for certain, and whoever lacks something gets it from those that do not use theirs.
 */
export interface GrantHolder {
  readonly id: string;
  /** The most this instance may ever be granted here. */
  readonly limit: number;
  /** Granted by its newest document; null when it has none that names this controller. */
  readonly granted: number | null;
  /** Whether nothing older than that document can be in force at the instance, by a report of its own that is as new. */
  readonly confirmed: boolean;
  /** What it held by that report. */
  readonly used: number;
  /** What it keeps whatever others want; default {@link used}. */
  readonly kept?: number;
  /** What it asks for beyond {@link kept}. */
  readonly wanted: number;
}

/** What one instance has, holds and wants of what is shared at one controller. */
export interface SharedUse {
  readonly id: string;
  /** The instance's own limit for one controller. */
  readonly monitorLimit: number;
  /** By its newest document; null when it has none that names this controller. */
  readonly monitorsGranted: number | null;
  readonly startsGranted: number | null;
  readonly confirmed: boolean;
  readonly monitors: number;
  readonly monitorsWanted: number;
  /** Starts a second that the controller may still see from it. */
  readonly starts: number;
  readonly startsWanted: boolean;
}

export const monitorHolder = (use: SharedUse): GrantHolder => ({
  id: use.id,
  limit: use.monitorLimit,
  granted: use.monitorsGranted,
  confirmed: use.confirmed,
  used: use.monitors,
  wanted: use.monitorsWanted,
});

/** Of the pace everybody keeps one start a second; whoever has many waiting gets the rest, else all have the same. */
export function paceHolders(cap: number, uses: readonly SharedUse[]): GrantHolder[] {
  const isWanted = uses.some(({ startsWanted }) => startsWanted);
  const even = Math.max(0, Math.floor(cap / uses.length) - 1);
  return uses.map((use) => ({
    id: use.id,
    limit: cap,
    granted: use.startsGranted,
    confirmed: use.confirmed,
    used: use.starts,
    kept: Math.min(1, cap),
    wanted: use.startsWanted ? cap : isWanted ? 0 : even,
  }));
}

export interface SharedGrant {
  readonly amount: number;
  /** It has all it can have and still wants more: everything else is held by others, or promised to them. */
  readonly isShort: boolean;
}

/** A part of the plan: what one holder has, may still take, and asks for. */
interface Part {
  readonly id: string;
  readonly limit: number;
  readonly kept: number;
  readonly wanted: number;
  amount: number;
}

/**
 * The next grant of each holder. Grants stay as they are until somebody wants for more than is free: then those with more than their part are
 * lowered, at once; the others are raised when that has been confirmed, so a newcomer waits with 0 for a moment.
 * @param cap whole number, of the controller
 */
export function planSharedGrants(cap: number, holders: readonly GrantHolder[]): ReadonlyMap<string, SharedGrant> {
  const parts = holders.map((holder) => partOf(cap, holder));
  const fair = new Map(parts.map((part) => [part.id, part.kept]));
  distribute(cap, parts, fair);
  const held = (holder: GrantHolder) => Math.max(holder.granted ?? 0, holder.used);
  const free = cap - holders.reduce((sum, holder) => sum + held(holder), 0);
  const even = Math.floor(cap / Math.max(1, holders.length));
  const missing = parts.reduce((sum, part, index) => sum + lackOf(part, holders[index]!, even), 0);
  const lower = missing > free;

  const next = new Map<string, number>();
  for (const holder of holders) {
    const most = Math.min(holder.granted ?? 0, holder.limit);
    next.set(holder.id, lower ? Math.min(most, fair.get(holder.id)!) : most);
  }
  /** What a holder may hold at most, whatever has reached it. */
  const reach = (holder: GrantHolder): number => {
    const planned = next.get(holder.id)!;
    if (holder.granted === null) return planned;
    return Math.max(planned, holder.confirmed ? Math.max(holder.granted, holder.used) : cap);
  };
  const goal = new Map(next);
  distribute(cap, parts, goal);
  for (const holder of holders) {
    const others = holders.reduce((sum, other) => (other === holder ? sum : sum + reach(other)), 0);
    const room = Math.max(0, cap - others);
    next.set(holder.id, Math.max(next.get(holder.id)!, Math.min(goal.get(holder.id)!, room)));
  }
  return new Map(
    parts.map(({ id, limit, kept, wanted }) => {
      const amount = next.get(id)!;
      const isShort = wanted > 0 && amount >= fair.get(id)! && amount < Math.min(limit, kept + wanted);
      return [id, { amount, isShort }];
    }),
  );
}

function partOf(cap: number, { id, limit, used, kept = used, wanted }: GrantHolder): Part {
  const most = Math.min(limit, cap);
  const base = Math.min(most, kept);
  return { id, limit: most, kept: base, wanted: Math.max(0, Math.min(wanted, most - base)), amount: 0 };
}

/** What a holder lacks. One that has nothing, as a newcomer, lacks an even part, so that its first asks need not wait. */
function lackOf(part: Part, { granted, used }: GrantHolder, even: number): number {
  const need = (granted ?? 0) === 0 ? Math.max(part.kept + part.wanted, Math.min(part.limit, even)) : part.kept + part.wanted;
  return Math.max(0, need - Math.max(granted ?? 0, used));
}

/** Hands out what is left of the cap on top of `amounts`: first what is wanted, in even parts, then to those with the least to spare. */
function distribute(cap: number, parts: readonly Part[], amounts: Map<string, number>): void {
  for (const part of parts) part.amount = amounts.get(part.id)!;
  let pool = Math.max(0, cap - parts.reduce((sum, { amount }) => sum + amount, 0));
  pool = fill(
    pool,
    parts,
    ({ kept, wanted }) => kept + wanted,
    ({ kept, amount }) => amount - kept,
  );
  fill(
    pool,
    parts,
    ({ limit }) => limit,
    ({ kept, wanted, amount }) => amount - kept - wanted,
  );
  for (const part of parts) amounts.set(part.id, part.amount);
}

/** Raises those that have least by `have` until all are at their `top` or nothing is left; answers what is left. */
function fill(pool: number, parts: readonly Part[], top: (part: Part) => number, have: (part: Part) => number): number {
  for (;;) {
    const open = parts.filter((part) => part.amount < top(part));
    if (pool <= 0 || open.length === 0) return pool;
    const least = Math.min(...open.map(have));
    const lowest = open.filter((part) => have(part) === least);
    const next = Math.min(...open.filter((part) => have(part) > least).map(have));
    const even = Math.floor(pool / lowest.length);
    const step = Math.min(even, next - least, ...lowest.map((part) => top(part) - part.amount));
    for (const part of lowest.slice(0, step === 0 ? pool : undefined)) {
      const more = Math.max(1, step);
      part.amount += more;
      pool -= more;
    }
  }
}
