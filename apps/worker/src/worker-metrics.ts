/** The figures of this worker: its sweeps, and what it knows of the instances it looks after. */
import { LIFECYCLE_LIMITS } from '#domain/instance-lifecycle';
import { LatencyHistogram, MetricsText } from '#telemetry/metrics';

export class WorkerFigures {
  private readonly sweeps = new Map<string, { readonly took: LatencyHistogram; failed: number; endedAtMs: number }>();
  private readonly instances = new Map<string, { readonly lagBytes: number; readonly nowMs: number }>();

  /** @param nowMs when it ended, on the monotonic clock */
  swept(sweep: string, tookMs: number, ok: boolean, nowMs: number): void {
    const known = this.sweeps.get(sweep) ?? { took: new LatencyHistogram(), failed: 0, endedAtMs: nowMs };
    this.sweeps.set(sweep, known);
    known.took.observeMs(tookMs);
    if (ok) known.endedAtMs = nowMs;
    else known.failed += 1;
  }

  /** An incarnation has answered; `lagBytes` of its journal are not known to be copied. */
  heard(instanceId: string, lagBytes: number, nowMs: number): void {
    this.instances.set(instanceId, { lagBytes, nowMs });
  }

  text(nowMs: number): string {
    // who has been silent for as long as a death takes is not counted among those that answer (R-RES-05)
    for (const [id, known] of this.instances) if (nowMs - known.nowMs > LIFECYCLE_LIMITS.silenceMs) this.instances.delete(id);
    const lagBytes = [...this.instances.values()].reduce((sum, known) => sum + known.lagBytes, 0);
    const text = new MetricsText();
    for (const [sweep, { took, failed, endedAtMs }] of this.sweeps) {
      text.addHistogram('cordboard_sweep_seconds', { sweep }, took);
      text.add('cordboard_sweeps_failed_total', { sweep }, failed);
      text.add('cordboard_sweep_age_seconds', { sweep }, Math.max(0, nowMs - endedAtMs) / 1000);
    }
    text.add('cordboard_instances_heard', {}, this.instances.size);
    text.add('cordboard_journal_copy_lag_bytes', {}, lagBytes);
    return text.toString();
  }
}
