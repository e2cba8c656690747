/** Line appearances of one number that are monitored (R-LIM-12). Each call of the number gives an event at every one of them at once. Pure. */
import { LINE_APPEARANCES_WARNED_ABOVE } from '#domain/limits';

/** Those of one controller, by the number that appears. */
export class LineAppearances {
  private readonly byDn = new Map<string, Set<number>>();
  private readonly dnOf = new Map<number, string>();

  /** Numbers with more than is recommended. */
  get crowdedCount(): number {
    let count = 0;
    for (const monitorIds of this.byDn.values()) if (isCrowded(monitorIds.size)) count += 1;
    return count;
  }

  has(monitorId: number): boolean {
    return this.dnOf.has(monitorId);
  }

  /** May be called again for the same one, also with another number. @returns how many there are of the number, when it has just become too many */
  add(monitorId: number, dn: string): number | undefined {
    if (this.dnOf.get(monitorId) === dn) return undefined;
    this.remove(monitorId);
    const monitorIds = this.byDn.get(dn) ?? new Set<number>();
    monitorIds.add(monitorId);
    this.byDn.set(dn, monitorIds);
    this.dnOf.set(monitorId, dn);
    return monitorIds.size === LINE_APPEARANCES_WARNED_ABOVE + 1 ? monitorIds.size : undefined;
  }

  /** May be called for what is none. */
  remove(monitorId: number): void {
    const dn = this.dnOf.get(monitorId);
    if (dn === undefined) return;
    this.dnOf.delete(monitorId);
    const monitorIds = this.byDn.get(dn);
    monitorIds?.delete(monitorId);
    if (monitorIds?.size === 0) this.byDn.delete(dn);
  }
}

const isCrowded = (count: number): boolean => count > LINE_APPEARANCES_WARNED_ABOVE;
