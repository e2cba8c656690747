/**
 * An event as the logs keep it: one value for all sessions it goes to. It is kept as text, which is what most readers are sent and a fraction
 * of what the objects take; who wants the object has it made of the text again. Pure.
 */
import type { ApplicationEvent } from '#contracts/application-api';

type Unplaced<E> = E extends unknown ? Omit<E, 'seq' | 'epoch'> : never;
/** An event before it has a place in a session's log; never changed once it has an entry. */
export type EventBody = Unplaced<ApplicationEvent>;

export interface EventEntry {
  /** When it came, in ms of the monotonic clock. */
  readonly atMs: number;
  /** As the body has it: when it happened, ms since 1970. */
  readonly eventTime: number;
  /** Whether it says that events are missing. */
  readonly isGap: boolean;
  /** The body's members as JSON in ASCII (the rest escaped), without the opening brace: so much is the same for all readers. */
  readonly json: string;
  /** Made when asked for. */
  readonly body: EventBody;
}

const ABOVE_ASCII = /[\u0080-\uffff]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** See {@link EventEntry.json}. */
export const membersOf = (body: EventBody): string => JSON.stringify(body).replace(ABOVE_ASCII, escaped).slice(1);

class TextEntry implements EventEntry {
  /** Made last: the sessions an event goes to mostly ask for it one after the other. */
  private static made: { readonly json: string; readonly body: EventBody } | undefined;

  constructor(
    readonly json: string,
    readonly eventTime: number,
    readonly isGap: boolean,
    readonly atMs: number,
  ) {}

  get body(): EventBody {
    if (TextEntry.made?.json !== this.json) TextEntry.made = { json: this.json, body: JSON.parse(`{${this.json}`) as EventBody };
    return TextEntry.made.body;
  }
}

/** @param atMs when it came, on the monotonic clock */
export const entryOf = (body: EventBody, atMs: number): EventEntry =>
  new TextEntry(membersOf(body), body.eventTime, body.category === 'GAP', atMs);
