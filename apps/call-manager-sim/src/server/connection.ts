import type { TLSSocket } from 'node:tls';
import { FrameDecoder, FrameError, type Frame } from '#southbound/framing';
import { encodePing } from '../wire/controller.encoder.js';
import { FrameWriter } from './frame-writer.js';

export interface ConnectionHandlers {
  /** May throw {@link FrameError}: then `broken` is called. */
  frame(frame: Frame): void;
  broken(error: FrameError): void;
  /** Once, after the last frame. */
  ended(reason: string): void;
}

const SILENT_INTERVALS_MAX = 6;
const CLOSE_GRACE_MS = 1_000;
const now = () => performance.now();

/** One TLS connection of a link, either direction of opening: frames in, frames out, heartbeat, stalls. */
export class Connection {
  readonly writer: FrameWriter;
  private readonly decoder = new FrameDecoder();
  private heartbeat: NodeJS.Timeout | null = null;
  private lastReceivedMs = now();
  private deaf = false;
  private over = false;

  constructor(
    private readonly socket: TLSSocket,
    private readonly handlers: ConnectionHandlers,
    oneFramePerRecord: boolean,
  ) {
    this.writer = new FrameWriter(socket, oneFramePerRecord, now);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.end(error.message));
    socket.on('close', () => this.end('the peer closed the connection'));
  }

  send(frame: Buffer): boolean {
    return this.writer.frame(frame);
  }

  stall(receive: boolean, send: boolean): void {
    if (this.deaf !== receive) {
      this.deaf = receive;
      this.lastReceivedMs = now();
      if (receive) this.socket.pause();
      else this.socket.resume();
    }
    this.writer.hold(send);
  }

  startHeartbeat(intervalMs: number): void {
    this.lastReceivedMs = now();
    this.heartbeat = setInterval(() => this.beat(intervalMs), Math.max(10, intervalMs / 4));
  }

  /** Sends what is there and closes; no handler is called any more. May be called twice. */
  close(): void {
    if (this.over) return;
    this.finish();
    this.writer.finish();
    const timer = setTimeout(() => this.socket.destroy(), CLOSE_GRACE_MS);
    timer.unref();
    this.socket.once('close', () => clearTimeout(timer));
    this.socket.resume();
  }

  /** Closes without a word; no handler is called any more. */
  destroy(): void {
    this.finish();
    this.socket.destroy();
  }

  private beat(intervalMs: number): void {
    const nowMs = now();
    if (!this.deaf && nowMs - this.lastReceivedMs > SILENT_INTERVALS_MAX * intervalMs) {
      this.end(`nothing came for ${SILENT_INTERVALS_MAX} intervals`);
      return;
    }
    if (nowMs - this.writer.lastSentMs < intervalMs) return;
    const opaque = Buffer.alloc(8);
    opaque.writeDoubleBE(nowMs);
    this.send(encodePing(opaque));
  }

  private receive(chunk: Buffer): void {
    if (this.over) return;
    this.lastReceivedMs = now();
    try {
      for (const frame of this.decoder.push(chunk)) {
        this.handlers.frame(frame);
        if (this.over) return;
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      if (!this.over) this.handlers.broken(error);
    }
  }

  private end(reason: string): void {
    if (this.over) return;
    this.finish();
    this.socket.destroy();
    this.handlers.ended(reason);
  }

  private finish(): void {
    this.over = true;
    if (this.heartbeat) clearInterval(this.heartbeat);
    this.heartbeat = null;
  }
}
