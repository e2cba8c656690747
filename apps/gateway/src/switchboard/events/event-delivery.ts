/** From one happening to the sessions that are to hear of it. */
import type { Core } from '../core.js';
import { entryOf, type EventBody, type EventEntry } from '../../event-entry.js';
import { remarkOn } from './event-remarks.js';
import type { Monitor } from '../monitors/monitor-table.js';
import { objectIdsOf } from '../numbering.rules.js';

/** One value goes to all sessions that hold the monitor; another one to those that know the device by its other id. */
export function toHolders(core: Core, monitor: Monitor, body: EventBody | undefined): void {
  if (body === undefined) return;
  remarkOn(core, body);
  const { device, holders } = monitor;
  let [entry, renamed]: (EventEntry | undefined)[] = [];
  for (const sessionId of holders) {
    const session = core.sessions.get(sessionId);
    if (session === undefined) continue;
    const name = session.names?.get(device.objectId);
    if (name === undefined) core.postEntry(session, (entry ??= entryOf(body, core.now.nowMs)));
    else core.postEntry(session, (renamed ??= entryOf(underName(body, name), core.now.nowMs)));
  }
}

/** A device has no more than two ids, so whoever does not know it by that of its monitor knows it by the other. */
function underName(body: EventBody, name: number): EventBody {
  if (body.category === 'GAP') return { ...body, objectIds: [name] };
  return 'objectId' in body ? { ...body, objectId: name } : body;
}

type Gap = Extract<EventBody, { category: 'GAP' }>;

/** Tells the holders that events of the device are missing, since when, and why. */
export function gapToHolders(core: Core, monitor: Monitor, gap: Pick<Gap, 'since' | 'lost' | 'reason'>): void {
  toHolders(core, monitor, {
    category: 'GAP',
    type: 'EVENT_GAP',
    eventId: core.syntheticId(),
    eventTime: core.now.wallMs,
    source: 'synthetic',
    objectIds: objectIdsOf([monitor.device.objectId]),
    ...gap,
  });
}
