/**
 * Byte framing of the controller link, version 1 (docs/design/controller-link.md, section 2): where a frame begins and ends, and its
 * header. What a type means and how long its body may be is the matter of whoever reads the body. No sockets, no timers.
 */

export const FRAME_VERSION = 1;
export const FRAME_HEADER_BYTES = 12;
/** The longest frame there is: an event of 64 bytes with 300 bytes of device data (R-PERF-03). */
export const FRAME_BYTES_MAX = 364;
export const FRAME_BODY_BYTES_MAX = FRAME_BYTES_MAX - FRAME_HEADER_BYTES;
const UINT32_MAX = 0xffff_ffff;

/** `LENGTH` and `VERSION` come from the framing, `TYPE` and `BODY` from the readers of bodies. */
export type FrameErrorCode = 'LENGTH' | 'VERSION' | 'TYPE' | 'BODY';

/** The peer broke the protocol: the connection is of no more use, trying again on it never helps. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  constructor(
    readonly code: FrameErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export interface Frame {
  /** 0 to 255; not checked here. */
  readonly type: number;
  readonly correlation: number;
  readonly target: number;
  /** 0 to 352 bytes: a view, mostly of the chunk it came in. Never written to again, but keeping it keeps the chunk in memory. */
  readonly body: Buffer;
}

/**
 * Turns bytes in any chunking into frames. Holds at most one incomplete frame (364 bytes). One decoder per connection.
 */
export class FrameDecoder {
  /** The beginning of a frame whose end has not come: `FRAME_BYTES_MAX` long, the first `kept` bytes count. */
  private pending: Buffer | undefined;
  private kept = 0;
  private failure: FrameError | undefined;

  /**
   * Yields the frames that `chunk` completes, in order, then throws {@link FrameError} where the bytes cannot be a frame; a wrong length
   * or version is noticed as soon as its bytes are there. Iterate to the end: the bytes are taken while iterating, and what is left when
   * the caller breaks off is dropped. After an error every call throws that error again.
   */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    let offset = 0;
    while (offset < chunk.length || this.failure !== undefined) {
      if (this.failure !== undefined) throw this.failure;
      if (this.kept > 0) {
        const taken = this.fill(chunk, offset);
        offset += taken.bytes;
        if (taken.frame !== undefined) yield taken.frame;
        continue;
      }
      const length = this.frameLength(chunk, offset, chunk.length);
      if (length === undefined || offset + length > chunk.length) {
        this.pending = Buffer.allocUnsafeSlow(FRAME_BYTES_MAX);
        this.kept = chunk.copy(this.pending, 0, offset);
        return;
      }
      const frame = readFrame(chunk, offset, length);
      offset += length;
      yield frame;
    }
  }

  /** True between frames: a connection that ends otherwise has lost part of one. */
  get idle(): boolean {
    return this.kept === 0 && this.failure === undefined;
  }

  /** Adds to the incomplete frame what it lacks: first its header, so that a wrong one is noticed, then the rest. */
  private fill(chunk: Buffer, offset: number): { readonly bytes: number; readonly frame: Frame | undefined } {
    const pending = this.pending as Buffer;
    const wanted = this.kept < FRAME_HEADER_BYTES ? FRAME_HEADER_BYTES : pending.readUInt16BE(0);
    const bytes = chunk.copy(pending, this.kept, offset, offset + wanted - this.kept);
    this.kept += bytes;
    const length = this.frameLength(pending, 0, this.kept);
    if (length === undefined || this.kept < length) return { bytes, frame: undefined };
    this.pending = undefined;
    this.kept = 0;
    return { bytes, frame: readFrame(pending, 0, length) };
  }

  /** The length of the frame at `offset`, undefined while its two bytes are not both there. */
  private frameLength(bytes: Buffer, offset: number, end: number): number | undefined {
    if (end - offset < 2) return undefined;
    const length = bytes.readUInt16BE(offset);
    if (length < FRAME_HEADER_BYTES || length > FRAME_BYTES_MAX) {
      this.fail('LENGTH', `a frame of ${length} bytes; ${FRAME_HEADER_BYTES} to ${FRAME_BYTES_MAX} are allowed`);
    }
    const version = end - offset > 2 ? bytes.readUInt8(offset + 2) : FRAME_VERSION;
    if (version !== FRAME_VERSION) this.fail('VERSION', `a frame of version ${version}; ${FRAME_VERSION} is spoken here`);
    return length;
  }

  private fail(code: FrameErrorCode, message: string): never {
    this.pending = undefined;
    this.kept = 0;
    this.failure = new FrameError(code, message);
    throw this.failure;
  }
}

function readFrame(bytes: Buffer, offset: number, length: number): Frame {
  return {
    type: bytes.readUInt8(offset + 3),
    correlation: bytes.readUInt32BE(offset + 4),
    target: bytes.readUInt32BE(offset + 8),
    body: bytes.subarray(offset + FRAME_HEADER_BYTES, offset + length),
  };
}

/**
 * The bytes of one frame in a buffer of its own. Throws `RangeError` for a field or a body that does not fit, which is a fault of the
 * caller, never of the peer.
 */
export function encodeFrame(type: number, correlation: number, target: number, body: Uint8Array): Buffer {
  if (body.length > FRAME_BODY_BYTES_MAX)
    throw new RangeError(`a body of ${body.length} bytes; at most ${FRAME_BODY_BYTES_MAX} fit`);
  if (!Number.isInteger(correlation) || correlation < 0 || correlation > UINT32_MAX)
    throw new RangeError('correlation is outside 32 bits');
  if (!Number.isInteger(target) || target < 0 || target > UINT32_MAX) throw new RangeError('target is outside 32 bits');
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + body.length);
  frame.writeUInt16BE(frame.length, 0);
  frame.writeUInt8(FRAME_VERSION, 2);
  frame.writeUInt8(type, 3);
  frame.writeUInt32BE(correlation, 4);
  frame.writeUInt32BE(target, 8);
  frame.set(body, FRAME_HEADER_BYTES);
  return frame;
}
