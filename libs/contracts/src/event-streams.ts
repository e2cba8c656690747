/**
 * The lasting ways to a session's events, server-sent events and WebSocket: paths, bounds and frames, once for gateway, router, document
 * and reference. Without the schema library, for programs that start often.
 */

/** Where a session's events stream; both take `?after=<cursor>`. */
export const EVENT_STREAM_PATHS = Object.freeze({
  /** GET with `Accept: text/event-stream`; `Last-Event-ID` goes before `after`. */
  stream: '/v1/sessions/{sessionId}/events/stream',
  /** WebSocket, RFC 6455; `Authorization` or `?ticket=`. */
  socket: '/v1/sessions/{sessionId}/events/socket',
});
const EVENT_STREAM_PATH = /^\/v1\/sessions\/(0|[1-9]\d{0,15})\/events\/(stream|socket)$/;

/** Which stream of which session a path names. */
export function eventStreamOf(path: string): { readonly sessionId: number; readonly kind: 'stream' | 'socket' } | undefined {
  const match = EVENT_STREAM_PATH.exec(path);
  return match === null ? undefined : { sessionId: Number(match[1]), kind: match[2] as 'stream' | 'socket' };
}

/** A ticket stands for the session's token once, for so long (S-38). */
export const EVENT_TICKET_MS = 30_000;

/** Why a stream ended: in the `end` event of a stream, and beside the close code of a socket. */
export const STREAM_ENDS = Object.freeze({
  /** Another reader has claimed the session's events (R-CC-04): do not come back by yourself. */
  superseded: 4001,
  /** `cancelGetEvents`. */
  cancelled: 4002,
  /** The reader did not take what it was sent for too long; what it missed is in the log, or becomes a gap there. */
  'too-slow': 4003,
  /** The session has ended. */
  'session-ended': 4004,
  /** A frame that is none of the protocol's. */
  'bad-frame': 4005,
  /** The instance stops: come back with the cursor. */
  stopping: 1012,
  /** The stream has lasted as long as one may: come back with the cursor. */
  renew: 4006,
});
export type StreamEnd = keyof typeof STREAM_ENDS;

/** What a socket sends, as JSON texts. `events` is as getEvents answers it. */
export type SocketMessage =
  | { readonly type: 'open'; readonly cursor: string }
  | { readonly type: 'events'; readonly events: readonly unknown[]; readonly cursor: string };

/**
 * What a socket takes: that everything up to a cursor has been processed. With `?window=<n>` at most n events are sent beyond the last
 * acknowledged one; without it acknowledgements are taken and change nothing.
 */
export interface SocketAcknowledgement {
  readonly type: 'ack';
  readonly cursor: string;
}
export const SOCKET_WINDOW_MAX = 10_000;
