import { expect, it } from 'vitest';
import { canonicalAddress } from './canonical-address.js';

it('one machine has one text', () => {
  for (const text of ['::ffff:10.0.0.1', '::FFFF:a00:1', '0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'])
    expect(canonicalAddress(text)).toBe('10.0.0.1');
  for (const text of ['2001:DB8::1', '2001:db8:0:0:0:0:0:1']) expect(canonicalAddress(text)).toBe('2001:db8::1');
});

it('nobody’s and everybody’s addresses are none', () => {
  for (const text of ['0.0.0.0', '0.1.2.3', '224.0.0.1', '255.255.255.255', '::', 'ff02::1', '::ffff:0.0.0.0'])
    expect(canonicalAddress(text)).toBeUndefined();
});
