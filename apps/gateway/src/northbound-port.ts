/**
 * Between the faces of the gateway (REST and its streams, SOAP) and its engine. Faces parse and validate, the engine decides;
 * a face never touches the switchboard, the engine never sees JSON or XML.
 */
import type { ApplicationEvent, OperationName, OperationRequest, OperationResponse } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { Epoch } from '#contracts/gateway-admin';
import type { EventPage } from './event-page.js';

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** What is used of an AbortSignal, which fits; one of these costs a tenth of it. */
export interface Departure {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface CallContext {
  /** `rest` also has to show the session's token (design.md 8); over `soap` the id is the only credential. */
  readonly face: 'rest' | 'soap';
  /** The bearer token as sent; undefined when none was. Only its hash goes further. */
  readonly token?: string;
  /** A ticket as sent: it stands for the token once (S-37). Only its hash goes further. */
  readonly ticket?: string;
  /** Address of the application as the router saw it; wrong session ids are counted and slowed by it. */
  readonly clientAddress: string;
  /** True: by the router's external listener (R-SES-06). */
  readonly external?: boolean;
  /** Base address by which the application came, well formed. */
  readonly publicBase?: string;
  readonly requestId: string;
  /** W3C trace context, well formed. */
  readonly traceparent?: string;
  /** Aborted when the application went away: a waiting long poll is then given up, a command is not. */
  readonly signal?: Departure;
}

/** An event and its number of the old contract: 32 bits, wraps. */
export interface NumberedEvent {
  readonly event: ApplicationEvent;
  readonly eventNumber: number;
  /** The session is an advanced one (R-CC-10). */
  readonly advanced: boolean;
}

/** Why a claim on a session's events ended though its reader did not close it (R-CC-04). */
export type ClaimEnd = 'superseded' | 'cancelled' | 'stopping';

export interface ReaderListener {
  /** There is something to read after a read that was empty, or the session has ended, which the next read says. */
  onNews(): void;
  /** The last call; the reader is closed. */
  onEnd(why: ClaimEnd): void;
}

/**
 * A lasting claim on the events of one session. The log is its only buffer: a reader that has no room does not read, and what the log
 * cannot keep meanwhile is there as a gap and a snapshot when it reads again (R-CC-09).
 */
export interface EventReader {
  readonly epoch: Epoch;
  /** The sequence number of the last event that was read, or where reading begins. */
  readonly seq: number;
  /** What comes next, `max` events at most; after a page at the end, or an empty one, `onNews` follows. A refusal is final: close then. */
  read(max: number): Outcome<EventPage>;
  /** May be called twice. */
  close(): void;
}

export interface Engine {
  /**
   * Carries out one operation. Resolves when the outcome is known and, where it changed something, durable (journal, fsync).
   * Never rejects for anything an application or a controller did. `request` has passed the operation's schema.
   */
  execute<N extends OperationName>(
    name: N,
    request: OperationRequest<N>,
    context: CallContext,
  ): Promise<Outcome<OperationResponse<N>>>;
  /** getEvents for faces that write events themselves: the same, without an object of each. */
  readEvents(request: OperationRequest<'getEvents'>, context: CallContext): Promise<Outcome<EventPage>>;
  /** Begins at the cursor, or at the oldest event that is held. Nothing is read yet: the caller reads first, and is told of news then. */
  openReader(
    request: { readonly sessionId: number; readonly after?: string | undefined },
    context: CallContext,
    listener: ReaderListener,
  ): Outcome<EventReader>;
  /** The same for the session registered under another number: getRestEvent. `next` is undefined on time-out. */
  nextRestEvent(
    request: OperationRequest<'getRestEvent'>,
    context: CallContext,
  ): Promise<Outcome<{ readonly sessionId: number; readonly next: NumberedEvent | undefined }>>;
  /**
   * Plain old getEvent: no cursor (design.md 10). Answers the next event after what this session was last handed over this call,
   * waiting up to `waitMs`; undefined on time-out. `numberedAfter` is for getNumberedEvent: the 32-bit number the client has seen last.
   */
  nextEvent(
    request: { readonly sessionId: number; readonly waitMs: number; readonly numberedAfter?: number },
    context: CallContext,
  ): Promise<Outcome<NumberedEvent | undefined>>;
}
