/**
 * Which trace (W3C) an application's request under way carries, so that what is sent to controllers because of it says so (R-LOG-01, adr 0091).
 * Only sampled traces: those that a router began itself are not. Bounded, the oldest are forgotten; empty, and then costing nothing, where no
 * application traces.
 */
import type { Pending } from '../controllers/controller-table.js';

const REQUESTS_MAX = 10_000;
const STARTS_MAX = 10_000;

/** The trace, when it is sampled: by the last bit of its flags. */
export const sampledTrace = (traceparent: string | undefined): string | undefined =>
  traceparent !== undefined && (Number.parseInt(traceparent.slice(-1), 16) & 1) === 1 ? traceparent : undefined;

export class RequestTraces {
  private readonly requests = new Map<number, string>();
  /** Monitors that wait for their turn to be started: the trace of who asked first. A monitor of the same id that came later is another. */
  private readonly starts = new Map<number, { readonly monitor: object; readonly traceparent: string }>();

  begin(requestId: number, traceparent: string | undefined): void {
    const sampled = sampledTrace(traceparent);
    if (sampled === undefined) return;
    makeRoom(this.requests, REQUESTS_MAX);
    this.requests.set(requestId, sampled);
  }

  /** The request has been answered. */
  end(requestId: number): void {
    if (this.requests.size > 0) this.requests.delete(requestId);
  }

  of(requestId: number): string | undefined {
    return this.requests.size === 0 ? undefined : this.requests.get(requestId);
  }

  /** This request makes the gateway start the monitor, now or later. */
  willStart(requestId: number, objectId: number, monitor: object): void {
    const traceparent = this.of(requestId);
    if (traceparent === undefined) return;
    makeRoom(this.starts, STARTS_MAX);
    this.starts.set(objectId, { monitor, traceparent });
  }

  /**
   * The trace of the request that caused what is sent now; undefined: none, or the gateway's own doing (snapshots, probes, stops).
   * @param monitorOf what is known under the id of a monitor that is being started
   */
  sending(pending: Pending, monitorOf: (objectId: number) => object | undefined): string | undefined {
    if ('requestId' in pending) return this.of(pending.requestId);
    if (this.starts.size === 0 || pending.kind !== 'start') return undefined;
    const start = this.starts.get(pending.objectId);
    this.starts.delete(pending.objectId);
    return start?.monitor === monitorOf(pending.objectId) ? start?.traceparent : undefined;
  }
}

function makeRoom(map: Map<number, unknown>, max: number): void {
  if (map.size >= max) map.delete(map.keys().next().value!);
}
