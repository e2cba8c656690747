/**
 * The send side of one connection. Frames of one turn go out together (a TLS record costs far more than a frame), unless each is to have a
 * record of its own. Bounded: what the peer does not take is refused here and the caller decides what that means.
 */
import type { Writable } from 'node:stream';

const CHUNK_BYTES = 16_384;
export const SEND_BUFFER_BYTES_MAX = 8 * 1024 * 1024;

export class FrameWriter {
  private chunk: Buffer | null = null;
  private begin = 0;
  private end = 0;
  private ready: Buffer[] = [];
  private readyBytes = 0;
  private scheduled = false;
  private writing = false;
  private held = false;
  private closed = false;
  /** On the clock of `now`; the heartbeat reads it. */
  lastSentMs: number;

  constructor(
    private readonly stream: Writable,
    private readonly oneFramePerRecord: boolean,
    private readonly now: () => number,
  ) {
    this.lastSentMs = now();
  }

  /** `fill` writes at most `bytesMax` at the offset and returns the offset behind. False: no room, nothing was written. */
  write(bytesMax: number, fill: (buffer: Buffer, offset: number) => number): boolean {
    if (this.closed || this.waitingBytes() + bytesMax > SEND_BUFFER_BYTES_MAX) return false;
    if (!this.chunk || this.end + bytesMax > this.chunk.length) this.roll();
    const chunk = this.chunk as unknown as Buffer;
    this.end = fill(chunk, this.end);
    if (this.oneFramePerRecord) this.seal();
    this.schedule();
    return true;
  }

  frame(frame: Buffer): boolean {
    return this.write(frame.length, (buffer, offset) => {
      buffer.set(frame, offset);
      return offset + frame.length;
    });
  }

  /** While held nothing goes out; what is written waits, up to the bound. */
  hold(held: boolean): void {
    this.held = held;
    if (!held) this.schedule();
  }

  /** Sends what is there, then ends the stream; a held writer drops it. */
  finish(): void {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    if (!this.writing) this.stream.end();
  }

  private waitingBytes(): number {
    return this.readyBytes + (this.end - this.begin) + this.stream.writableLength;
  }

  private roll(): void {
    this.seal();
    this.chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.begin = 0;
    this.end = 0;
  }

  private seal(): void {
    if (!this.chunk || this.begin === this.end) return;
    this.ready.push(this.chunk.subarray(this.begin, this.end));
    this.readyBytes += this.end - this.begin;
    this.begin = this.end;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.held || this.closed) return;
    this.seal();
    if (this.oneFramePerRecord) {
      this.flushOne();
      return;
    }
    if (this.ready.length === 0) return;
    this.lastSentMs = this.now();
    const ready = this.ready;
    this.ready = [];
    this.readyBytes = 0;
    this.stream.cork();
    for (const bytes of ready) this.stream.write(bytes);
    this.stream.uncork();
  }

  /** The next frame waits for the one before it, because a stream that is busy would join what waits. */
  private flushOne(): void {
    if (this.writing || this.held) return;
    const bytes = this.ready.shift();
    if (!bytes) {
      if (this.closed) this.stream.end();
      return;
    }
    this.readyBytes -= bytes.length;
    this.lastSentMs = this.now();
    this.writing = true;
    this.stream.write(bytes, () => {
      this.writing = false;
      this.flushOne();
    });
  }
}
