/** What time it is for a simulated worker: as `steady-clock.ts` and `operations.loop.ts` have it, beside a wall clock that jumps. */
import type { OperationEnd } from '#domain/operation-outcome';
import { OperationSpans } from '#domain/operation-spans';
import type { Operation } from '#domain/resources';
import type { Site } from '../site.js';
import type { StoreModel } from './store.model.js';

export class WorkerTime {
  private readonly spans = new OperationSpans();
  /** The wall clock when it began, less the monotonic one. */
  private readonly offsetMs: number;

  constructor(
    private readonly site: Site,
    private readonly store: StoreModel,
  ) {
    this.offsetMs = site.wallMs - site.world.nowMs;
  }

  /** Milliseconds since 1970 that never jump. */
  get nowMs(): number {
    return this.site.world.nowMs + this.offsetMs;
  }

  /** All that are open, taken note of. */
  listed(askedAtMs: number): readonly Operation[] {
    const open = this.store.open();
    this.spans.listed(open, askedAtMs, this.readAt());
    return open;
  }

  /** To be compared with the deadline of this operation. */
  timeFor(operation: Operation): number {
    const { drops } = this.site.plant;
    if (drops === 'operation-deadline') return 0;
    return drops === 'operation-span' ? this.site.wallMs : this.spans.timeFor(operation, this.readAt());
  }

  judge(operation: Operation, end: OperationEnd): void {
    if (end.state === 'failed' && end.error.detail.startsWith('Not done by its deadline'))
      this.site.oracle.control.givenUp(operation, this.store.nowMs);
  }

  private readAt() {
    return { storeMs: this.store.nowMs, nowMs: this.site.world.nowMs };
  }
}
