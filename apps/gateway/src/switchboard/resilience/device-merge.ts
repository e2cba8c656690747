/**
 * A resilient device that was monitored by both its ids, or by the one at its secondary controller alone, is one device as soon as its primary
 * controller has said so (R-RES-01, R-RES-02): its monitor is the one there, the other one goes on as its companion without a word to either
 * controller, and every session keeps it under the id it asked by. So it counts once, here and for licences (R-LIC-01), and nothing is told twice.
 */
import type { Core } from '../core.js';
import { tellHomes } from './device-homes.js';
import { letGo, monitorRecord, nameFor, takeBy } from './device-names.js';
import { describe } from '../calls/device-snapshots.js';
import { requestMonitor } from '../monitors/monitor-lifecycle.js';
import { kindRefusal } from '../monitors/monitor-kinds.js';
import { answerOf } from '../monitors/monitor-news.js';
import type { Monitor } from '../monitors/monitor-table.js';
import type { Session } from '../sessions/session-table.js';

/**
 * @param primary the monitor at the primary controller, its homes known; it may be the companion of `other` so far
 * @param other the one at the secondary controller
 * @returns false: one of the controllers has no room for the applications of the other (R-LIM-07), and nothing was changed
 */
export function becomeOne(core: Core, primary: Monitor, other: Monitor): boolean {
  const wasCompanion = other.companion === primary;
  if (!wasCompanion && !hasRoom(core, primary, other)) return false;
  if (primary.isUser === undefined && other.isUser !== undefined) core.monitors.setUser(primary, other.isUser);
  const [here, there] = [sessionsOf(core, primary.holders), sessionsOf(core, other.holders)];
  if (!wasCompanion && other.companion !== undefined) core.companionsToStop.add(other.companion);
  core.monitors.detach(other);
  const moved = there.filter((session) => move(core, session, primary, other));
  const waiting = takeWaiting(core, other);
  other.homes = undefined;
  other.primaryAddress = undefined;
  other.keptInCall = false;
  core.monitors.attach(primary, other);
  core.controllers.get(other.icpId)?.lingering.delete(other.objectId);
  core.controllers.get(primary.icpId)?.devicesToAsk.add(primary.objectId);
  core.homeChanges.add(primary.objectId);
  core.callChanges.add(primary.objectId);
  core.recovery.settled(other.objectId, core.now.wallMs);
  for (const session of new Set([...here, ...there])) for (const { icpId } of primary.slots) session.controllers.add(icpId);
  if (!wasCompanion) {
    // each side knows of the calls at its own controller; whoever had both was told of all
    for (const session of moved) describe(core, session, { slots: [primary] });
    for (const session of here) if (!there.includes(session)) describe(core, session, { slots: [other] });
  }
  if (other.state === 'set') tellHomes(core, primary, other, 'SECONDARY_MONITOR_SET');
  for (const { session, name, requestId } of waiting) requestMonitor(core, session, requestId, name);
  return true;
}

function hasRoom(core: Core, primary: Monitor, other: Monitor): boolean {
  const applications = new Set<string>();
  for (const { holders, asking } of [primary, other])
    for (const session of sessionsOf(core, [...holders, ...asking.keys()])) applications.add(session.applicationId);
  for (const monitor of [primary, other]) {
    const controller = core.controllers.get(monitor.icpId);
    const added = { total: 0, shared: applications.size - monitor.applications };
    if (controller !== undefined && kindRefusal(core, controller, 'devices', added) !== undefined) return false;
  }
  return true;
}

function sessionsOf(core: Core, sessionIds: Iterable<number>): Session[] {
  return [...sessionIds].flatMap((sessionId) => core.sessions.get(sessionId) ?? []);
}

/** @returns whether it had only the other one */
function move(core: Core, session: Session, primary: Monitor, other: Monitor): boolean {
  const name = nameFor(session, other);
  core.monitors.release(other, session.id);
  letGo(session, other.objectId);
  core.journal({ t: 'monitor-end', sessionId: session.id, objectId: other.objectId });
  if (primary.holders.has(session.id)) return false;
  takeBy(session, primary, name);
  for (const requestId of core.monitors.hold(primary, session.id)) core.answer(requestId, answerOf(session, primary), true);
  core.journal(monitorRecord(session, primary.objectId));
  return true;
}

/** Requests for the other one that are not answered yet: to be asked anew. */
function takeWaiting(core: Core, other: Monitor) {
  return sessionsOf(core, other.asking.keys()).flatMap((session) => {
    const name = nameFor(session, other);
    const requestIds = core.monitors.withdraw(other, session.id);
    letGo(session, other.objectId);
    return requestIds.map((requestId) => ({ session, name, requestId }));
  });
}
