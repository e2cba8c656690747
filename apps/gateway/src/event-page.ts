/**
 * Events on their way out: bodies, which all sessions they go to have in common, and where they stand in one session's log. Who writes
 * text makes none of the objects that an application sees; who wants them asks {@link eventsOf}. Pure.
 */
import type { ApplicationEvent } from '#contracts/application-api';
import type { Epoch } from '#contracts/gateway-admin';
import type { EventBody, EventEntry } from './event-entry.js';

/** What one read of a log answers: `entries[n]` has the sequence number `firstSeq + n`. */
export interface EventPage {
  readonly epoch: Epoch;
  readonly firstSeq: number;
  readonly entries: readonly EventEntry[];
  /** Everything after this sequence number is still to come. */
  readonly cursorSeq: number;
  /** Nothing is there behind it yet. */
  readonly atEnd: boolean;
}

/** The cursor of the contract: `<epoch major>.<epoch minor>.<seq>`. */
export const cursorText = (epoch: Epoch, seq: number): string => `${epoch.major}.${epoch.minor}.${seq}`;

export function placeEvent(body: EventBody, epoch: Epoch, seq: number): ApplicationEvent {
  return { ...body, seq, epoch };
}

/** The events as an application sees them. */
export const eventsOf = ({ entries, epoch, firstSeq }: EventPage): ApplicationEvent[] =>
  entries.map(({ body }, at) => placeEvent(body, epoch, firstSeq + at));

/** The answer of getEvents. */
export const pageAnswer = (page: EventPage): { events: ApplicationEvent[]; cursor: string } => ({
  events: eventsOf(page),
  cursor: cursorText(page.epoch, page.cursorSeq),
});
