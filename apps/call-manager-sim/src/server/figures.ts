import type { Result } from '../model/words.js';
import { REQUEST_TYPES, type RequestType } from '../wire/request.decoder.js';

export type RefusalReason =
  'certificate' | 'certificate-address' | 'certificate-name' | 'stale-epoch' | 'operator' | 'too-many' | 'callback-failed';

const WINDOW_MS = 1_000;

/** The most happenings in any sliding second. Keeps the times of one second only. */
export class SlidingMaximum {
  private times: number[] = [];
  private first = 0;
  max = 0;

  add(atMs: number): void {
    this.times.push(atMs);
    while ((this.times[this.first] ?? atMs) <= atMs - WINDOW_MS) this.first += 1;
    this.max = Math.max(this.max, this.times.length - this.first);
    if (this.first > 1_024 && this.first * 2 > this.times.length) {
      this.times = this.times.slice(this.first);
      this.first = 0;
    }
  }
}

/** Counters of one controller since the simulator began; a restart of the controller does not reset them. */
export class Figures {
  readonly requests: Record<RequestType, number> = Object.fromEntries(REQUEST_TYPES.map((type) => [type, 0])) as Record<
    RequestType,
    number
  >;
  readonly results: Partial<Record<Result, number>> = {};
  readonly refused: Partial<Record<RefusalReason, number>> = {};
  readonly startMonitorPerSecond = new SlidingMaximum();
  eventsSent = 0;
  eventsLost = 0;
  linksUp = 0;
  protocolErrors = 0;

  request(type: RequestType, atMs: number): void {
    this.requests[type] += 1;
    if (type === 'MONITOR_START') this.startMonitorPerSecond.add(atMs);
  }

  result(result: Result): void {
    this.results[result] = (this.results[result] ?? 0) + 1;
  }

  refusal(reason: RefusalReason): void {
    this.refused[reason] = (this.refused[reason] ?? 0) + 1;
  }
}
