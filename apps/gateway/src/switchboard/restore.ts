/** Taking up what an earlier incarnation had acknowledged (design.md 7). */
import type { Core } from './core.js';
import { addMonitor, settle } from './monitor-lifecycle.js';
import { Monitor } from './monitor-table.js';
import { partsOf } from './numbering.rules.js';
import { endSession } from './session.operations.js';
import type { JournalRecord } from './switchboard.port.js';

/** Applies the records in order; then every session begins this epoch with a gap. Keep-alives begin anew. */
export function restore(core: Core, records: Iterable<JournalRecord>): void {
  for (const record of records) restoreOne(core, record);
  core.takeEffects();
  for (const session of core.sessions.all()) {
    core.post(session, {
      category: 'GAP',
      type: 'EVENT_GAP',
      eventId: core.syntheticId(),
      eventTime: core.now.wallMs,
      source: 'synthetic',
      objectIds: [...session.monitors],
      since: core.now.wallMs,
      lost: null,
      reason: 'restart',
    });
  }
}

function restoreOne(core: Core, record: JournalRecord): void {
  switch (record.t) {
    case 'session': {
      const { id, tokenHash, applicationId, applicationName } = record;
      if (core.sessions.get(id) === undefined)
        core.sessions.add({ id, tokenHash, applicationId, applicationName }, core.now.nowMs);
      return;
    }
    case 'session-end': {
      const session = core.sessions.get(record.id);
      return session === undefined ? undefined : endSession(core, session, 'ended before the restart');
    }
    case 'monitor':
      return restoreMonitor(core, record.sessionId, record.objectId);
    case 'monitor-end': {
      const [session, monitor] = [core.sessions.get(record.sessionId), core.monitors.get(record.objectId)];
      if (session === undefined || monitor === undefined) return;
      session.monitors.delete(record.objectId);
      core.monitors.release(monitor, session.id);
      return monitor.places === 0 ? settle(core, undefined, monitor) : undefined;
    }
    case 'key':
      return core.keys.restore(record, core.now.nowMs);
    case 'key-end':
      core.keys.forget(record.key);
  }
}

function restoreMonitor(core: Core, sessionId: number, objectId: number): void {
  const [session, parts] = [core.sessions.get(sessionId), partsOf(objectId)];
  if (session === undefined || parts === undefined) return;
  const monitor = core.monitors.get(objectId) ?? addMonitor(core, undefined, new Monitor(objectId, parts.icpId, parts.handle));
  core.monitors.hold(monitor, sessionId);
  session.monitors.add(objectId);
  session.controllers.add(parts.icpId);
}
