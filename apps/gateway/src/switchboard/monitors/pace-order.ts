/**
 * When the pace lets the next monitor start of any controller go. Asked after nearly every operation, so it does not look at the controllers, of which
 * there may be 250: each says when its queue or its pace has changed, and only those are looked at again.
 */
import type { Controller } from '../controllers/controller-table.js';
import { Earliest } from './earliest.js';

export class PaceOrder {
  private readonly order = new Earliest<Controller>();
  private readonly changed = new Set<Controller>();

  /** What decides about the controller's next start may have changed. */
  touch(controller: Controller): void {
    this.changed.add(controller);
  }

  /** Not before `nowMs`; undefined when nothing waits. */
  nextAtMs(nowMs: number): number | undefined {
    for (const controller of this.changed) {
      const { starts, connected, pacer } = controller;
      this.order.set(controller, starts.size > 0 && connected ? pacer.readyAtMs(nowMs) : undefined);
    }
    this.changed.clear();
    // a time that has come stays that of its controller until something changes there: it means now
    const { firstAtMs } = this.order;
    return firstAtMs === undefined ? undefined : Math.max(nowMs, firstAtMs);
  }
}
