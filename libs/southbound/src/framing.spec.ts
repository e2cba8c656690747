import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_BODY_BYTES_MAX, FRAME_BYTES_MAX, type Frame, FrameDecoder, FrameError } from './framing.js';

const fixtures = JSON.parse(readFileSync('test/fixtures/controller-link/v1.json', 'utf8')) as {
  frames: { name: string; hex: string }[];
  malformed: { name: string; hex: string; code: string }[];
};
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const arbitraryFrame = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  correlation: uint32,
  target: uint32,
  body: fc.uint8Array({ maxLength: FRAME_BODY_BYTES_MAX }).map((bytes) => Buffer.from(bytes)),
});
const encode = (frame: Frame): Buffer => encodeFrame(frame.type, frame.correlation, frame.target, frame.body);

/** Keeps all frames until the end, so that a decoder that wrote over the body of an earlier one would be found out. */
function decodeAll(decoder: FrameDecoder, chunks: readonly Buffer[]): Frame[] {
  return chunks.flatMap((chunk) => [...decoder.push(chunk)]);
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let offset = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return [...chunks, bytes.subarray(offset)];
}

describe('controller link framing', () => {
  it('gives the same frames in whatever chunks they come', () => {
    fc.assert(
      fc.property(fc.array(arbitraryFrame, { maxLength: 12 }), fc.array(fc.integer({ min: 0, max: 400 })), (frames, sizes) => {
        const decoder = new FrameDecoder();
        const decoded = decodeAll(decoder, cut(Buffer.concat(frames.map(encode)), sizes));
        expect(decoded).toEqual(frames);
        expect(decoder.idle).toBe(true);
      }),
    );
  });

  it('reads every example of the protocol page split at every byte', () => {
    for (const { name, hex } of fixtures.frames) {
      const bytes = Buffer.from(hex, 'hex');
      const [whole] = decodeAll(new FrameDecoder(), [bytes]);
      for (let at = 0; at <= bytes.length; at += 1) {
        expect(decodeAll(new FrameDecoder(), cut(bytes, [at])), `${name} split at ${at}`).toEqual([whole]);
      }
      expect(decodeAll(new FrameDecoder(), cut(bytes, new Array<number>(bytes.length).fill(1))), `${name} byte by byte`).toEqual([
        whole,
      ]);
      expect(encode(whole as Frame).toString('hex')).toBe(hex);
    }
  });

  it('notices a wrong length or version as soon as its bytes are there, split anywhere', () => {
    for (const { name, hex, code } of fixtures.malformed.filter((one) => one.code === 'LENGTH' || one.code === 'VERSION')) {
      const bytes = Buffer.from(hex, 'hex').subarray(0, code === 'LENGTH' ? 2 : 3);
      for (let at = 0; at <= bytes.length; at += 1) {
        const decoder = new FrameDecoder();
        expect(() => decodeAll(decoder, cut(bytes, [at])), `${name} split at ${at}`).toThrow(
          expect.objectContaining({ name: 'FrameError', code }),
        );
      }
    }
  });

  it('yields what came before the error and refuses everything after it', () => {
    const decoder = new FrameDecoder();
    const good = encodeFrame(5, 0, 0, Buffer.alloc(8));
    const seen: number[] = [];
    const read = (chunk: Buffer): void => {
      for (const frame of decoder.push(chunk)) seen.push(frame.type);
    };
    expect(() => read(Buffer.concat([good, Buffer.from('ffff', 'hex'), good]))).toThrow(FrameError);
    expect(seen).toEqual([5]);
    expect(() => read(good)).toThrow(FrameError);
    expect(() => read(Buffer.alloc(0))).toThrow(FrameError);
    expect(seen).toEqual([5]);
    expect(decoder.idle).toBe(false);
  });

  it('throws nothing but FrameError and makes no frame longer than allowed, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 800 })), (chunks) => {
        const decoder = new FrameDecoder();
        try {
          for (const frame of decodeAll(
            decoder,
            chunks.map((chunk) => Buffer.from(chunk)),
          )) {
            expect(frame.body.length).toBeLessThanOrEqual(FRAME_BODY_BYTES_MAX);
          }
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
        }
      }),
    );
  });

  it('refuses to make a frame that does not fit', () => {
    expect(() => encodeFrame(1, 0, 0, Buffer.alloc(FRAME_BODY_BYTES_MAX + 1))).toThrow(RangeError);
    expect(() => encodeFrame(1, -1, 0, Buffer.alloc(0))).toThrow(RangeError);
    expect(() => encodeFrame(1, 0, 2 ** 32, Buffer.alloc(0))).toThrow(RangeError);
    expect(() => encodeFrame(256, 0, 0, Buffer.alloc(0))).toThrow(RangeError);
    expect(encodeFrame(1, 0, 0, Buffer.alloc(FRAME_BODY_BYTES_MAX))).toHaveLength(FRAME_BYTES_MAX);
  });
});
