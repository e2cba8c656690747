/**
 * When the certificates end that this instance lives by: its own, the router's and those of its controllers, as they were shown last. Warned of thirty
 * days, seven days and one day ahead and when it is so, once each; a certificate that takes the place of another begins anew.
 */
const DAY_MS = 86_400_000;
export const WARNED_DAYS = [30, 7, 1, 0] as const;

/** The step that a certificate with so much time left has come to; undefined: more than the first. Pure. */
export function stepOf(leftMs: number): number | undefined {
  return WARNED_DAYS.findLast((days) => leftMs <= days * DAY_MS);
}

export interface CertificateWatchParts {
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly warn: (facts: object, text: string) => void;
}

interface Seen {
  readonly notAfterMs: number;
  /** The step that was warned of. */
  warned: number | undefined;
}

export class CertificateWatch {
  private readonly seen = new Map<string, Seen>();

  constructor(private readonly parts: CertificateWatchParts) {}

  /** @param holder `own`, `router`, or `controller <icpId>`; may be called at every connection */
  saw(holder: string, notAfterMs: number): void {
    if (Number.isNaN(notAfterMs) || this.seen.get(holder)?.notAfterMs === notAfterMs) return;
    this.seen.set(holder, { notAfterMs, warned: undefined });
    this.look();
  }

  /** With time: hourly is often enough. */
  look(): void {
    const nowMs = this.parts.wallMs();
    for (const [holder, seen] of this.seen) {
      const step = stepOf(seen.notAfterMs - nowMs);
      if (step === undefined || (seen.warned !== undefined && step >= seen.warned)) continue;
      seen.warned = step;
      const notAfter = new Date(seen.notAfterMs).toISOString();
      this.parts.warn({ holder, notAfter, days: step }, step === 0 ? 'a certificate has expired' : 'a certificate expires soon');
    }
  }

  /** Of every holder, milliseconds since 1970. */
  *notAfter(): Generator<readonly [holder: string, notAfterMs: number]> {
    for (const [holder, { notAfterMs }] of this.seen) yield [holder, notAfterMs];
  }
}
