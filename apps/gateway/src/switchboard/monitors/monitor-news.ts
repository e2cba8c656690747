/** What sessions are told of a monitor: the answer to who asked for it, and that it is set or has failed. Each by the id it knows the device by. */
import type { Core } from '../core.js';
import { nameFor } from '../resilience/device-names.js';
import { MonitorEntry } from './monitor-entry.js';
import type { Monitor } from './monitor-table.js';
import { partsOf } from '../numbering.rules.js';
import type { Session } from '../sessions/session-table.js';

/** Under the id the application knows: that of the device, or only the controller. */
export function answerOf(session: Session, monitor: Monitor) {
  const name = nameFor(session, monitor);
  const { icpId } = partsOf(Math.abs(name)) ?? monitor;
  return monitor.kind === 'DEVICE' || monitor.kind === 'FEATURES' ? { objectId: Math.abs(name), icpId } : { icpId };
}

/** One entry goes to all sessions that know the device by the id of its monitor. */
export function announce(
  core: Core,
  monitor: Monitor,
  type: 'MONITOR_SET' | 'MONITOR_FAILED_EVENT',
  cause: string,
  sessionIds: Iterable<number>,
): void {
  const { icpId, objectId, handle } = monitor;
  const eventId = core.syntheticId();
  const entryFor = (name: number) => new MonitorEntry(type, cause, icpId, name, handle, eventId, core.now);
  const entry = entryFor(objectId);
  for (const sessionId of sessionIds) {
    const session = core.sessions.get(sessionId);
    if (session === undefined) continue;
    const name = nameFor(session, monitor);
    core.postEntry(session, name === objectId ? entry : entryFor(name));
  }
}
