/** What an incarnation took over from its predecessor, and how much of it stands again (design.md 7): for the receipt of a failover. */

export interface RecoveryReport {
  readonly sessions: number;
  /** Devices whose monitors are to be set again, and those that neither stand nor have failed. */
  readonly monitors: number;
  readonly waiting: number;
  /** The gap as told to the sessions, ms since 1970. */
  readonly gapSinceMs: number;
  readonly gapNamedMs: number;
  /** When nothing waited any more; undefined before. */
  readonly restoredMs: number | undefined;
}

export class Recovery {
  private begun: Omit<RecoveryReport, 'waiting' | 'restoredMs'> | undefined;
  private restoredMs: number | undefined;
  private readonly waiting = new Set<number>();

  /** Once, when the journal has been applied and its sessions have been told. */
  begin(facts: {
    readonly sessions: number;
    readonly objectIds: Iterable<number>;
    readonly gapSinceMs: number;
    readonly nowMs: number;
  }): void {
    for (const objectId of facts.objectIds) this.waiting.add(objectId);
    const { sessions, gapSinceMs, nowMs } = facts;
    this.begun = { sessions, monitors: this.waiting.size, gapSinceMs, gapNamedMs: nowMs };
    if (this.waiting.size === 0) this.restoredMs = nowMs;
  }

  /** The monitor stands, or nobody holds it any more. May be called for any monitor, any number of times. */
  settled(objectId: number, wallMs: number): void {
    if (this.waiting.delete(objectId) && this.waiting.size === 0) this.restoredMs = wallMs;
  }

  get isUnderWay(): boolean {
    return this.waiting.size > 0;
  }

  /** Undefined where there was nothing to take over. */
  report(): RecoveryReport | undefined {
    return this.begun && { ...this.begun, waiting: this.waiting.size, restoredMs: this.restoredMs };
  }
}
