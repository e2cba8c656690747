/**
 * Bulk requests (R-MON-01): many monitors set or cleared by one request, which is answered at once and tells how far it is when asked. Each
 * device goes the way of a single request, so every limit and the fairness between applications hold; a bulk has only a few of them under way.
 */
import type { OperationResponse } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import { type Bulk, BULKS_PER_SESSION } from './bulk-table.js';
import type { Core } from '../core.js';
import { monitorEvent } from '../events/event-mapping.mapper.js';
import { requestMonitor } from './monitor-lifecycle.js';
import { stopMonitor } from './monitor.operations.js';
import { partsOf } from '../numbering.rules.js';
import type { Session } from '../sessions/session-table.js';
import type { OperationOf } from '../switchboard.port.js';

export type BulkName = 'setMonitors' | 'clearMonitors' | 'getMonitorsProgress';
export const isBulk = (name: string): name is BulkName =>
  name === 'setMonitors' || name === 'clearMonitors' || name === 'getMonitorsProgress';

/** Devices of one bulk request whose answer is awaited. */
const UNDER_WAY_MAX = 100;

type Progress = OperationResponse<'setMonitors'>;

/** Takes in what requests of bulks were answered, and asks for the next devices. After every input; answers that come at once included. */
export function carryOnBulks(core: Core): void {
  for (let next = core.bulks.nextAnswer(); next !== undefined; next = core.bulks.nextAnswer()) {
    const { bulk, objectId, outcome } = next;
    if (!outcome.ok && bulk.sets) tellRefused(core, bulk.sessionId, objectId, outcome.refusal);
    feed(core, bulk);
  }
}

function feed(core: Core, bulk: Bulk): void {
  const session = core.sessions.get(bulk.sessionId);
  while (session !== undefined && bulk.asked < bulk.objectIds.length && bulk.underWay < UNDER_WAY_MAX) {
    const objectId = bulk.objectIds[bulk.asked]!;
    const requestId = core.bulks.ask(bulk, objectId);
    core.requestTraces.begin(requestId, bulk.traceparent);
    if (bulk.sets) requestMonitor(core, session, requestId, objectId);
    else stopMonitor(core, session, requestId, objectId);
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
  const traceparent = core.requestTraces.of(requestId);
  const bulk = core.bulks.add({ sessionId: session.id, sets, key, objectIds, traceparent }, core.now.wallMs);
  if (bulk === undefined) {
    const detail = `${BULKS_PER_SESSION} bulk requests of this session are under way`;
    return core.refuse(requestId, { code: 'RATE_LIMITED', detail, retryAfterMs: 1000 });
  }
  feed(core, bulk);
  carryOnBulks(core);
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
