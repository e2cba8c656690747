import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressToBytes, bytesToAddress } from './address.js';

describe('addresses of HELLO', () => {
  it('come back as canonical text', () => {
    const pairs = [
      ['127.77.3.5', '127.77.3.5'],
      ['::', '::'],
      ['::1', '::1'],
      ['1::', '1::'],
      ['FD00:0:0:0:0:0:0:105', 'fd00::105'],
      ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
      ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
      ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
      ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ] as const;
    for (const [text, canonical] of pairs) {
      const { family, bytes } = addressToBytes(text);
      expect(bytesToAddress(family, bytes)).toBe(canonical);
    }
  });

  it('are taken exactly when the platform takes them', () => {
    const part = fc.oneof(
      fc.constantFrom('', '0', 'ff', '1.2.3.4', '12345', 'g', '256.1.1.1', '01.2.3.4'),
      fc.stringMatching(/^[0-9a-f]{1,4}$/),
    );
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(part, { maxLength: 10 }).map((parts) => parts.join(':')),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        let family: number;
        try {
          const parsed = addressToBytes(candidate);
          family = parsed.family;
          const again = addressToBytes(bytesToAddress(parsed.family, parsed.bytes));
          expect(again).toEqual(parsed);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          family = 0;
        }
        expect(family).toBe(isIP(candidate));
      }),
      { numRuns: 3000 },
    );
  });
});
