/**
 * Who reads a session's events now (R-CC-04): one claim per session, a waiting long poll or a lasting reader, whichever face it comes
 * by. The newest wins; the older is told so.
 */
import type { Epoch } from '#contracts/gateway-admin';
import type { EventPage } from './event-page.js';
import type { ClaimEnd, Departure, EventReader, Outcome, ReaderListener } from './northbound-port.js';

export interface EventRead<T> {
  readonly sessionId: number;
  readonly waitMs: number;
  readonly signal: Departure | undefined;
  /** Reads now; may be called again. */
  readonly read: () => Outcome<T>;
  readonly isEmpty: (value: T) => boolean;
}

/** What a lasting reader is made of. */
export interface ReaderParts {
  readonly sessionId: number;
  readonly epoch: Epoch;
  /** False where somebody else reads for the application: then only what it takes is a sign of life. */
  readonly isSignOfLife: boolean;
  /** Where it begins. */
  readonly seq: number;
  readonly readOn: (afterSeq: number, max: number) => Outcome<EventPage>;
  readonly listener: ReaderListener;
}

/**
 * Both ways are taken off a claim that is dropped. A map of V8 moves to a new table every so often, and the old one, which is linked with it, keeps
 * what it held then: once one of them is old, all that follow survive every small collection. With a poll and its whole request on each claim
 * that was a quarter of all that was made for long polls, copied twice and collected late.
 */
interface Claim {
  readonly isSignOfLife: boolean;
  again: (() => void) | undefined;
  end: ((why: ClaimEnd) => void) | undefined;
  woken: boolean;
}

/** A class, for an object with a getter of its own gets a shape of its own, which costs more than what is in it. */
class LastingReader implements EventReader {
  readonly epoch: Epoch;
  seq: number;
  private readonly readOn: ReaderParts['readOn'];

  constructor(
    { epoch, seq, readOn }: ReaderParts,
    readonly close: () => void,
  ) {
    this.epoch = epoch;
    this.seq = seq;
    this.readOn = readOn;
  }

  read(max: number): Outcome<EventPage> {
    const page = this.readOn(this.seq, max);
    if (page.ok) this.seq = page.value.cursorSeq;
    return page;
  }
}

export class EventClaims {
  private readonly claims = new Map<number, Claim>();
  /** To read when this turn of the loop is done. */
  private woken: Claim[] = [];

  constructor(private readonly waitMaxMs: number) {}

  /** Of sessions whose application is known to be there by its claim. */
  sessionIds(): number[] {
    return [...this.claims].filter(([, { isSignOfLife }]) => isSignOfLife).map(([sessionId]) => sessionId);
  }

  /** Answers what is there, or waits for the first event; never for more. */
  read<T>(request: EventRead<T>): Promise<Outcome<T>> {
    const { sessionId, waitMs, signal, read, isEmpty } = request;
    const first = read();
    if (first.ok) this.end(sessionId, 'superseded');
    if (!first.ok || !isEmpty(first.value) || waitMs <= 0 || signal?.aborted === true) return Promise.resolve(first);
    return new Promise((resolve) => {
      const finish = (outcome: Outcome<T>) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        this.drop(sessionId, claim);
        resolve(outcome);
      };
      const again = () => {
        const outcome = read();
        if (!outcome.ok || !isEmpty(outcome.value)) finish(outcome);
      };
      const giveUp = () => finish(first);
      const timer = setTimeout(giveUp, Math.min(waitMs, this.waitMaxMs));
      const claim = this.hold(sessionId, { again, end: giveUp, woken: false, isSignOfLife: true });
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The claim stands until it is closed or ends. The caller has proved that it may read. */
  open(parts: ReaderParts): EventReader {
    const { sessionId, listener, isSignOfLife } = parts;
    this.end(sessionId, 'superseded');
    const claim = this.hold(sessionId, {
      again: () => listener.onNews(),
      end: (why) => {
        this.drop(sessionId, claim);
        listener.onEnd(why);
      },
      woken: false,
      isSignOfLife,
    });
    return new LastingReader(parts, () => this.drop(sessionId, claim));
  }

  /** The session has something to read. What comes in the same turn of the loop is read together. */
  wake(sessionId: number): void {
    const claim = this.claims.get(sessionId);
    if (claim === undefined || claim.woken) return;
    claim.woken = true;
    if (this.woken.push(claim) === 1) setImmediate(() => this.readWoken());
  }

  private readWoken(): void {
    const { woken } = this;
    this.woken = [];
    for (const claim of woken) {
      claim.woken = false;
      claim.again?.();
    }
  }

  /** A waiting poll is answered with nothing, a lasting reader ends. */
  end(sessionId: number, why: ClaimEnd): void {
    this.claims.get(sessionId)?.end?.(why);
  }

  /** The same for a reader of the application itself: a handler is removed, not cancelled. */
  cancel(sessionId: number): void {
    if (this.claims.get(sessionId)?.isSignOfLife === true) this.end(sessionId, 'cancelled');
  }

  endAll(why: ClaimEnd): void {
    for (const claim of [...this.claims.values()]) claim.end?.(why);
  }

  private hold(sessionId: number, claim: Claim): Claim {
    this.claims.set(sessionId, claim);
    return claim;
  }

  private drop(sessionId: number, claim: Claim): void {
    if (this.claims.get(sessionId) === claim) this.claims.delete(sessionId);
    claim.again = undefined;
    claim.end = undefined;
  }
}
