/**
 * Idempotency keys of call-control commands (design.md 12): within the memory of a key the command reaches the controller at most once,
 * whatever the application repeats and whatever dies in between. Keys belong to the application, not to its session.
 */
import type { Refusal } from '#contracts/errors';
import type { CoreOutcome, JournalRecord } from '../switchboard.port.js';

const REMEMBER_MS = 10 * 60_000;
const KEYS_MAX = 10_000;
/** Repeats of one request that wait for its outcome; more are told to come again. */
const WAITING_MAX = 16;

interface Entry {
  readonly fingerprint: string;
  outcome: CoreOutcome | undefined;
  /** False after a restart: nobody waits for an answer any more, the outcome is unknown. */
  underWay: boolean;
  readonly atMs: number;
  /** Repeats that came meanwhile, by request id. */
  readonly waiting: number[];
}

export const OUTCOME_UNKNOWN: CoreOutcome = {
  ok: false,
  refusal: { code: 'CONTROLLER_TIMEOUT', detail: 'no answer: whether the controller carried this out is unknown' },
};

export type KeyState =
  | { readonly kind: 'new' }
  | { readonly kind: 'done'; readonly outcome: CoreOutcome }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export class IdempotencyTable {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly keysMax = KEYS_MAX) {}

  /** What is to be done with a request that carries this key. Changes nothing. */
  stateOf(key: string, fingerprint: string, nowMs: number): KeyState {
    const entry = this.entries.get(key);
    if (entry === undefined || (nowMs - entry.atMs >= REMEMBER_MS && !entry.underWay)) return this.room(nowMs);
    if (entry.fingerprint !== fingerprint) {
      return {
        kind: 'refused',
        refusal: { code: 'IDEMPOTENCY_KEY_REUSED', detail: 'this key came with another request before' },
      };
    }
    if (entry.underWay && entry.waiting.length < WAITING_MAX) return { kind: 'under-way' };
    if (entry.underWay)
      return {
        kind: 'refused',
        refusal: { code: 'IDEMPOTENCY_KEY_IN_USE', detail: 'this request is under way', retryAfterMs: 1000 },
      };
    return { kind: 'done', outcome: entry.outcome ?? OUTCOME_UNKNOWN };
  }

  begin(key: string, fingerprint: string, nowMs: number): void {
    this.entries.delete(key);
    this.entries.set(key, { fingerprint, outcome: undefined, underWay: true, atMs: nowMs, waiting: [] });
  }

  /** A repeat of a request that is under way is answered with it (I7). */
  wait(key: string, requestId: number): void {
    this.entries.get(key)?.waiting.push(requestId);
  }

  /** The repeats that waited, to be answered now; before {@link forget}. */
  takeWaiting(key: string): readonly number[] {
    return this.entries.get(key)?.waiting.splice(0) ?? [];
  }

  /** May be called again when a late answer tells more. */
  finish(key: string, outcome: CoreOutcome): JournalRecord | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    entry.outcome = outcome;
    entry.underWay = false;
    return { t: 'key', key, fingerprint: entry.fingerprint, outcome };
  }

  /** The request certainly did nothing and may be tried again under the same key. */
  forget(key: string): JournalRecord {
    this.entries.delete(key);
    return { t: 'key-end', key };
  }

  restore(record: Extract<JournalRecord, { t: 'key' }>, nowMs: number): void {
    this.entries.delete(record.key);
    this.entries.set(record.key, {
      fingerprint: record.fingerprint,
      outcome: record.outcome,
      underWay: false,
      atMs: nowMs,
      waiting: [],
    });
  }

  /** Forgets what is old enough; entries are in the order of their age. */
  expire(nowMs: number): void {
    for (const [key, entry] of this.entries) {
      if (nowMs - entry.atMs < REMEMBER_MS) return;
      if (!entry.underWay) this.entries.delete(key);
    }
  }

  *records(): Generator<JournalRecord> {
    for (const [key, { fingerprint, outcome }] of this.entries)
      yield { t: 'key', key, fingerprint, ...(outcome === undefined ? {} : { outcome }) };
  }

  private room(nowMs: number): KeyState {
    if (this.entries.size < this.keysMax) return { kind: 'new' };
    this.expire(nowMs);
    if (this.entries.size < this.keysMax) return { kind: 'new' };
    const refusal: Refusal = {
      code: 'RATE_LIMITED',
      detail: `${this.keysMax} idempotency keys of the last ten minutes are remembered`,
      limit: 'idempotencyKeys',
      used: this.entries.size,
      cap: this.keysMax,
      retryAfterMs: 60_000,
    };
    return { kind: 'refused', refusal };
  }
}
