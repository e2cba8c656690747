/**
 * Recommended rates (R-LIM-11) and calls per hour (R-LIM-08) of this instance. Operations above a rate are refused with a retry time where
 * the tenant wants the rate enforced, else warned of; events and calls are only ever warned of. A warning comes at most once a minute.
 */
import type { Refusal } from '#contracts/errors';
import type { RatePolicy, Rates } from '#contracts/tenant-settings';
import { CALLS_PER_HOUR, CALLS_WARNED_AT, RATES_PER_SECOND } from '#domain/limits';
import { RateMeter, SlidingCount } from '#domain/sliding-count';
import { RecentKeys } from '../sessions/recent-keys.js';
import type { Use } from '../switchboard.port.js';

const WARN_EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Ten seconds each: the hour is exact to that. */
const HOUR_BUCKETS = 360;
/** Calls that are remembered as counted; one that begins again after so many others would count twice. */
const CALLS_REMEMBERED = 20_000;
/** Pairs of application and controller; bounded as those are, and forgotten all at once should there ever be more. */
const PAIRS_MAX = 20_000;

export type Note = (level: 'info' | 'warn', text: string, facts: Readonly<Record<string, unknown>>) => void;
export type CallLoad = 'normal' | 'near' | 'exceeded';

class CallsPerHour {
  private readonly count = new SlidingCount(HOUR_MS, HOUR_BUCKETS);
  private load: CallLoad = 'normal';

  constructor(readonly cap: number) {}

  add(nowMs: number): void {
    this.count.add(nowMs);
  }

  use(nowMs: number): Use {
    return { used: this.count.at(nowMs), cap: this.cap };
  }

  /** The load, when it has become graver than it was told last. It is told again after it has been below for a while. */
  graver(nowMs: number): CallLoad | undefined {
    const { used } = this.use(nowMs);
    const load: CallLoad = used > this.cap ? 'exceeded' : used >= this.cap * CALLS_WARNED_AT ? 'near' : 'normal';
    const isGraver = (load === 'exceeded' && this.load !== 'exceeded') || (load === 'near' && this.load === 'normal');
    // a tenth below what was told, so that a load at the edge is not told again and again
    if (isGraver || used < this.cap * CALLS_WARNED_AT * 0.9) this.load = load;
    return isGraver ? load : undefined;
  }
}

export class RateBook {
  private readonly pairs = new Map<string, RateMeter>();
  private readonly controllers = new Map<number, { operations: RateMeter; events: RateMeter; calls: CallsPerHour }>();
  private readonly operations = new RateMeter(RATES_PER_SECOND.instanceOperations);
  private readonly events = new RateMeter(RATES_PER_SECOND.instanceEvents);
  private readonly calls = new CallsPerHour(CALLS_PER_HOUR.instance);
  private readonly counted = new RecentKeys(CALLS_REMEMBERED);
  private readonly warnedAt = new Map<string, number>();

  constructor(private readonly note: Note) {}

  /** Before an operation goes to a controller; the refusal where a rate is enforced and has no room. What is refused takes no place. */
  admit(applicationId: string, icpId: number, nowMs: number, rates: Rates | undefined): Refusal | undefined {
    const meters: readonly [keyof Rates, RateMeter][] = [
      ['applicationOperations', this.pairOf(applicationId, icpId)],
      ['controllerOperations', this.controllerOf(icpId).operations],
      ['instanceOperations', this.operations],
    ];
    for (const [name, meter] of meters) {
      const waitMs = meter.waitMs(nowMs);
      if (policyOf(rates, name) !== 'enforce' || waitMs === 0) continue;
      meter.exceeded += 1;
      return {
        code: 'RATE_LIMITED',
        detail: `at most ${meter.perSecond} operations a second (${name}, R-LIM-11)`,
        retryAfterMs: Math.ceil(waitMs),
        limit: name,
        used: meter.perSecond,
        cap: meter.perSecond,
      };
    }
    for (const [name, meter] of meters)
      if (!meter.take(nowMs))
        this.warn(`${name}/${icpId}`, nowMs, 'more operations a second than recommended', {
          rate: name,
          icpId,
          cap: meter.perSecond,
        });
    return undefined;
  }

