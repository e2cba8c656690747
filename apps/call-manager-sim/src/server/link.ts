/**
 * One link of one instance to one controller: its two connections, and the order in which they come to stand (page section 1). What is asked
 * over it is `request-desk.ts`; who may have a link is the controller's matter.
 */
import { FrameError, type Frame } from '#southbound/framing';
import type { TLSSocket } from 'node:tls';
import type { Happening } from '../model/happening.js';
import { encodeBackHello, encodeGoodbye, encodePong } from '../wire/controller.encoder.js';
import { EVENT_BYTES_MAX, writeEvent } from '../wire/event.encoder.js';
import type { Capability, GoodbyeReason } from '../wire/numbers.js';
import { decodeInstanceMessage, type Hello, type InstanceMessage, type Request } from '../wire/request.decoder.js';
import type { TraceLink } from '../trace/trace.js';
import { Connection } from './connection.js';
import { Preamble, type Announced } from './preamble.js';

export const LINK_STEP_MS = 5_000;
const HELD_REQUESTS_MAX = 1_000;
const OPEN_REQUESTS_MAX = 10_000;

export type LinkState = 'hello' | 'calling-back' | 'waiting-ack' | 'up' | 'closed';

export interface LinkOwner {
  readonly heartbeatMs: number;
  readonly oneFramePerRecord: boolean;
  /** What HELLO_ACK has announced. */
  readonly capabilities: readonly Capability[];
  readonly epochMs: number;
  /** HELLO came; the owner accepts (`accept`), or answers and closes. */
  hello(link: Link, hello: Hello): void;
  up(link: Link): void;
  /** @param traceparent null: the request has no trace */
  request(link: Link, request: Request, traceparent: string | null): void;
  /** Once per link, whoever ended it. */
  closed(link: Link, reason: string): void;
}

export class Link implements TraceLink {
  state: LinkState = 'hello';
  instanceId = '';
  epochMajor = 0;
  epochMinor = 0;
  readonly openedAtMs = Date.now();
  /** Requests whose answers wait; a number may not be used again while it is here. */
  readonly open = new Set<number>();
  private readonly forward: Connection;
  private back: Connection | null = null;
  private held: Announced[] = [];
  private readonly preamble = new Preamble();
  private step: NodeJS.Timeout;

  constructor(
    readonly id: number,
    readonly controller: string,
    readonly remoteAddress: string,
    /** Of the certificate the peer has shown. */
    readonly commonName: string,
    socket: TLSSocket,
    private readonly owner: LinkOwner,
  ) {
    this.forward = this.connection(socket, 'forward');
    this.step = setTimeout(() => this.close('HELLO did not come in time'), LINK_STEP_MS);
  }

  accept(hello: Hello): void {
    this.instanceId = hello.instanceId;
    this.epochMajor = hello.epochMajor;
    this.epochMinor = hello.epochMinor;
    this.state = 'calling-back';
    clearTimeout(this.step);
    this.step = setTimeout(() => this.close('the back connection did not come to stand in time'), LINK_STEP_MS);
  }

  /** The back connection stands; `nonce` is that of HELLO. */
  calledBack(socket: TLSSocket, nonce: Buffer, bootId: number): void {
    this.back = this.connection(socket, 'back');
    this.state = 'waiting-ack';
    this.back.send(encodeBackHello(nonce, bootId));
  }

  /** On the forward connection. A peer that does not take its answers loses the link. */
  send(frame: Buffer): void {
    if (this.state === 'closed') return;
    if (!this.forward.send(frame)) this.close('the send buffer of the forward connection is full');
  }

  /** False: the event did not fit the send buffer and is lost; the jump of the monitor sequence will say so. */
  event(happening: Happening, reference: number, sequence: number): boolean {
    if (this.state !== 'up' || !this.back) return false;
    return this.back.writer.write(EVENT_BYTES_MAX, (buffer, offset) =>
      writeEvent(buffer, offset, happening, reference, sequence, this.owner.epochMs),
    );
  }

  stall(receive: boolean, send: boolean): void {
    this.forward.stall(receive, send);
    this.back?.stall(receive, send);
  }

  /** With `goodbye` it is said on the forward connection as the last frame. May be called twice. */
  close(reason: string, goodbye: GoodbyeReason | null = null): void {
    if (this.state === 'closed') return;
    if (goodbye) this.forward.send(encodeGoodbye(goodbye));
    this.finish(reason);
    this.forward.close();
    this.back?.close();
  }

