/**
 * A resilient device has an id at each of its controllers, and is one device (R-RES-01): its monitor has one of them, and every session knows it by
 * the one it asked by.
 */
import type { Core } from '../core.js';
import type { DeviceRef } from '../events/event-mapping.mapper.js';
import type { Monitor } from '../monitors/monitor-table.js';
import { objectIdsOf } from '../numbering.rules.js';
import type { Session } from '../sessions/session-table.js';
import type { JournalRecord } from '../switchboard.port.js';

/** The monitor that stands for what an id names, whichever of its ids that is; undefined: nobody has it monitored. */
export function monitorNamed(core: Core, monitorId: number): Monitor | undefined {
  const known = core.monitors.get(monitorId) ?? core.monitors.get(core.companionsWithoutRoom.get(monitorId)?.deviceId ?? 0);
  return known?.device;
}

/** The session takes the monitor, or asks for it, by this id; it keeps the one it has it by already. */
export function takeBy(session: Session, { device }: Monitor, name: number): void {
  if (session.monitors.has(device.objectId)) return;
  session.monitors.add(device.objectId);
  if (name !== device.objectId) (session.names ??= new Map()).set(device.objectId, name);
}

/** The session neither holds the monitor nor asks for it any more. */
export function letGo(session: Session, monitorId: number): void {
  session.monitors.delete(monitorId);
  session.names?.delete(monitorId);
}

/** For the journal: the session holds this monitor. */
export function monitorRecord(session: Session, objectId: number): JournalRecord {
  const as = nameOf(session, objectId);
  return { t: 'monitor', sessionId: session.id, objectId, ...(as === objectId ? {} : { as }) };
}

/** By which id the session knows a monitor of its, given by its own one. */
const nameOf = (session: Session, monitorId: number): number => session.names?.get(monitorId) ?? monitorId;

export const nameFor = (session: Session, { device }: Monitor): number => nameOf(session, device.objectId);

/** The monitor as this session is told of it. */
export function toldTo(session: Session, monitor: Monitor): DeviceRef {
  const objectId = nameFor(session, monitor);
  return objectId === monitor.told.objectId ? monitor.told : { ...monitor.told, objectId };
}

/** Ids of devices as the session knows them, of these monitors of its. */
export const namesOf = (session: Session, monitorIds: Iterable<number>): number[] =>
  objectIdsOf(session.names === undefined ? monitorIds : [...monitorIds].map((id) => nameOf(session, id)));
