/** Refusals of the router itself: a problem document over REST, a SOAP 1.1 fault over SOAP; the same code in both, no internals in either. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemOf, type Refusal } from '#contracts/errors';
import type { Face } from './face.js';
import { METHODS } from './request-checks.js';

/** How much of an unread body is still taken in, so that the client is there to read the refusal. */
const LINGER_BYTES = 1_048_576;
const LINGER_MS = 2000;

const condemned = new WeakSet<Duplex>();

/**
 * Whether the connection ends with a refusal that has been given: whatever else was sent on it is not a request any more. Without this,
 * bytes behind a refused request would be read as the next one (S-51).
 */
export function isCondemned(socket: Duplex): boolean {
  return condemned.has(socket);
}

interface RenderedRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param status where HTTP has a more exact one for a failed parse than the code's own */
export function renderRefusal(face: Face, refusal: Refusal, requestId: string, status?: number): RenderedRefusal {
  const problem = { ...problemOf(refusal, requestId), ...(status === undefined ? {} : { status }) };
  const soap = face === 'soap';
  const body = soap ? faultOf(problem.status, refusal, requestId) : JSON.stringify(problem);
  return {
    status: problem.status,
    headers: {
      'content-type': soap ? 'text/xml; charset=utf-8' : 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      ...(refusal.retryAfterMs === undefined
        ? {}
        : { 'retry-after': String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000))) }),
      ...(refusal.code === 'METHOD_NOT_ALLOWED' ? { allow: [...METHODS].join(', ') } : {}),
    },
    body,
  };
}

/** Answers once; does nothing when an answer has begun. A connection whose request was not read to its end is closed afterwards. */
export function answerRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  face: Face,
  refusal: Refusal,
  requestId: string,
  close = false,
): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = renderRefusal(face, refusal, requestId);
  const unread = !request.complete && hasBody(request);
  if (close || unread) condemned.add(request.socket);
  response.writeHead(status, { ...headers, ...(close || unread ? { connection: 'close' } : {}) });
  if (!unread) {
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  // The whole answer is on its way; ending it closes the connection, and doing that with unread data would reset it under the reader.
  if (request.method !== 'HEAD') response.write(body);
  let taken = 0;
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.on('data', (chunk: Buffer) => {
    taken += chunk.length;
    if (taken > LINGER_BYTES) end();
  });
  request.once('close', end).on('error', end).resume();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** For connections on which no request could be read: the answer as it goes on the wire, after which the connection is closed. */
export function rawRefusal(given: number | undefined, refusal: Refusal, requestId: string): string {
  const { status, headers, body } = renderRefusal('rest', refusal, requestId, given);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('')}connection: close\r\n\r\n${body}`;
}

/** Sends what is still to be sent and closes; whoever does not take it in time is cut off. */
export function finishSocket(socket: Duplex, last?: string): void {
  socket.on('error', () => undefined);
  if (socket.writableEnded) return;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.end(last, () => {
    clearTimeout(timer);
    socket.destroy();
  });
}

function faultOf(status: number, refusal: Refusal, requestId: string): string {
  const party = status >= 500 ? 'Server' : 'Client';
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>' +
    `<faultcode>soapenv:${party}.${refusal.code}</faultcode><faultstring>${escapeXml(refusal.detail)}</faultstring>` +
    `<detail><problem xmlns="urn:cordboard:error"><code>${refusal.code}</code><correlationId>${escapeXml(requestId)}</correlationId></problem></detail>` +
    '</soapenv:Fault></soapenv:Body></soapenv:Envelope>'
  );
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
