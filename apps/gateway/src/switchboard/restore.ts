/** Taking up what an earlier incarnation had acknowledged (design.md 7). */
import type { Core } from './core.js';
import { letGo, namesOf, takeBy } from './resilience/device-names.js';
import { holdDataRegistration } from './directory/data-registration.operations.js';
import { tellTakenOver } from './events/ha-callback.operations.js';
import { addMonitor, settle } from './monitors/monitor-lifecycle.js';
import { Monitor } from './monitors/monitor-table.js';
import { monitorPartsOf } from './numbering.rules.js';
import { restoreHomes } from './resilience/companion-monitors.js';
import { holdRestSession } from './sessions/rest-session.operations.js';
import { restoreAccess } from './sessions/session-access.js';
import { endSession } from './sessions/session.operations.js';
import type { JournalRecord } from './switchboard.port.js';
import { UNREAD_MARGIN_MS } from './events/unread-hint.js';

/**
 * Applies the records in order; then every session begins this epoch with a gap. Keep-alives begin anew.
 * @param lastAliveMs when an earlier incarnation was last known to be alive, ms since 1970: events may be missing since then
 */
export function restore(core: Core, records: Iterable<JournalRecord>, lastAliveMs?: number): void {
  const aliveSince = Math.min(core.now.wallMs, Math.floor((lastAliveMs ?? Infinity) - UNREAD_MARGIN_MS));
  let gapSinceMs = aliveSince;
  for (const record of records) restoreOne(core, record);
  core.takeEffects();
  for (const session of core.sessions.all()) {
    const since = Math.min(aliveSince, session.keptUnreadSince ?? Infinity);
    gapSinceMs = Math.min(gapSinceMs, since);
    core.post(session, {
      category: 'GAP',
      type: 'EVENT_GAP',
      eventId: core.syntheticId(),
      eventTime: core.now.wallMs,
      source: 'synthetic',
      objectIds: namesOf(session, session.monitors),
      since,
      lost: null,
      reason: 'restart',
    });
  }
  const objectIds = new Set<number>();
  for (const session of core.sessions.all()) for (const objectId of session.monitors) objectIds.add(objectId);
  for (const session of core.sessions.all()) {
    if (session.handler !== undefined) core.tellHandler(session, true);
    tellTakenOver(core, session);
  }
  if (core.sessions.size > 0)
    core.recovery.begin({ sessions: core.sessions.size, objectIds, gapSinceMs, nowMs: core.now.wallMs });
}

function restoreOne(core: Core, record: JournalRecord): void {
  switch (record.t) {
    case 'session': {
      const { id, tokenHash, applicationId, applicationName } = record;
      if (core.sessions.get(id) === undefined)
        core.sessions.add({ id, tokenHash, applicationId, applicationName }, core.now.nowMs);
      return;
    }
    case 'access': {
      const session = core.sessions.get(record.sessionId);
      return session === undefined ? undefined : restoreAccess(session, record);
    }
    case 'rest-session': {
      const session = core.sessions.get(record.sessionId);
      return session === undefined ? undefined : holdRestSession(core, session, record);
    }
    case 'data-registration': {
      const session = core.sessions.get(record.sessionId);
      return session === undefined ? undefined : holdDataRegistration(session, record);
    }
    case 'session-end': {
      const session = core.sessions.get(record.id);
      return session === undefined ? undefined : endSession(core, session, 'ended before the restart', false);
    }
    case 'monitor':
      return restoreMonitor(core, record);
    case 'monitor-end': {
      const [session, monitor] = [core.sessions.get(record.sessionId), core.monitors.get(record.objectId)];
      if (session === undefined || monitor === undefined) return;
      letGo(session, record.objectId);
      core.monitors.release(monitor, session.id);
      return monitor.places === 0 ? settle(core, undefined, monitor) : undefined;
    }
    case 'calls':
      for (const objectId of record.begun) markInCall(core, objectId, true);
      for (const objectId of record.ended) markInCall(core, objectId, false);
      return;
    case 'homes':
      return restoreHomes(core, record);
    case 'unread':
      for (const [id, since] of record.sessions) {
        const session = core.sessions.get(id);
        if (session !== undefined) session.keptUnreadSince = since === 0 ? undefined : since;
      }
      return;
    case 'handler':
    case 'handler-end':
    case 'handled':
    case 'dead-letter':
      return restoreHandler(core, record);
    case 'key':
      return core.keys.restore(record, core.now.nowMs);
    case 'key-end':
      core.keys.forget(record.key);
  }
}

/** A handler begins this epoch with its gap; how far it was in the last one is in the hint of what is unread. */
function restoreHandler(
  core: Core,
  record: Extract<JournalRecord, { t: 'handler' | 'handler-end' | 'handled' | 'dead-letter' }>,
): void {
  if (record.t === 'handled') return;
  const session = core.sessions.get(record.sessionId);
  if (session === undefined) return;
  if (record.t === 'handler-end') session.handler = undefined;
  else if (record.t === 'handler')
    session.handler = { facts: record.handler, ackedSeq: 0, keptSeq: 0, deadLetters: session.handler?.deadLetters ?? [] };
  else if (session.handler !== undefined)
    session.handler.deadLetters = [...session.handler.deadLetters, record.letter].slice(-100);
}

function restoreMonitor(core: Core, { sessionId, objectId, as = objectId }: Extract<JournalRecord, { t: 'monitor' }>): void {
  const [session, parts] = [core.sessions.get(sessionId), monitorPartsOf(objectId)];
  if (session === undefined || parts === undefined) return;
  const monitor =
    core.monitors.get(objectId) ?? addMonitor(core, undefined, new Monitor(objectId, parts.icpId, parts.handle, parts.kind));
  core.monitors.hold(monitor, sessionId);
  takeBy(session, monitor, as);
  for (const id of [objectId, as]) session.controllers.add(monitorPartsOf(id)?.icpId ?? parts.icpId);
}

function markInCall(core: Core, objectId: number, inCall: boolean): void {
  const monitor = core.monitors.get(objectId);
  if (monitor !== undefined) monitor.keptInCall = inCall;
}