  /** An event of a controller, before it goes to those who hold the monitor. */
  onEvent(icpId: number, nowMs: number): void {
    const { events } = this.controllerOf(icpId);
    if (!events.take(nowMs))
      this.warn(`events/${icpId}`, nowMs, 'more events a second from a controller than recommended', {
        icpId,
        cap: events.perSecond,
      });
    if (!this.events.take(nowMs))
      this.warn('events', nowMs, 'more events a second than recommended', { cap: this.events.perSecond });
  }

  /** A call was seen at a monitored device; one that was counted before is not counted again. A call over two controllers counts at each. */
  onCall(icpId: number, callKey: string, nowMs: number): void {
    if (!this.counted.add(`${icpId}/${callKey}`)) return;
    const { calls } = this.controllerOf(icpId);
    for (const [count, who] of [
      [calls, { icpId }],
      [this.calls, { scope: 'instance' }],
    ] as const) {
      count.add(nowMs);
      const load = count.graver(nowMs);
      if (load !== undefined)
        this.note('warn', `calls per hour ${load === 'near' ? 'near their limit' : 'above their limit'} (R-LIM-08)`, {
          ...who,
          ...count.use(nowMs),
        });
    }
  }

  forget(icpId: number): void {
    this.controllers.delete(icpId);
  }

  report(nowMs: number) {
    return {
      callsPerHour: this.calls.use(nowMs),
      operationsPerSecond: useOf(this.operations, nowMs),
      eventsPerSecond: useOf(this.events, nowMs),
      exceeded: { instanceOperations: this.operations.exceeded, instanceEvents: this.events.exceeded },
    };
  }

  ofController(icpId: number, nowMs: number) {
    const { operations, events, calls } = this.controllerOf(icpId);
    let applicationExceeded = 0;
    let applicationUsed = 0;
    for (const [pair, meter] of this.pairs) {
      if (!pair.endsWith(`/${icpId}`)) continue;
      applicationExceeded += meter.exceeded;
      applicationUsed = Math.max(applicationUsed, meter.used(nowMs));
    }
    return {
      callsPerHour: calls.use(nowMs),
      operationsPerSecond: useOf(operations, nowMs),
      applicationOperationsPerSecond: { used: applicationUsed, cap: RATES_PER_SECOND.applicationOperations },
      eventsPerSecond: useOf(events, nowMs),
      exceeded: {
        applicationOperations: applicationExceeded,
        controllerOperations: operations.exceeded,
        controllerEvents: events.exceeded,
      },
    };
  }

  private pairOf(applicationId: string, icpId: number): RateMeter {
    const key = `${applicationId}/${icpId}`;
    let meter = this.pairs.get(key);
    if (meter === undefined) {
      if (this.pairs.size >= PAIRS_MAX) this.pairs.clear();
      meter = new RateMeter(RATES_PER_SECOND.applicationOperations);
      this.pairs.set(key, meter);
    }
    return meter;
  }

  private controllerOf(icpId: number) {
    let known = this.controllers.get(icpId);
    if (known === undefined) {
      known = {
        operations: new RateMeter(RATES_PER_SECOND.controllerOperations),
        events: new RateMeter(RATES_PER_SECOND.controllerEvents),
        calls: new CallsPerHour(CALLS_PER_HOUR.controller),
      };
      this.controllers.set(icpId, known);
    }
    return known;
  }

  private warn(what: string, nowMs: number, text: string, facts: Readonly<Record<string, unknown>>): void {
    if (nowMs - (this.warnedAt.get(what) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS) return;
    this.warnedAt.set(what, nowMs);
    this.note('warn', `${text} (R-LIM-11)`, facts);
  }
}

const policyOf = (rates: Rates | undefined, name: keyof Rates): RatePolicy => rates?.[name] ?? 'warn';
const useOf = (meter: RateMeter, nowMs: number): Use => ({ used: meter.used(nowMs), cap: meter.perSecond });
