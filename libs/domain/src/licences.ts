/**
 * Licences (R-LIC-01, design.md 3): what applications may hold of a tenant's entitlement, and how it is shared by instances. A *pool* is one
 * entitlement; its *units* are monitors (standard, advanced, or those of one application) or logged-in users (integrations). Each instance has a
 * grant of each pool, written in its signed access document; the sum of what may be in force never exceeds the entitlement.
 */

/** One user licence is two monitors, however many users they belong to (R-LIC-01). */
export const MONITORS_PER_USER_LICENCE = 2;

export const LICENCE_KINDS = ['standard', 'advanced', 'salesforce', 'google'] as const;
/** `standard` and `advanced`: user licences for call control; the others: users of an integration. */
export type LicenceKind = (typeof LICENCE_KINDS)[number];
export const INTEGRATIONS = ['salesforce', 'google'] as const;
export type Integration = (typeof INTEGRATIONS)[number];

/** A kind of the tenant, or `application:<id>`: an entitlement of one application alone, in user licences. */
export type LicencePool = LicenceKind | `application:${string}`;
export const applicationPool = (applicationId: string): LicencePool => `application:${applicationId}`;
export const isLicenceKind = (pool: string): pool is LicenceKind => (LICENCE_KINDS as readonly string[]).includes(pool);

/** Units of so many licences of a pool: monitors, or users of an integration. */
export function unitsOf(pool: LicencePool, licences: number): number {
  return pool === 'salesforce' || pool === 'google' ? licences : licences * MONITORS_PER_USER_LICENCE;
}

/** Milliseconds. */
export const LICENCE_TIMES = Object.freeze({
  /** R-LIC-02: how often instances get a fresh document without being asked. */
  syncEveryMs: 4 * 3_600_000,
  /** A document that old has missed its sync: what it grants goes on, and that is warned of. */
  syncLateMs: 4.25 * 3_600_000,
  /** From issue to expiry: 72 h without us, counted from the last sync that may have been missed (design.md 5). */
  documentLifeMs: 76 * 3_600_000,
  /** After the expiry of the last document with a grant, what was not returned comes back: room for clocks that differ. */
  returnGraceMs: 3_600_000,
});

/** What the control plane knows of one instance and one pool. */
export interface LicenceHolder {
  readonly id: string;
  /** The most this instance can hold by its own limits. */
  readonly limit: number;
  /** By its newest document; null when that names no such pool. */
  readonly granted: number | null;
  /** The most any document that may be in force grants, or that it was seen to hold. */
  readonly reserved: number;
  /** Whether nothing but the newest document can be in force there; `used` was told under it. */
  readonly confirmed: boolean;
  /** Units it last said it holds. */
  readonly used: number;
  /** It has refused an application for want of a grant since. */
  readonly short: boolean;
  /** Not heard of for a whole sync: nothing more is granted to it, and what it has is waited for. */
  readonly unheard: boolean;
  /** Every document with a grant has expired there, grace included: whatever it was granted is back. */
  readonly lapsed: boolean;
}

export interface LicenceGrant {
  /** For its next document. */
  readonly granted: number;
  /** The most that may be in force there once that document is signed. */
  readonly reserved: number;
  /** Every unit of the pool is in use as far as is known: who asks for more has to be told so, not to wait. */
  readonly full: boolean;
}

/**
 * The next grant of each holder. What nobody uses is spread evenly; it moves only when somebody is short, so that documents do not change with
 * every monitor. Lowering happens at once; raising only into units that are free for certain, because what another was granted counts until it
 * has confirmed a lower grant and holds no more, or until its documents have lapsed.
 * @param entitled whole number of units, 0 and above
 */
export function planLicenceGrants(entitled: number, holders: readonly LicenceHolder[]): ReadonlyMap<string, LicenceGrant> {
  const inUse = holders.reduce((sum, holder) => sum + useOf(holder), 0);
  const idle = Math.max(0, entitled - inUse);
  const targets = isSettled(entitled, idle, holders) ? keepOf(holders) : spread(entitled, idle, holders);
  const next = new Map<string, number>();
  for (const holder of holders) {
    const target = targets.get(holder.id) ?? 0;
    if (holder.granted !== null && target <= holder.granted) next.set(holder.id, target);
  }
  for (const holder of holders) {
    if (next.has(holder.id)) continue;
    const others = holders.reduce((sum, other) => (other === holder ? sum : sum + reachOf(other, next)), 0);
    const room = Math.max(0, entitled - others);
    next.set(holder.id, Math.max(holder.granted ?? 0, Math.min(targets.get(holder.id) ?? 0, room)));
  }
  return new Map(
    holders.map((holder) => [holder.id, { granted: next.get(holder.id)!, reserved: reachOf(holder, next), full: idle === 0 }]),
  );
}

/** Units that are not free, as far as is known. */
function useOf(holder: LicenceHolder): number {
  if (!holder.unheard) return holder.used;
  return holder.lapsed ? 0 : holder.reserved;
}

/** What a holder may hold at most, whatever has reached it. */
function reachOf(holder: LicenceHolder, next: ReadonlyMap<string, number>): number {
  const planned = next.get(holder.id) ?? 0;
  if (holder.unheard && holder.lapsed) return planned;
  const before = holder.confirmed ? Math.max(holder.granted ?? 0, holder.used) : Math.max(holder.reserved, holder.granted ?? 0);
  return Math.max(planned, before);
}

/** Nothing has to move: all is given out, and nobody is short or close to it while others have plenty. */
function isSettled(entitled: number, idle: number, holders: readonly LicenceHolder[]): boolean {
  const heard = holders.filter(({ unheard }) => !unheard);
  const waiting = holders.filter(({ unheard }) => unheard).reduce((sum, holder) => sum + useOf(holder), 0);
  const given = heard.reduce((sum, { granted }) => sum + (granted ?? 0), 0);
  if (holders.some(({ unheard, granted }) => unheard && granted !== 0)) return false;
  if (given + waiting > entitled) return false;
  const enough = Math.floor(idle / (4 * Math.max(1, heard.length)));
  return heard.every(({ granted, used, limit, short }) => {
    if (granted === null || granted > limit) return false;
    if (granted === limit) return true;
    return !short && granted - used >= enough && given + waiting === entitled;
  });
}

const keepOf = (holders: readonly LicenceHolder[]): ReadonlyMap<string, number> =>
  new Map(holders.map(({ id, granted }) => [id, granted ?? 0]));

/** Everybody keeps what it uses; what is idle is dealt out evenly, the odd ones to those that are short. */
function spread(entitled: number, idle: number, holders: readonly LicenceHolder[]): ReadonlyMap<string, number> {
  const heard = holders.filter(({ unheard }) => !unheard).sort((a, b) => Number(b.short) - Number(a.short));
  const targets = new Map(holders.map(({ id, unheard, used, limit }) => [id, unheard ? 0 : Math.min(used, limit, entitled)]));
  let left = idle;
  for (;;) {
    const open = heard.filter(({ id, limit }) => targets.get(id)! < limit);
    if (left === 0 || open.length === 0) return targets;
    const each = Math.max(1, Math.floor(left / open.length));
    for (const { id, limit } of open) {
      const more = Math.min(each, left, limit - targets.get(id)!);
      targets.set(id, targets.get(id)! + more);
      left -= more;
    }
  }
}
