/**
 * Between the faces of the gateway (REST, SOAP, later WebSocket) and its engine. Faces parse and validate, the engine decides;
 * a face never touches the switchboard, the engine never sees JSON or XML.
 */
import type { OperationName, OperationRequest, OperationResponse } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';

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
  /** Address of the application as the router saw it; wrong session ids are counted and slowed by it. */
  readonly clientAddress: string;
  /** True: by the router's external listener (R-SES-06). */
  readonly external?: boolean;
  readonly requestId: string;
  /** Aborted when the application went away: a waiting long poll is then given up, a command is not. */
  readonly signal?: Departure;
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
  /**
   * Plain old getEvent: no cursor (design.md 10). Answers the next event after what this session was last handed over this call,
   * waiting up to `waitMs`; undefined on time-out. `numberedAfter` is for getNumberedEvent: the 32-bit number the client has seen last.
   */
  nextEvent(
    request: { readonly sessionId: number; readonly waitMs: number; readonly numberedAfter?: number },
    context: CallContext,
  ): Promise<
    Outcome<{ readonly event: import('#contracts/application-api').ApplicationEvent; readonly eventNumber: number } | undefined>
  >;
}
