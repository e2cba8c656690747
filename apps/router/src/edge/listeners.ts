/** The listeners of the edge: strict parsing, bounded time, sizes and connections (S-51, S-54, S-56, S-59). */
import { constants, randomUUID } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Refusal } from '#contracts/errors';
import { answerRefusal, finishSocket, isCondemned, rawRefusal } from './refusal-answer.js';

const CHECK_MS = 2000;
const HANDSHAKE_MS = 10_000;
const IDLE_MS = 15_000;
/** Requests under way on one connection: pipelining is served, but not as a way around the caps. */
const PIPELINED_MAX = 8;
const CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20';

export interface ListenerLimits {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly headerBytesMax: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
/** Takes the connection over: it is the server's no more. */
export type Upgrading = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What every TLS server of the router offers. */
export const TLS_FLOOR = Object.freeze({
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS,
  honorCipherOrder: true,
  ALPNProtocols: ['http/1.1'],
  handshakeTimeout: HANDSHAKE_MS,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const);

/** Connections per client address, over all listeners that share it. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();
  constructor(private readonly max: number) {}

  /** False when the address has all it may have; otherwise counted until the socket closes. */
  admit(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.max) return false;
    this.#counts.set(address, count + 1);
    socket.once('close', () => {
      const left = (this.#counts.get(address) ?? 1) - 1;
      if (left === 0) this.#counts.delete(address);
      else this.#counts.set(address, left);
    });
    return true;
  }
}

/** @param edgeTls PEM; absent: plain HTTP */
export function createEdgeServer(
  limits: ListenerLimits,
  addresses: AddressCounts,
  answer: Answering,
  upgrade: Upgrading,
  edgeTls?: { readonly cert: string; readonly key: string },
): Server {
  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersTimeoutMs),
    keepAliveTimeout: IDLE_MS,
    insecureHTTPParser: false,
    // Asked for by our own checks, so that the answer is a problem document.
    requireHostHeader: false,
  };
  const server =
    edgeTls === undefined
      ? createHttpServer(options)
      : createHttpsServer({ ...options, ...TLS_FLOOR, ...edgeTls, ALPNProtocols: [...TLS_FLOOR.ALPNProtocols] });
  server.maxConnections = limits.connectionsMax;
  server.on('connection', (socket: Socket) => {
    if (!addresses.admit(socket)) socket.destroy();
  });
  guard(server, answer, upgrade);
  return server as Server;
}

/** Everything that can arrive besides a request, and requests one connection has too many of. */
export function guard(server: Pick<Server, 'on'>, answer: Answering, upgrade?: Upgrading): void {
  const underWay = new WeakMap<Duplex, Map<IncomingMessage, ServerResponse>>();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    if (isCondemned(request.socket)) return;
    const requests = underWay.get(request.socket) ?? new Map<IncomingMessage, ServerResponse>();
    underWay.set(request.socket, requests);
    if (requests.size >= PIPELINED_MAX) {
      const refusal: Refusal = {
        code: 'RATE_LIMITED',
        detail: `At most ${PIPELINED_MAX} requests may be under way on one connection.`,
        retryAfterMs: 1000,
      };
      return answerRefusal(request, response, 'rest', refusal, randomUUID(), true);
    }
    requests.set(request, response);
    // Every request under way listens for the end of its connection.
    request.socket.setMaxListeners(PIPELINED_MAX * 4);
    response.once('close', () => requests.delete(request));
    void answer(request, response);
  };
  server.on('request', take);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A body that will be refused is not asked for; the answer to it is the same.
    if (!(Number(request.headers['content-length']) > 1_048_576)) response.writeContinue();
    take(request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    answerRefusal(
      request,
      response,
      'rest',
      { code: 'MALFORMED_REQUEST', detail: 'Only `Expect: 100-continue` is understood.' },
      randomUUID(),
      true,
    );
  });
  const refuseTunnel = (detail: string) => (_request: IncomingMessage, socket: Duplex) => {
    cut(socket, 405, { code: 'METHOD_NOT_ALLOWED', detail });
  };
  server.on('connect', refuseTunnel('CONNECT is refused here.'));
  const refuseUpgrade = refuseTunnel('Protocols are not changed here.');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isCondemned(socket)) return finishSocket(socket);
    // answers to requests before this one are still to be written on the same connection
    if ((underWay.get(socket)?.size ?? 0) > 0) return void socket.destroy();
    if (upgrade === undefined) refuseUpgrade(request, socket);
    else upgrade(request, socket, head);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (isCondemned(socket)) return finishSocket(socket);
    // An answer to a request before this one may be on its way: a refusal in its place would be taken for it.
    const answering = [...(underWay.get(socket) ?? [])].some(([request, response]) => request.complete || response.headersSent);
    if (answering || !socket.writable || !/^(HPE_|ERR_HTTP_)/.test(error.code ?? '')) return void socket.destroy();
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
      return cut(socket, 408, { code: 'MALFORMED_REQUEST', detail: 'The request did not come in time.' });
    if (error.code === 'HPE_HEADER_OVERFLOW')
      return cut(socket, 431, { code: 'MALFORMED_REQUEST', detail: 'The headers are too large.' });
    cut(socket, 400, { code: 'MALFORMED_REQUEST', detail: 'This is not a well-formed HTTP/1.1 request.' });
  });
}

/** Says why, and closes. */
function cut(socket: Duplex, status: number, refusal: Refusal): void {
  finishSocket(socket, rawRefusal(status, refusal, randomUUID()));
}
