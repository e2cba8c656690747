/** From one happening to the sessions that are to hear of it. */
import type { Core } from './core.js';
import type { EventBody } from '../event-page.js';
import { remarkOn } from './event-remarks.js';
import type { Monitor } from './monitor-table.js';

/** One value goes to all sessions that hold the monitor. */
export function toHolders(core: Core, monitor: Monitor, body: EventBody | undefined): void {
  if (body === undefined) return;
  remarkOn(core, body);
  for (const sessionId of monitor.holders) {
    const session = core.sessions.get(sessionId);
    if (session !== undefined) core.post(session, body);
  }
}
