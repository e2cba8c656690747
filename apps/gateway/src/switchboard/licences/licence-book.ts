/** What the access document in force grants of licences, and for how long (R-LIC-01, R-LIC-02). */
import type { AccessDocument } from '#contracts/gateway-admin';
import { LICENCE_TIMES } from '#domain/licences';
import type { Instant } from '../switchboard.port.js';

/** How long a refusal for want of a grant is reported, so that the control plane recalls idle ones elsewhere. */
const SHORT_MS = 30_000;

type Grant = NonNullable<AccessDocument['licences']>['pools'][number];

/** The document's grants, and how long they hold on the clock that nobody can turn. */
export class LicenceBook {
  private readonly grants = new Map<string, Grant>();
  private readonly shortUntil = new Map<string, number>();
  private issuedAgeMs = 0;
  private takenAtMs = 0;
  private endsAtMs = Number.POSITIVE_INFINITY;
  private told: 'none' | 'current' | 'grace' | 'expired' = 'none';

  take(document: AccessDocument, { nowMs, wallMs }: Instant): void {
    this.grants.clear();
    for (const grant of document.licences?.pools ?? []) this.grants.set(grant.pool, grant);
    this.takenAtMs = nowMs;
    this.issuedAgeMs = Math.max(0, wallMs - Date.parse(document.issuedAt));
    this.endsAtMs = nowMs + (Date.parse(document.expiresAt) - wallMs);
    this.told = 'none';
  }

  /** undefined: the pool is not limited. */
  grantOf(pool: string): Grant | undefined {
    return this.grants.get(pool);
  }

  pools(): IterableIterator<Grant> {
    return this.grants.values();
  }

  markShort(pool: string, nowMs: number): void {
    this.shortUntil.set(pool, nowMs + SHORT_MS);
  }

  isShort(pool: string, nowMs: number): boolean {
    return (this.shortUntil.get(pool) ?? 0) > nowMs;
  }

  /** R-LIC-02: `grace` begins when a sync has been missed, and ends with the document. */
  stateAt(nowMs: number): 'current' | 'grace' | 'expired' {
    if (nowMs >= this.endsAtMs) return 'expired';
    return this.issuedAgeMs + (nowMs - this.takenAtMs) > LICENCE_TIMES.syncLateMs ? 'grace' : 'current';
  }

  /** Whether the state has changed since it was last asked for so. */
  hasTurned(state: 'current' | 'grace' | 'expired'): boolean {
    if (this.told === state) return false;
    this.told = state;
    return true;
  }
}
