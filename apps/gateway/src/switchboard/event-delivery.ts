/** From one happening to the sessions that are to hear of it. */
import type { Core } from './core.js';
import { entryOf, type EventBody, type EventEntry } from '../event-entry.js';
import { remarkOn } from './event-remarks.js';
import type { Monitor } from './monitor-table.js';
import { objectIdsOf } from './numbering.rules.js';

/** One value goes to all sessions that hold the monitor. */
export function toHolders(core: Core, monitor: Monitor, body: EventBody | undefined): void {
  if (body === undefined) return;
  remarkOn(core, body);
  let entry: EventEntry | undefined;
  for (const sessionId of monitor.holders) {
    const session = core.sessions.get(sessionId);
    if (session !== undefined) core.postEntry(session, (entry ??= entryOf(body, core.now.nowMs)));
  }
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