  /** Without a word, as a controller that loses power would. */
  abort(reason: string): void {
    if (this.state === 'closed') return;
    this.finish(reason);
    this.forward.destroy();
    this.back?.destroy();
  }

  private finish(reason: string): void {
    clearTimeout(this.step);
    this.state = 'closed';
    this.held = [];
    this.owner.closed(this, reason);
  }

  private connection(socket: TLSSocket, which: 'forward' | 'back'): Connection {
    return new Connection(
      socket,
      {
        frame: (frame) => this.frame(which, frame),
        broken: (error) => this.close(`protocol error on the ${which} connection: ${error.message}`, 'protocolError'),
        ended: (reason) => this.close(`the ${which} connection ended: ${reason}`),
      },
      this.owner.oneFramePerRecord,
    );
  }

  private frame(which: 'forward' | 'back', frame: Frame): void {
    const message = decodeInstanceMessage(frame);
    if (message.type === 'GOODBYE') {
      this.close(`the instance said GOODBYE (${message.reason})`);
    } else if (which === 'forward') {
      this.forwardMessage(message);
    } else {
      this.backMessage(message);
    }
  }

  /**
   * Between BACK_HELLO and BACK_ACK the instance may hold the link for up before we do: BACK_ACK and its first request travel on different
   * connections. So requests are kept for that while.
   */
  private forwardMessage(message: InstanceMessage): void {
    if (message.type === 'HELLO' && this.state === 'hello') {
      this.owner.hello(this, message);
      return;
    }
    const begun = this.state === 'up' || this.state === 'waiting-ack';
    if (begun && message.type === 'PING') this.forward.send(encodePong(message.opaque));
    else if (begun && message.type === 'REQUEST' && this.isTaken(message)) this.take(this.preamble.endWith(message.request));
    else if (begun && (message.type === 'TRACE' || message.type === 'DIRECTORY_PART') && this.isTaken(message))
      this.preamble.take(message);
    else if (message.type !== 'PONG' || !begun) throw outOfTurn(message, this.state);
  }

  /** What needs a capability comes only where it has been announced. */
  private isTaken(message: InstanceMessage): boolean {
    const { capabilities } = this.owner;
    if (message.type === 'TRACE') return capabilities.includes('trace');
    const isLong =
      message.type === 'DIRECTORY_PART' ||
      (message.type === 'REQUEST' && message.request.type === 'DIRECTORY_READ' && message.request.continued !== undefined);
    return !isLong || capabilities.includes('long-items');
  }

  private backMessage(message: InstanceMessage): void {
    if (message.type === 'BACK_ACK' && this.state === 'waiting-ack') {
      if (message.accepted) this.comeUp();
      else this.close('the instance refused the back connection');
    } else if (message.type === 'PING' && this.state === 'up') {
      this.back?.send(encodePong(message.opaque));
    } else if (message.type !== 'PONG' || this.state !== 'up') {
      throw outOfTurn(message, this.state);
    }
  }

  private comeUp(): void {
    clearTimeout(this.step);
    this.state = 'up';
    this.forward.startHeartbeat(this.owner.heartbeatMs);
    this.back?.startHeartbeat(this.owner.heartbeatMs);
    this.owner.up(this);
    const held = this.held;
    this.held = [];
    for (const asked of held) this.take(asked);
  }

  private take(asked: Announced): void {
    const { request, traceparent } = asked;
    if (this.state === 'waiting-ack') {
      if (this.held.length >= HELD_REQUESTS_MAX)
        throw new FrameError('TYPE', `more than ${HELD_REQUESTS_MAX} requests before BACK_ACK`);
      this.held.push(asked);
      return;
    }
    if (this.state !== 'up') return;
    if (this.open.has(request.correlation)) throw new FrameError('BODY', `request ${request.correlation} is open already`);
    if (this.open.size >= OPEN_REQUESTS_MAX) throw new FrameError('BODY', `more than ${OPEN_REQUESTS_MAX} requests are open`);
    this.owner.request(this, request, traceparent);
  }
}

function outOfTurn(message: InstanceMessage, state: LinkState): FrameError {
  return new FrameError('TYPE', `${message.type} has no turn on this connection (${state})`);
}
