/**
 * Connections of the router as long as each of their requests is plain (plain-request.ts); the first that is not is handed, with its
 * connection, to node's own server for good. One request at a time: what comes before the answer is out waits.
 */
import type { TLSSocket } from 'node:tls';
import type { Outcome } from '../../northbound-port.js';
import { PeerDeparture } from '../departure.js';
import type { Arrival } from '../incoming.js';
import type { NorthboundLimits } from '../limits.js';
import type { Reply } from '../reply.js';
import { plainAnswer } from './plain-answer.js';
import { scanRequest, type PlainRequest } from './plain-request.js';

export interface PlainTerms {
  readonly limits: Pick<
    NorthboundLimits,
    'keepAliveTimeoutMs' | 'headersTimeoutMs' | 'connectionsCheckIntervalMs' | 'bodyBytesMax'
  >;
  /** False: node is to have it though it is plain. */
  readonly takes: (target: string) => boolean;
  /** Rejects when there is nobody left to answer. */
  readonly answer: (arrival: Arrival) => Promise<Reply>;
  /** From now on node's; `chunk` is what came and has not been looked at. */
  readonly handOver: (socket: TLSSocket, chunk: Buffer) => void;
}

export class PlainConnections {
  private readonly open = new Set<PlainConnection>();
  private readonly sweep: NodeJS.Timeout;
  /** Answers say so, and connections end with them. */
  isClosing = false;

  constructor(readonly terms: PlainTerms) {
    this.sweep = setInterval(() => this.endIdle(), terms.limits.connectionsCheckIntervalMs).unref();
  }

  add(socket: TLSSocket): void {
    this.open.add(new PlainConnection(socket, this));
  }

  remove(connection: PlainConnection): void {
    this.open.delete(connection);
  }

  /** Ends connections that nobody uses; the others end with their answers. */
  close(): void {
    this.isClosing = true;
    clearInterval(this.sweep);
    for (const connection of this.open) connection.endIdle(Number.POSITIVE_INFINITY);
  }

  cut(): void {
    for (const connection of this.open) connection.destroy();
  }

  private endIdle(): void {
    const now = performance.now();
    for (const connection of this.open) connection.endIdle(now);
  }
}

class PlainConnection {
  private request: PlainArrival | undefined;
  /** Came while a request was under way. */
  private early: Buffer | undefined;
  private idleSince = performance.now();
  private asked = false;

  constructor(
    private readonly socket: TLSSocket,
    private readonly all: PlainConnections,
  ) {
    socket.on('data', this.onData).on('end', this.onEnd).on('error', this.onError).on('close', this.onClose);
  }

  endIdle(now: number): void {
    const { keepAliveTimeoutMs, headersTimeoutMs } = this.all.terms.limits;
    const limit = this.asked ? keepAliveTimeoutMs : headersTimeoutMs;
    if (this.request === undefined && now - this.idleSince > limit) this.socket.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private readonly onData = (chunk: Buffer): void => {
    if (this.request === undefined) return this.take(chunk);
    this.early = this.early === undefined ? chunk : Buffer.concat([this.early, chunk]);
    if (this.early.length > this.all.terms.limits.bodyBytesMax) this.socket.pause();
  };

  /** The peer sends nothing more: it does not wait for an answer either. */
  private readonly onEnd = (): void => {
    this.request?.left();
    this.socket.end();
  };

  private readonly onError = (): void => void this.socket.destroy();

  private readonly onClose = (): void => {
    this.all.remove(this);
    this.request?.left();
  };

  private take(chunk: Buffer): void {
    const { terms } = this.all;
    const request = scanRequest(chunk);
    if (request === undefined || !terms.takes(request.target)) return this.handOver(chunk);
    this.asked = true;
    const arrival = (this.request = new PlainArrival(request, this.socket));
    terms.answer(arrival).then(
      (reply) => this.reply(reply),
      () => this.socket.destroy(),
    );
  }

  private reply(reply: Reply): void {
    const { socket, all } = this;
    if (socket.destroyed) return;
    const { text, encoding } = plainAnswer(reply, all.isClosing ? undefined : all.terms.limits.keepAliveTimeoutMs);
    if (all.isClosing) return void socket.end(text, encoding);
    if (socket.write(text, encoding)) this.next();
    else socket.once('drain', () => this.next());
  }

  private next(): void {
    const { early, socket } = this;
    this.request = undefined;
    this.idleSince = performance.now();
    if (this.all.isClosing) return void socket.end();
    if (early === undefined) return;
    this.early = undefined;
    socket.resume();
    this.take(early);
  }

  private handOver(chunk: Buffer): void {
    const { socket } = this;
    socket.off('data', this.onData).off('end', this.onEnd).off('error', this.onError).off('close', this.onClose);
    this.all.remove(this);
    this.all.terms.handOver(socket, chunk);
  }
}

class PlainArrival implements Arrival {
  readonly message: Arrival['message'];
  private peer: PeerDeparture | undefined;
  private gone = false;

  constructor(
    private readonly request: PlainRequest,
    socket: TLSSocket,
  ) {
    this.message = { rawHeaders: request.rawHeaders, socket };
  }

  get method(): string {
    return this.request.method;
  }

  get target(): string {
    return this.request.target;
  }

  body(): Outcome<Buffer> {
    return { ok: true, value: this.request.body };
  }

  get departure(): PeerDeparture {
    return (this.peer ??= new PeerDeparture(this.gone));
  }

  left(): void {
    this.gone = true;
    this.peer?.abort();
  }
}
