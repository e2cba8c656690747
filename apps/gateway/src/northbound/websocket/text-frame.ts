/** A text message of RFC 6455 as a server sends it, in one piece of memory: two pieces would be two TLS records, or a copy. */

const FINAL_TEXT = 0x81;

/** @param text ASCII: one byte a character */
export function textFrame(text: string): Buffer {
  const { length } = text;
  const headBytes = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + length);
  frame[0] = FINAL_TEXT;
  frame[1] = headBytes === 2 ? length : headBytes === 4 ? 126 : 127;
  if (headBytes === 4) frame.writeUInt16BE(length, 2);
  if (headBytes === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, headBytes, 'latin1');
  return frame;
}
