/**
 * Since when a session has events that it has not read, for the next incarnation: events live in memory, so what is unread when the process
 * dies is missing too, and the gap has to begin there. Only sessions that are behind are journalled, with the tick: whoever reads as events
 * come is covered by {@link UNREAD_MARGIN_MS}.
 */
import type { Core } from '../core.js';
import type { Session } from '../sessions/session-table.js';
import type { JournalRecord } from '../switchboard.port.js';

/** Unread for longer than this is behind. */
const BEHIND_MS = 1000;
/** A reader that is catching up slowly is written again so often at most; the older moment stays true meanwhile. */
const STEP_MS = 5000;
/** What may be unread without being journalled: behind by a hair, a tick that was due, the write itself. */
export const UNREAD_MARGIN_MS = 1500;
const SESSIONS_MAX = 1000;

/** With every tick. */
export function keepUnread(core: Core): void {
  if (!core.keeping) return;
  const changed: Session[] = [];
  for (const session of core.sessions.all()) {
    const since = session.log.unreadSince(core.now, BEHIND_MS, session.handler?.ackedSeq);
    const kept = session.keptUnreadSince;
    if (since === kept || (since !== undefined && kept !== undefined && since >= kept && since - kept < STEP_MS)) continue;
    session.keptUnreadSince = since;
    changed.push(session);
  }
  for (const record of unreadRecords(changed)) core.journal(record);
}

/** The same for a compact journal. 0: nothing unread. */
export function* unreadRecords(sessions: readonly Session[]): Generator<JournalRecord> {
  for (let at = 0; at < sessions.length; at += SESSIONS_MAX) {
    const some = sessions.slice(at, at + SESSIONS_MAX);
    yield { t: 'unread', sessions: some.map(({ id, keptUnreadSince }) => [id, keptUnreadSince ?? 0]) };
  }
}
