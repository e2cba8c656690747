/** Bulk requests and how far they are (monitor-bulk.ts). Requests made on behalf of one have ids below 0; their answers are collected here. */
import type { CoreOutcome } from '../switchboard.port.js';

/** Bulk requests of one session that are remembered; finished ones make room. */
export const BULKS_PER_SESSION = 16;

export interface Bulk {
  readonly bulkId: number;
  readonly sessionId: number;
  readonly sets: boolean;
  readonly key: string | undefined;
  readonly objectIds: readonly number[];
  /** Trace of the request, for what it makes the gateway ask of controllers. */
  readonly traceparent: string | undefined;
  /** Devices that have been asked for, from the beginning of `objectIds`. */
  asked: number;
  underWay: number;
  done: number;
  readonly refused: { readonly objectId: number; readonly code: string; readonly detail: string }[];
}

export class BulkTable {
  private readonly bulks = new Map<number, Bulk>();
  private readonly requests = new Map<number, { readonly bulk: Bulk; readonly objectId: number }>();
  private readonly answers: { readonly bulk: Bulk; readonly objectId: number; readonly outcome: CoreOutcome }[] = [];
  private lastRequestId = 0;
  private lastBulkId = 0;

  /** Undefined when too many of the session are under way. @param wallMs makes ids that no earlier incarnation has used */
  add(facts: Pick<Bulk, 'sessionId' | 'sets' | 'key' | 'objectIds' | 'traceparent'>, wallMs: number): Bulk | undefined {
    const mine = this.of(facts.sessionId);
    if (mine.length >= BULKS_PER_SESSION) {
      const finished = mine.find((bulk) => bulk.asked === bulk.objectIds.length && bulk.underWay === 0);
      if (finished === undefined) return undefined;
      this.bulks.delete(finished.bulkId);
    }
    this.lastBulkId = Math.max(this.lastBulkId + 1, Math.floor(wallMs));
    const bulk: Bulk = { ...facts, bulkId: this.lastBulkId, asked: 0, underWay: 0, done: 0, refused: [] };
    this.bulks.set(bulk.bulkId, bulk);
    return bulk;
  }

  get(bulkId: number, sessionId: number): Bulk | undefined {
    const bulk = this.bulks.get(bulkId);
    return bulk?.sessionId === sessionId ? bulk : undefined;
  }

  byKey(sessionId: number, key: string): Bulk | undefined {
    return this.of(sessionId).find((bulk) => bulk.key === key);
  }

  /** The session has ended; answers that still come are for nobody. */
  forget(sessionId: number): void {
    for (const { bulkId } of this.of(sessionId)) this.bulks.delete(bulkId);
  }

  /** The id for the request about the next device. */
  ask(bulk: Bulk, objectId: number): number {
    this.lastRequestId -= 1;
    this.requests.set(this.lastRequestId, { bulk, objectId });
    bulk.asked += 1;
    bulk.underWay += 1;
    return this.lastRequestId;
  }

  answered(requestId: number, outcome: CoreOutcome): void {
    const request = this.requests.get(requestId);
    if (request === undefined) return;
    this.requests.delete(requestId);
    const { bulk, objectId } = request;
    bulk.underWay -= 1;
    if (outcome.ok) bulk.done += 1;
    else bulk.refused.push({ objectId, code: outcome.refusal.code, detail: outcome.refusal.detail });
    this.answers.push({ ...request, outcome });
  }

  /** Answers that nothing has followed from yet, in order. */
  nextAnswer() {
    return this.answers.shift();
  }

  private of(sessionId: number): Bulk[] {
    return [...this.bulks.values()].filter((bulk) => bulk.sessionId === sessionId);
  }
}
