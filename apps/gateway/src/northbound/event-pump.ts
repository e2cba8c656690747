/**
 * Moves events from a session's log to a connection as fast as the connection takes them, and no faster: a page is read when there is
 * room for it. So nothing piles up here (S-39); a reader that stays behind finds a gap and a snapshot in the log (R-CC-09), and one
 * that takes nothing for too long is cut off and harms nobody.
 */
import type { Refusal } from '#contracts/errors';
import type { StreamEnd } from '#contracts/event-streams';
import type { EventPage } from '../event-page.js';
import type { ClaimEnd, EventReader, Outcome, ReaderListener } from '../northbound-port.js';
import { NORTHBOUND_LIMITS } from './limits.js';

/** Told of each reader that was cut off, by the id of the request it came with. */
export type SlowReader = (requestId: string) => void;

export interface Outlet {
  /** Hands the page to the connection; false when it has no room for more now: `drained` is to be called when it has. */
  write(page: EventPage): boolean;
  /** Says why and closes, politely where that is possible. */
  end(why: StreamEnd, refusal?: Refusal): void;
  /** Cuts: a connection that takes nothing cannot be told anything. */
  cut(): void;
}

export class EventPump implements ReaderListener {
  private reader: EventReader | undefined;
  private isOpen = false;
  private isFull = false;
  private isOver = false;
  private stall: NodeJS.Timeout | undefined;
  /** Up to here everything is processed, as far as the client says. */
  private acknowledgedSeq = 0;

  constructor(
    private readonly outlet: Outlet,
    private readonly stalledReaderMs: number,
    private readonly onCut: () => void,
    private readonly window = Number.POSITIVE_INFINITY,
  ) {}

  /** @param open the claim; not called again */
  start(open: (listener: ReaderListener) => Outcome<EventReader>): Outcome<EventReader> {
    const opened = open(this);
    if (!opened.ok) return opened;
    this.reader = opened.value;
    this.acknowledgedSeq = opened.value.seq;
    return opened;
  }

  /** The connection is there. News that came before are read now. */
  begin(): void {
    this.isOpen = true;
    this.flow();
  }

  onNews(): void {
    this.flow();
  }

  onEnd(why: ClaimEnd): void {
    this.finish(why);
  }

  /** The connection has room again. */
  drained(): void {
    if (!this.isFull) return;
    this.isFull = false;
    clearTimeout(this.stall);
    this.flow();
  }

  /** Everything up to this sequence number is processed; an older or a foreign one changes nothing. */
  acknowledge(seq: number): void {
    if (this.reader === undefined || seq <= this.acknowledgedSeq || seq > this.reader.seq) return;
    this.acknowledgedSeq = seq;
    this.flow();
  }

  /** Reads and writes while there is something to read and room for it. */
  private flow(): void {
    while (this.isOpen && !this.isOver && !this.isFull && this.reader !== undefined) {
      const room = this.acknowledgedSeq + this.window - this.reader.seq;
      if (room <= 0) return;
      const page = this.reader.read(Math.min(room, NORTHBOUND_LIMITS.streamPageEventsMax));
      if (!page.ok) return this.finish('session-ended', page.refusal);
      if (page.value.entries.length === 0) return;
      this.isFull = !this.outlet.write(page.value);
      if (this.isFull && !this.isOver) this.watch();
      if (page.value.atEnd) return;
    }
  }

  /** Room is awaited. */
  private watch(): void {
    this.stall = setTimeout(() => {
      this.close();
      this.outlet.cut();
      this.onCut();
    }, this.stalledReaderMs);
  }

  finish(why: StreamEnd, refusal?: Refusal): void {
    if (this.isOver) return;
    this.close();
    this.outlet.end(why, refusal);
  }

  /** The connection is gone, or is not to be used any more. May be called twice. */
  close(): void {
    this.isOver = true;
    clearTimeout(this.stall);
    this.reader?.close();
  }
}
