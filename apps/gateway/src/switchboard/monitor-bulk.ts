/**
 * Bulk requests (R-MON-01): many monitors set or cleared by one request, which is answered at once and tells how far it is when asked. Each
 * device goes the way of a single request, so every limit and the fairness between applications hold; a bulk has only a few of them under way.
 */
import type { OperationResponse } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { Core } from './core.js';
import { monitorEvent } from './event-mapping.mapper.js';
import { requestMonitor } from './monitor-lifecycle.js';
import { stopMonitor } from './monitor.operations.js';
import { partsOf } from './numbering.rules.js';
import type { Session } from './session-table.js';
import type { CoreOutcome, OperationOf } from './switchboard.port.js';

export type BulkName = 'setMonitors' | 'clearMonitors' | 'getMonitorsProgress';
export const isBulk = (name: string): name is BulkName =>
  name === 'setMonitors' || name === 'clearMonitors' || name === 'getMonitorsProgress';

/** Bulk requests of one session that are remembered; the oldest finished ones make room. */
const PER_SESSION_MAX = 16;
/** Devices of one bulk request whose answer is awaited. */
const UNDER_WAY_MAX = 100;

type Progress = OperationResponse<'setMonitors'>;

interface Bulk {
  readonly bulkId: number;
  readonly sessionId: number;
  readonly sets: boolean;
  readonly key: string | undefined;
  readonly objectIds: readonly number[];
  /** Devices that have been asked for, from the beginning of `objectIds`. */
  asked: number;
  underWay: number;
  done: number;
  readonly refused: { readonly objectId: number; readonly code: string; readonly detail: string }[];
}

/** Requests made on behalf of a bulk have ids below 0; their answers come back here. */
export class BulkTable {
  private readonly bulks = new Map<number, Bulk>();
  private readonly requests = new Map<number, { readonly bulk: Bulk; readonly objectId: number }>();
  private lastRequestId = 0;
  private lastBulkId = 0;
  private feeding = false;

  /** @param wallMs makes ids that no earlier incarnation has used */
  add(facts: Pick<Bulk, 'sessionId' | 'sets' | 'key' | 'objectIds'>, wallMs: number): Bulk | undefined {
    const mine = this.of(facts.sessionId);
    const finished = mine.find((bulk) => bulk.asked === bulk.objectIds.length && bulk.underWay === 0);
    if (mine.length >= PER_SESSION_MAX && finished === undefined) return undefined;
    if (mine.length >= PER_SESSION_MAX && finished !== undefined) this.bulks.delete(finished.bulkId);
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

  /** The session has ended; answers that still come are not waited for. */
  forget(sessionId: number): void {
    for (const { bulkId } of this.of(sessionId)) this.bulks.delete(bulkId);
  }

  begin(bulk: Bulk, objectId: number): number {
    this.lastRequestId -= 1;
    this.requests.set(this.lastRequestId, { bulk, objectId });
    bulk.underWay += 1;
    return this.lastRequestId;
  }

  /** The answer to a request of a bulk. */
  settled(core: Core, requestId: number, outcome: CoreOutcome): void {
    const request = this.requests.get(requestId);
    if (request === undefined) return;
    this.requests.delete(requestId);
    const { bulk, objectId } = request;
    bulk.underWay -= 1;
    if (outcome.ok) bulk.done += 1;
    else {
      bulk.refused.push({ objectId, code: outcome.refusal.code, detail: outcome.refusal.detail });
      if (bulk.sets) tellRefused(core, bulk.sessionId, objectId, outcome.refusal);
    }
    this.feed(core, bulk);
  }

  /** Asks for the next devices; answers that come at once are taken in the same loop. */
  feed(core: Core, bulk: Bulk): void {
    if (this.feeding) return;
    this.feeding = true;
    while (bulk.asked < bulk.objectIds.length && bulk.underWay < UNDER_WAY_MAX) {
      const session = core.sessions.get(bulk.sessionId);
      if (session === undefined) break;
      const objectId = bulk.objectIds[bulk.asked]!;
      bulk.asked += 1;
      const requestId = this.begin(bulk, objectId);
      if (bulk.sets) requestMonitor(core, session, requestId, objectId);
      else stopMonitor(core, session, requestId, objectId);
    }
    this.feeding = false;
  }

  private of(sessionId: number): Bulk[] {
    return [...this.bulks.values()].filter((bulk) => bulk.sessionId === sessionId);
  }
}

export function bulkOperation(core: Core, session: Session, requestId: number, operation: OperationOf<BulkName>): void {
  if (operation.name === 'getMonitorsProgress') {
    const bulk = core.bulks.get(operation.request.bulkId, session.id);
    if (bulk === undefined) return core.refuse(requestId, { code: 'NOT_FOUND', detail: 'the session has no such bulk request' });
    return core.answer(requestId, progressOf(bulk), true);
  }
  const { objectIds: asked, idempotencyKey: key } = operation.request;
  const [objectIds, sets] = [[...new Set(asked)], operation.name === 'setMonitors'];
  const before = key === undefined ? undefined : core.bulks.byKey(session.id, key);
  if (before !== undefined) {
    const same = before.sets === sets && before.objectIds.join() === objectIds.join();
    const detail = 'this key came with another request before';
    return same
      ? core.answer(requestId, progressOf(before), true)
      : core.refuse(requestId, { code: 'IDEMPOTENCY_KEY_REUSED', detail });
  }
  const bulk = core.bulks.add({ sessionId: session.id, sets, key, objectIds }, core.now.wallMs);
  if (bulk === undefined) {
    const detail = `${PER_SESSION_MAX} bulk requests of this session are under way`;
    return core.refuse(requestId, { code: 'RATE_LIMITED', detail, retryAfterMs: 1000 });
  }
  core.bulks.feed(core, bulk);
  core.answer(requestId, progressOf(bulk), true);
}

function progressOf({ bulkId, objectIds, done, refused }: Bulk): Progress {
  const total = objectIds.length;
  return { bulkId, total, pending: total - done - refused.length, done, refused: [...refused] };
}

/** MONITOR_FAILED_EVENT for a device of a bulk request; what is no device at all cannot be named in an event. */
function tellRefused(core: Core, sessionId: number, objectId: number, refusal: Refusal): void {
  const [session, parts] = [core.sessions.get(sessionId), partsOf(objectId)];
  if (session === undefined || parts === undefined) return;
  const cause = refusal.code === 'PRIVILEGE_VIOLATION' ? refusal.code : 'DESTINATION_UNAVAILABLE';
  const device = { ...parts, objectId };
  core.post(session, monitorEvent('MONITOR_FAILED_EVENT', device, cause, core.syntheticId(), core.now.wallMs));
}
