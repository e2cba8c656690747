/** What is counted and timed of operations and events, for metrics. Monotonic milliseconds; bounded by controllers times application types. */
import type { ErrorCode } from '#contracts/errors';
import { LatencyHistogram } from '#telemetry/metrics';

const OPEN_MAX = 20_000;

interface Started {
  readonly key: string;
  readonly atMs: number;
}

export class Figures {
  readonly refused = new Map<ErrorCode, number>();
  /** By `icpId/application type`. */
  readonly operations = new Map<string, LatencyHistogram>();
  /** By icpId. */
  readonly lags = new Map<number, LatencyHistogram>();
  private readonly open = new Map<number, Started>();

  begin(requestId: number, icpId: number, applicationType: string, nowMs: number): void {
    if (this.open.size >= OPEN_MAX) this.open.delete(this.open.keys().next().value!);
    this.open.set(requestId, { key: `${icpId}/${applicationType}`, atMs: nowMs });
  }

  end(requestId: number, nowMs: number, refusal?: ErrorCode): void {
    if (refusal !== undefined) this.refused.set(refusal, (this.refused.get(refusal) ?? 0) + 1);
    const started = this.open.get(requestId);
    if (started === undefined) return;
    this.open.delete(requestId);
    histogramOf(this.operations, started.key).observeMs(nowMs - started.atMs);
  }

  /** Clocks of controllers are not ours: a lag below nothing counts as none. */
  onEvent(icpId: number, lagMs: number): void {
    histogramOf(this.lags, icpId).observeMs(lagMs);
  }

  forget(icpId: number): void {
    this.lags.delete(icpId);
    for (const key of this.operations.keys()) if (key.startsWith(`${icpId}/`)) this.operations.delete(key);
  }
}

function histogramOf<K>(map: Map<K, LatencyHistogram>, key: K): LatencyHistogram {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new LatencyHistogram();
  map.set(key, made);
  return made;
}
