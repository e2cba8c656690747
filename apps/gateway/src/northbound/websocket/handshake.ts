/** Who may open a socket (S-37, S-38): a known path, a browser of a listed origin or none at all, a token or a ticket, and sound numbers. */
import type { IncomingMessage } from 'node:http';
import { EVENT_STREAM_PATHS, eventStreamOf, SOCKET_WINDOW_MAX } from '#contracts/event-streams';
import type { CallContext, Outcome } from '../../northbound-port.js';
import { readStreamQuery } from '../http/event-stream.js';
import { readToken } from '../http/read-token.js';
import { onlyHeader, type Addressed } from '../incoming.js';
import { refuse, refuseArguments } from '../refusal.js';

export interface SocketRequest {
  readonly sessionId: number;
  readonly after: string | undefined;
  /** How many events may be on their way unacknowledged; undefined: as many as the connection takes. */
  readonly window: number | undefined;
  readonly context: CallContext;
}

const TICKET = /^[A-Za-z0-9_-]{43}$/;
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * What the protocol itself asks of a handshake. Looked at here, and not left to the library: that would come to it only when the session's
 * events had been claimed from whoever reads them, and would answer without a problem document.
 */
function protocolRefusal(message: IncomingMessage): Outcome<never> | undefined {
  const key = onlyHeader(message, 'sec-websocket-key');
  if (key === undefined || key === false || !KEY.test(key))
    return refuse('MALFORMED_REQUEST', 'Sec-WebSocket-Key must be there once, 16 bytes in base64');
  if (onlyHeader(message, 'sec-websocket-version') !== '13')
    return refuse('UPGRADE_REQUIRED', 'version 13 of the WebSocket protocol is spoken here');
  const protocols = message.headers['sec-websocket-protocol']?.split(',').map((one) => one.trim());
  if (protocols !== undefined && !(protocols.every((one) => TOKEN.test(one)) && new Set(protocols).size === protocols.length))
    return refuse('MALFORMED_REQUEST', 'Sec-WebSocket-Protocol must be a list of names, each once');
  return undefined;
}

/** Cookies play no part: there are none. */
export function readHandshake(incoming: Addressed<IncomingMessage>, browserOrigins: ReadonlySet<string>): Outcome<SocketRequest> {
  const { message, method, path, query, caller } = incoming;
  const stream = eventStreamOf(path);
  if (stream?.kind !== 'socket') return refuse('NOT_FOUND', `sockets are opened at ${EVENT_STREAM_PATHS.socket} only`);
  if (method !== 'GET' || onlyHeader(message, 'upgrade')?.toString().toLowerCase() !== 'websocket')
    return refuse('MALFORMED_REQUEST', 'only the WebSocket protocol is spoken here, opened by GET');
  const refusal = protocolRefusal(message);
  if (refusal !== undefined) return refusal;
  const origin = onlyHeader(message, 'origin');
  if (origin === false || (origin !== undefined && !browserOrigins.has(origin)))
    return refuse('FORBIDDEN', 'pages of this origin may not open sockets here; the provider lists the origins that may');
  const values = readStreamQuery(query, ['ticket', 'window']);
  if (!values.ok) return values;
  const [ticket, windowText] = [values.value.get('ticket'), values.value.get('window')];
  if (ticket !== undefined && !TICKET.test(ticket)) return refuse('UNAUTHENTICATED', 'the ticket is not one');
  if (windowText !== undefined && !(/^[1-9]\d{0,4}$/.test(windowText) && Number(windowText) <= SOCKET_WINDOW_MAX))
    return refuseArguments([{ path: 'window', message: `must be a number of events from 1 to ${SOCKET_WINDOW_MAX}` }]);
  const token = readToken(message);
  if (!token.ok) return token;
  if (token.value === undefined && ticket === undefined)
    return refuse('UNAUTHENTICATED', 'send Authorization, or a ticket from …/events/tickets');
  const context: CallContext = {
    face: 'rest',
    ...(token.value === undefined ? {} : { token: token.value }),
    ...(ticket === undefined ? {} : { ticket }),
    clientAddress: caller.clientAddress,
    external: caller.external,
    requestId: caller.requestId,
  };
  const window = windowText === undefined ? undefined : Number(windowText);
  return { ok: true, value: { sessionId: stream.sessionId, after: values.value.get('after'), window, context } };
}
