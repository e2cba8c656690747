import { FrameError } from '../../../framing.js';

/**
 * Reads the fields of one body in order; every read beyond the end, and bytes left at `end`, is a {@link FrameError} of code `BODY`
 * that names the frame.
 */
export class BodyReader {
  private offset = 0;

  constructor(
    private readonly body: Buffer,
    private readonly frameName: string,
  ) {}

  get remaining(): number {
    return this.body.length - this.offset;
  }

  uint8(): number {
    return this.body.readUInt8(this.take(1));
  }

  uint16(): number {
    return this.body.readUInt16BE(this.take(2));
  }

  uint32(): number {
    return this.body.readUInt32BE(this.take(4));
  }

  uint64(): bigint {
    return this.body.readBigUInt64BE(this.take(8));
  }

  /** A 64-bit field whose value has to fit in a double. */
  uint53(field: string): number {
    const high = this.uint32();
    const low = this.uint32();
    if (high > 0x1f_ffff) this.refuse(`${field} needs more than 53 bits`);
    return high * 0x1_0000_0000 + low;
  }

  flag(field: string): boolean {
    const value = this.uint8();
    if (value > 1) this.refuse(`${field} is ${value}, not 0 or 1`);
    return value === 1;
  }

  bytes(count: number): Buffer {
    const from = this.take(count);
    return this.body.subarray(from, from + count);
  }

  /** A length byte and that much text; what is not UTF-8 becomes U+FFFD. */
  text(): string {
    const length = this.uint8();
    const from = this.take(length);
    return this.body.toString('utf8', from, from + length);
  }

  end(): void {
    if (this.remaining > 0) this.refuse(`${this.remaining} bytes follow its last field`);
  }

  refuse(reason: string): never {
    throw new FrameError('BODY', `${this.frameName}: ${reason}`);
  }

  private take(count: number): number {
    if (count > this.remaining) this.refuse(`${count} bytes are wanted where ${this.remaining} are left`);
    const from = this.offset;
    this.offset += count;
    return from;
  }
}
