/** Asks for monitors that wait for room at a controller whose monitors several instances share (R-LIM-04); see room-asks.ts. */
import { nextInTurn } from './room-turns.rules.js';

/** So long an ask that could not wait is still told of, for the time when somebody listens again. */
const REMEMBER_MS = 10_000;

export interface RoomAsk {
  readonly number: number;
  /** The application. */
  readonly owner: string;
  readonly requestId: number;
  readonly sessionId: number;
  readonly objectId: number;
  readonly atMs: number;
}

export class SharedRoom {
  /** The oldest first. */
  asks: RoomAsk[] = [];
  /** Of the newest ask. */
  askedUpTo = 0;
  /** An ask has waited in vain since the last document: nobody answers now, so no other waits. */
  isUnheard = false;
  private missedAtMs = Number.NEGATIVE_INFINITY;
  private readonly owners = new Map<string, number>();
  private readonly sessions = new Map<number, number>();

  /** Monitors wanted beyond what we have. */
  wanted(nowMs: number): number {
    return this.asks.length + (nowMs - this.missedAtMs < REMEMBER_MS ? 1 : 0);
  }

  miss(nowMs: number): void {
    this.missedAtMs = nowMs;
  }

  /** Who is next; there is room. */
  next(): RoomAsk | undefined {
    return nextInTurn(this.asks, { owners: this.owners, sessions: this.sessions });
  }

  /** This one has its turn, and waits no more. Turns are counted for as long as somebody waits. */
  take(ask: RoomAsk): void {
    this.asks = this.asks.filter((one) => one !== ask);
    this.owners.set(ask.owner, (this.owners.get(ask.owner) ?? 0) + 1);
    this.sessions.set(ask.sessionId, (this.sessions.get(ask.sessionId) ?? 0) + 1);
    if (this.asks.length > 0) return;
    this.owners.clear();
    this.sessions.clear();
  }

  /** Takes out what a session asks for, all of it or one device. */
  withdraw(sessionId: number, objectId?: number): RoomAsk[] {
    const isMeant = (ask: RoomAsk) => ask.sessionId === sessionId && (objectId ?? ask.objectId) === ask.objectId;
    const withdrawn = this.asks.filter(isMeant);
    if (withdrawn.length > 0) this.asks = this.asks.filter((ask) => !isMeant(ask));
    return withdrawn;
  }
}
