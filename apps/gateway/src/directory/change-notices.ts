/** Changes of the directory for the sessions that asked to be told (R-DAS-03): a bounded queue each, and what did not fit is said. */
import type { Change } from './directory.port.js';

/** At most so many changes wait for one session. */
export const NOTICES_MAX = 1000;

interface Registration {
  readonly deiIds: Set<number>;
  readonly waiting: Change[];
  lost: number;
}

export class ChangeNotices {
  private readonly sessions = new Map<number, Registration>();

  register(sessionId: number, deiIds: readonly number[]): void {
    const registration = this.sessions.get(sessionId) ?? { deiIds: new Set(), waiting: [], lost: 0 };
    for (const deiId of deiIds) registration.deiIds.add(deiId);
    this.sessions.set(sessionId, registration);
  }

  /** What waits of these entities is dropped too. */
  deregister(sessionId: number, deiIds: readonly number[]): void {
    const registration = this.sessions.get(sessionId);
    if (registration === undefined) return;
    for (const deiId of deiIds) registration.deiIds.delete(deiId);
    const kept = registration.waiting.filter(({ deiId }) => registration.deiIds.has(deiId));
    registration.waiting.splice(0, registration.waiting.length, ...kept);
    if (registration.deiIds.size === 0) this.sessions.delete(sessionId);
  }

  changed(change: Change): void {
    for (const registration of this.sessions.values()) {
      if (!registration.deiIds.has(change.deiId)) continue;
      if (registration.waiting.length < NOTICES_MAX) registration.waiting.push(change);
      else registration.lost += 1;
    }
  }

  /** The oldest change that waits; `lost`: so many have not been kept, told once and after those that were. */
  next(sessionId: number): Change | { readonly lost: number } | undefined {
    const registration = this.sessions.get(sessionId);
    const change = registration?.waiting.shift();
    if (change !== undefined || registration === undefined || registration.lost === 0) return change;
    const { lost } = registration;
    registration.lost = 0;
    return { lost };
  }

  isRegistered(sessionId: number): boolean {
    return this.sessions.has(sessionId);
  }

  /** Forgets sessions that have ended. */
  retain(isLive: (sessionId: number) => boolean): void {
    for (const sessionId of this.sessions.keys()) if (!isLive(sessionId)) this.sessions.delete(sessionId);
  }
}
