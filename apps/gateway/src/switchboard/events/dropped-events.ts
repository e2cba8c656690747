/** R-CC-09: what logs of sessions drop unread is said in the instance's own log and as a figure, beside the gap that the application is told. */
import { APPLICATIONS_PER_TENANT } from '#domain/limits';
import type { Note } from '../controllers/rate.rules.js';
import type { Session } from '../sessions/session-table.js';

const NOTE_EVERY_MS = 60_000;

export class DroppedEvents {
  /** Of all sessions, ever. */
  count = 0;
  private readonly notedAtMs = new Map<string, number>();

  constructor(private readonly note: Note) {}

  /** Counts what the session's log has dropped since it was last asked; of an application that is logged once a minute at most. */
  take(session: Session, nowMs: number): void {
    const { log, applicationId, applicationName } = session;
    const dropped = log.droppedEver - session.droppedSeen;
    if (dropped === 0) return;
    session.droppedSeen = log.droppedEver;
    this.count += dropped;
    if (nowMs - (this.notedAtMs.get(applicationId) ?? Number.NEGATIVE_INFINITY) < NOTE_EVERY_MS) return;
    if (this.notedAtMs.size >= APPLICATIONS_PER_TENANT) this.notedAtMs.clear();
    this.notedAtMs.set(applicationId, nowMs);
    const text = 'an application does not read its events in time: the oldest are dropped, and it is told a gap';
    this.note('warn', text, { applicationName, dropped });
  }
}
