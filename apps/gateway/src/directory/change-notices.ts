/** Changes of the directory for the sessions that asked to be told (R-DAS-03): a bounded queue each, and what did not fit is said. */
import type { Change } from './directory.port.js';

/** At most so many changes wait for one session. */
export const NOTICES_MAX = 1000;

interface Registration {
  readonly deiIds: Set<number>;
  readonly waiting: Change[];
  /** Not kept; 'unknown': the gateway was away, so nobody counted. */
  lost: number | 'unknown';
  /** It was there before this incarnation: what is read of a controller for the first time is no change to it. */
  readonly isRestored: boolean;
}

export class ChangeNotices {
  private readonly sessions = new Map<number, Registration>();

  register(sessionId: number, deiIds: readonly number[]): void {
    const registration = this.sessions.get(sessionId) ?? { deiIds: new Set(), waiting: [], lost: 0, isRestored: false };
    for (const deiId of deiIds) registration.deiIds.add(deiId);
    this.sessions.set(sessionId, registration);
  }

  /** Registered with an earlier incarnation: it is told first that changes may have been lost since. */
  restore(sessionId: number, deiIds: readonly number[]): void {
    this.sessions.set(sessionId, { deiIds: new Set(deiIds), waiting: [], lost: 'unknown', isRestored: true });
  }

  /** Of which entities a session is told; empty: of none. */
  entitiesOf(sessionId: number): readonly number[] {
    return [...(this.sessions.get(sessionId)?.deiIds ?? [])];
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
      if (change.isFirst === true && registration.isRestored) continue;
      if (registration.waiting.length < NOTICES_MAX) registration.waiting.push(change);
      else if (registration.lost !== 'unknown') registration.lost += 1;
    }
  }

  /** The oldest change that waits; `lost`: so many have not been kept, told once and after those that were, or before all where nobody knows. */
  next(sessionId: number): Change | { readonly lost: number | 'unknown' } | undefined {
    const registration = this.sessions.get(sessionId);
    const change = registration?.lost === 'unknown' ? undefined : registration?.waiting.shift();
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
