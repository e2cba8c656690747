import { describe, expect, it } from 'vitest';
import { textFrame } from './text-frame.js';

/** RFC 6455, 5.2, written anew: the shortest form of the length, no mask, nothing reserved. */
function read(frame: Buffer): string {
  expect(frame[0]).toBe(0b1000_0001);
  const short = frame[1]!;
  expect(short).toBeLessThanOrEqual(127);
  const [from, length] =
    short < 126 ? [2, short] : short === 126 ? [4, frame.readUInt16BE(2)] : [10, Number(frame.readBigUInt64BE(2))];
  expect(length).toBeGreaterThanOrEqual(from === 2 ? 0 : from === 4 ? 126 : 0x1_0000);
  expect(frame.length).toBe(from + length);
  return frame.toString('latin1', from);
}

describe('a text frame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('of %i characters is read as it was', (length) => {
    const text = 'xyz'.repeat(length).slice(0, length);
    expect(read(textFrame(text))).toBe(text);
  });
});
