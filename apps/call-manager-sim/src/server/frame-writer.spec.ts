import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { FrameWriter, SEND_BUFFER_BYTES_MAX } from './frame-writer.js';

/** Keeps what was written, piece by piece; `joined` tells how many writes came together. */
class Sink extends Writable {
  readonly pieces: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.pieces.push(Buffer.from(chunk));
    setImmediate(done);
  }
  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

const frames = Array.from({ length: 2_000 }, (_, index) => Buffer.alloc(12 + (index % 300), index % 251));

describe.each([false, true])('the send side (one frame per record: %s)', (oneFramePerRecord) => {
  it('keeps order and bytes, over many chunks', async () => {
    const sink = new Sink();
    const writer = new FrameWriter(sink, oneFramePerRecord, () => 0);
    for (const frame of frames) expect(writer.frame(frame)).toBe(true);
    await eventually(() => sink.bytes.equals(Buffer.concat(frames)));
    if (oneFramePerRecord) expect(sink.pieces.map(({ length }) => length)).toEqual(frames.map(({ length }) => length));
    else expect(sink.pieces.length).toBeLessThan(40);
  });

  it('held, it takes what fits its bound and refuses the rest; released, it sends what it took', async () => {
    const sink = new Sink();
    const writer = new FrameWriter(sink, oneFramePerRecord, () => 0);
    writer.hold(true);
    const frame = Buffer.alloc(16_000, 7);
    let taken = 0;
    while (writer.frame(frame)) taken += 1;
    expect(taken).toBe(Math.floor(SEND_BUFFER_BYTES_MAX / frame.length));
    expect(sink.pieces).toEqual([]);
    writer.hold(false);
    await eventually(() => sink.bytes.length === taken * frame.length);
    expect(writer.frame(frame)).toBe(true);
  });

  it('finish sends what is there and ends the stream; nothing is taken after it', async () => {
    const sink = new Sink();
    const writer = new FrameWriter(sink, oneFramePerRecord, () => 0);
    for (const frame of frames.slice(0, 5)) writer.frame(frame);
    writer.finish();
    writer.finish();
    expect(writer.frame(Buffer.alloc(12))).toBe(false);
    await eventually(() => sink.writableFinished);
    expect(sink.bytes.equals(Buffer.concat(frames.slice(0, 5)))).toBe(true);
  });
});
