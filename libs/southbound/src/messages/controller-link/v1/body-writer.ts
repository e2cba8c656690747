import { encodeFrame, FRAME_BODY_BYTES_MAX } from '../../../framing.js';
import { DIALLABLE } from './codes.js';

/** Writes a body field by field; a field that does not fit is a `RangeError`. The buffer is shared: copied into the frame at the end. */
export class BodyWriter {
  private static readonly buffer = Buffer.alloc(FRAME_BODY_BYTES_MAX);
  private offset = 0;

  uint8(value: number): this {
    this.offset = BodyWriter.buffer.writeUInt8(value, this.offset);
    return this;
  }

  uint16(value: number): this {
    this.offset = BodyWriter.buffer.writeUInt16BE(value, this.offset);
    return this;
  }

  uint32(value: number): this {
    this.offset = BodyWriter.buffer.writeUInt32BE(value, this.offset);
    return this;
  }

  uint64(value: bigint): this {
    this.offset = BodyWriter.buffer.writeBigUInt64BE(value, this.offset);
    return this;
  }

  uint53(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a whole number of 53 bits`);
    return this.uint64(BigInt(value));
  }

  bytes(bytes: Uint8Array): this {
    if (this.offset + bytes.length > FRAME_BODY_BYTES_MAX) throw new RangeError('the body does not fit in a frame');
    BodyWriter.buffer.set(bytes, this.offset);
    this.offset += bytes.length;
    return this;
  }

  text(text: string): this {
    const bytes = Buffer.from(text, 'utf8');
    return this.uint8(bytes.length).bytes(bytes);
  }

  diallable(text: string, lengthMin: number): this {
    if (text.length < lengthMin || !DIALLABLE.test(text)) throw new RangeError('a number is of 0-9 * # +');
    return this.text(text);
  }

  /** The number of a word; words the page has no number for cannot be said. */
  code(words: readonly (string | undefined)[], word: string): number {
    const number = words.indexOf(word);
    if (number < 0) throw new RangeError(`${word} has no number`);
    return number;
  }

  frame(type: number, correlation: number, target: number, bytesMax: number): Buffer {
    const frame = encodeFrame(type, correlation, target, BodyWriter.buffer.subarray(0, this.offset));
    if (frame.length > bytesMax) throw new RangeError(`a frame of ${frame.length} bytes; at most ${bytesMax} are allowed`);
    return frame;
  }
}
