import type { TLSSocket } from 'node:tls';
import { decodeMessage, encodeMessage, encodeRequest } from '#southbound/codec';
import { FrameDecoder, FrameError } from '#southbound/framing';
import type { ControllerMessage, ControllerRequest } from '#southbound/messages';

/** Bytes waiting to be sent at most: 1,000 requests. A controller that takes no more is stalled, and what waits longer helps nobody. */
const SEND_BUFFER_BYTES_MAX = 64_000;
/** How long an ended connection may take to send what it has and to see the peer close. */
const LINGER_MS = 500;

export interface ConnectionListener {
  message(message: ControllerMessage): void;
  /** The bytes are not the protocol; nothing more is read. */
  broken(reason: string): void;
  /** Once, when the peer or the network ended the connection; not after {@link LinkConnection.close}. */
  ended(reason: string): void;
}

/**
 * One TLS connection that speaks frames. Reads greedily, writes what one turn of the event loop brings together as one record (coalescing
 * is what saves CPU), and never holds more than a bounded number of bytes to send.
 */
export class LinkConnection {
  private readonly decoder = new FrameDecoder();
  private listener: ConnectionListener | undefined;
  private open = true;
  /** Frames of this turn of the event loop, not yet handed to the socket. */
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;

  constructor(private readonly socket: TLSSocket) {
    let cause = 'closed by the controller';
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (error) => (cause = error.message));
    socket.on('close', () => this.lost(cause));
    // The protocol knows no half-open connection; without a listener allowHalfOpen would end the writing side only.
    socket.on('end', () => socket.destroy());
  }

  /** Exchanges who is told; the first frame of a back connection is read before it is known whose it is. */
  attach(listener: ConnectionListener): void {
    this.listener = listener;
  }

  /** False, and nothing sent, when the connection is closed or its buffer full. */
  send(message: ControllerMessage): boolean {
    return this.hasRoom && this.gather(encodeMessage(message));
  }

  /** The same for all frames of a request: they go out together, or none of them. */
  sendRequest(request: ControllerRequest, traceparent: string | undefined): boolean {
    return this.hasRoom && this.gather(encodeRequest(request, traceparent));
  }

  private get hasRoom(): boolean {
    return this.open && this.socket.writableLength + this.gatheredBytes < SEND_BUFFER_BYTES_MAX;
  }

  private gather(bytes: Buffer): true {
    if (this.gathered.length === 0) setImmediate(() => this.flush());
    this.gathered.push(bytes);
    this.gatheredBytes += bytes.length;
    return true;
  }

  /**
   * Ends the connection; nothing is read or told any more. With `flush` what has been sent goes out first, and the peer has half a second
   * to read it and to close.
   * May be called twice.
   */
  close(flush: boolean): void {
    this.open = false;
    this.flush();
    if (!flush || this.socket.destroyed) {
      this.socket.destroy();
      return;
    }
    const timer = setTimeout(() => this.socket.destroy(), LINGER_MS);
    this.socket.once('close', () => clearTimeout(timer));
    this.socket.end();
  }

  /** Calls back when the socket is closed, at once if it is. */
  onClosed(callback: () => void): void {
    if (this.socket.closed) callback();
    else this.socket.once('close', callback);
  }

  /** One buffer, not a list of them: the socket then needs no gathering write, which costs it more. */
  private flush(): void {
    const { gathered } = this;
    if (gathered.length === 0) return;
    this.gathered = [];
    this.gatheredBytes = 0;
    if (!this.socket.destroyed) this.socket.write(gathered.length === 1 ? gathered[0]! : Buffer.concat(gathered));
  }

  private read(chunk: Buffer): void {
    try {
      for (const frame of this.decoder.push(chunk)) {
        if (!this.open) return;
        this.listener?.message(decodeMessage(frame));
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      if (this.open) this.listener?.broken(error.message);
    }
  }

  private lost(cause: string): void {
    if (!this.open) return;
    this.open = false;
    this.listener?.ended(cause);
  }
}
