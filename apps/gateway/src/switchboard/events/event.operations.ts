/** Reading a session's events: by cursor, or one by one as old clients do. */
import { cursorText, pageAnswer, placeEvent, type EventPage } from '../../event-page.js';
import type { NumberedEvent, Outcome } from '../../northbound-port.js';
import type { Core } from '../core.js';
import { monitorNamed, namesOf, toldTo } from '../resilience/device-names.js';
import { HANDLER_SET } from './handler.rules.js';
import type { LostEvents } from './event-log.js';
import { snapshotEvent, type DeviceRef } from './event-mapping.mapper.js';
import type { CallView } from '../monitors/monitor-table.js';
import { eventNumberOf, partsOf, seqOfEventNumber } from '../numbering.rules.js';
import { isAdvanced } from '../sessions/session-access.js';
import type { Session } from '../sessions/session-table.js';
import { refused, type CoreOutcome } from '../switchboard.port.js';

/** A request for events does not wait here: whoever drives the switchboard asks again when the session is woken. */
export function readEvents(core: Core, session: Session, after: string | undefined, max: number): Outcome<EventPage> {
  const { epoch } = core.settings;
  if (session.handler !== undefined) return refused(HANDLER_SET);
  const position = after === undefined ? undefined : positionOf(core, session, after);
  if (position === 'invalid') {
    const ahead = `${after} against ${cursorText(epoch, session.log.handedSeq)}`;
    return refused({ code: 'EVENT_CURSOR_INVALID', detail: `the cursor is ahead of this session: ${ahead}` });
  }
  return { ok: true, value: read(core, session, position, max) };
}

/** The same with the events as an application sees them. */
export function getEvents(core: Core, session: Session, after: string | undefined, max: number): CoreOutcome {
  const page = readEvents(core, session, after, max);
  return page.ok ? { ok: true, value: pageAnswer(page.value) } : page;
}

/** For a reader that has proved itself when it began, and knows where it stands. */
export function readOn(core: Core, session: Session, afterSeq: number, max: number): Outcome<EventPage> {
  return { ok: true, value: read(core, session, Math.min(afterSeq, session.log.handedSeq), max) };
}

/** Of a session that has ended: what is left, then that it has. */
export function readLast(core: Core, session: Session, afterSeq: number, max: number): Outcome<EventPage> {
  const page = read(core, session, Math.min(afterSeq, session.log.handedSeq), max);
  // that it has ended is still to come
  if (page.entries.length > 0) return { ok: true, value: { ...page, atEnd: false } };
  return refused({ code: 'SESSION_INVALID', detail: `the session has ended: ${core.sessions.endOf(session.id) ?? 'long ago'}` });
}

/** A cursor of an older epoch stands before everything of this one, which begins with a GAP. */
export function positionOf(core: Core, session: Session, cursor: string): number | 'invalid' {
  const { epoch } = core.settings;
  const [major = 0, minor = 0, seq = 0] = cursor.split('.').map(Number);
  const age = epoch.major - major || epoch.minor - minor;
  if (age > 0) return 0;
  return age < 0 || !(seq <= session.log.handedSeq) ? 'invalid' : seq;
}

/** `numberedAfter`: after that event; else after what this operation last handed over. */
export function nextEvent(core: Core, session: Session, requestId: number, numberedAfter: number | undefined): void {
  if (session.handler !== undefined) return core.refuse(requestId, HANDLER_SET);
  const position = numberedAfter === undefined ? session.plainSeq : (seqOfEventNumber(numberedAfter, session.log.handedSeq) ?? 0);
  const { entries, firstSeq, epoch } = read(core, session, position, 1);
  if (entries[0] === undefined) return core.answer(requestId, undefined);
  session.plainSeq = firstSeq;
  const event = placeEvent(entries[0].body, epoch, firstSeq);
  const eventNumber = eventNumberOf(firstSeq);
  core.answer(requestId, { event, eventNumber, advanced: isAdvanced(core, session) } satisfies NumberedEvent);
}

function read(core: Core, session: Session, position: number | undefined, max: number) {
  const result = session.log.read(position, max, core.now, () => namesOf(session, session.monitors));
  session.wantsWake = result.atEnd || result.entries.length === 0;
  if (result.gap !== undefined) describeLost(core, session, result.gap);
  return result;
}

/**
 * After a gap of the log's own: how the calls concerned stand now, ended ones included. At most half of what the log holds, which
 * has that much room beside (event-log.ts), so that the description cannot be the cause of the next gap.
 */
function describeLost(core: Core, session: Session, gap: LostEvents): void {
  let room = Math.ceil(core.settings.eventLog.perSessionMax / 2);
  const say = (device: DeviceRef, call: Pick<CallView, 'localCallId' | 'globalCallId' | 'state' | 'mask'>) => {
    room -= 1;
    if (room >= 0) core.post(session, snapshotEvent(device, call, core.syntheticId(), core.now.wallMs), true);
  };
  for (const monitor of new Set([...gap.objectIds].map((objectId) => monitorNamed(core, objectId)))) {
    if (monitor?.holders.has(session.id) !== true) continue;
    for (const slot of monitor.slots) for (const call of slot.calls.values()) say(toldTo(session, slot), call);
  }
  for (const { objectId, localCallId, globalCallId } of gap.calls.values()) {
    const parts = partsOf(objectId);
    if (parts === undefined || monitorNamed(core, objectId)?.slots.some(({ calls }) => calls.has(localCallId)) === true) continue;
    say({ ...parts, objectId }, { localCallId, globalCallId, state: 'null', mask: 0 });
  }
}
