/**
 * Sessions that were ended by somebody else than their application, for a minute more: who reads their events already reads the rest, and why
 * (`session.terminated`), before it is told that there is no session. They hold nothing else and count nowhere.
 */
import type { Session } from './session-table.js';

/** For so long what is left can be read. */
export const LAST_WORDS_MS = 60_000;
/** As many as an instance has sessions (R-LIM-01); the oldest goes first. */
const DEPARTED_MAX = 1500;

export class DepartedSessions {
  private readonly sessions = new Map<number, { readonly session: Session; readonly untilMs: number }>();

  keep(session: Session, nowMs: number): void {
    this.sessions.set(session.id, { session, untilMs: nowMs + LAST_WORDS_MS });
    if (this.sessions.size > DEPARTED_MAX) this.sessions.delete(this.sessions.keys().next().value!);
  }

  get(sessionId: number): Session | undefined {
    return this.sessions.get(sessionId)?.session;
  }

  expire(nowMs: number): void {
    for (const [id, { untilMs }] of this.sessions) {
      if (untilMs > nowMs) return;
      this.sessions.delete(id);
    }
  }
}
