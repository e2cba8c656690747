/** Readers of events that wait: at most one per session, the newest claim wins and the older is answered with what it has (nothing). */
import type { Departure } from './northbound-port.js';
import type { CoreOutcome } from './switchboard/switchboard.port.js';

export interface EventRead {
  readonly sessionId: number;
  readonly waitMs: number;
  readonly signal: Departure | undefined;
  /** Reads now; may be called again. */
  readonly read: () => CoreOutcome;
  readonly isEmpty: (value: unknown) => boolean;
}

interface Waiter {
  readonly again: () => void;
  readonly finish: (outcome?: CoreOutcome) => void;
  woken: boolean;
}

export class EventWaits {
  private readonly waiters = new Map<number, Waiter>();

  constructor(private readonly waitMaxMs: number) {}

  sessionIds(): number[] {
    return [...this.waiters.keys()];
  }

  /** Answers what is there, or waits for the first event; never for more. */
  read(request: EventRead): Promise<CoreOutcome> {
    const { sessionId, waitMs, signal, read, isEmpty } = request;
    const first = read();
    if (first.ok) this.finish(sessionId);
    if (!first.ok || !isEmpty(first.value) || waitMs <= 0 || signal?.aborted === true) return Promise.resolve(first);
    return new Promise((resolve) => {
      const finish = (outcome: CoreOutcome = first) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        if (this.waiters.get(sessionId) === waiter) this.waiters.delete(sessionId);
        resolve(outcome);
      };
      const again = () => {
        if (this.waiters.get(sessionId) !== waiter) return;
        waiter.woken = false;
        const outcome = read();
        if (!outcome.ok || !isEmpty(outcome.value)) finish(outcome);
      };
      const giveUp = () => finish();
      const timer = setTimeout(finish, Math.min(waitMs, this.waitMaxMs));
      const waiter: Waiter = { again, finish, woken: false };
      this.waiters.set(sessionId, waiter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The session has something to read. What comes in the same turn of the loop is read together. */
  wake(sessionId: number): void {
    const waiter = this.waiters.get(sessionId);
    if (waiter === undefined || waiter.woken) return;
    waiter.woken = true;
    setImmediate(waiter.again);
  }

  /** Answers the session's waiting reader with nothing. */
  finish(sessionId: number): void {
    this.waiters.get(sessionId)?.finish();
  }

  finishAll(): void {
    for (const waiter of [...this.waiters.values()]) waiter.finish();
  }
}
