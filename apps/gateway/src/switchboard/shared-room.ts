/** Asks for monitors that wait for room at a controller whose monitors several instances share (R-LIM-04); see room-asks.ts. */
import { Fifo } from './fair-queue.js';

/** So long an ask that could not wait is still told of, for the time when somebody listens again. */
const REMEMBER_MS = 10_000;

export interface RoomAsk {
  readonly number: number;
  readonly requestId: number;
  readonly sessionId: number;
  readonly objectId: number;
  readonly atMs: number;
}

export class SharedRoom {
  readonly asks = new Fifo<RoomAsk>();
  /** Of the newest ask. */
  askedUpTo = 0;
  /** An ask has waited in vain since the last document: nobody answers now, so no other waits. */
  isUnheard = false;
  private missedAtMs = Number.NEGATIVE_INFINITY;

  /** Monitors wanted beyond what we have. */
  wanted(nowMs: number): number {
    return this.asks.size + (nowMs - this.missedAtMs < REMEMBER_MS ? 1 : 0);
  }

  miss(nowMs: number): void {
    this.missedAtMs = nowMs;
  }
}
