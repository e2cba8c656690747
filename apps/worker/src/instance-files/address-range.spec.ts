import { describe, expect, it } from 'vitest';
import { addressesOf } from './address-range.js';

describe('an address range', () => {
  it('is every address but the first and the last', () => {
    expect(addressesOf('127.77.3.0/30')).toEqual(['127.77.3.1', '127.77.3.2']);
    expect(addressesOf('127.77.3.6/30')).toEqual(['127.77.3.5', '127.77.3.6']);
    expect(addressesOf('127.77.3.128/25')).toHaveLength(126);
    expect(addressesOf('127.77.0.0/20').at(-1)).toBe('127.77.15.254');
  });
  it('refuses what is none', () => {
    for (const text of ['', '127.0.0.1', '127.0.0.0/8', '127.0.0.256/30', '127.0.0.0/31', '::1/24'])
      expect(() => addressesOf(text)).toThrow(RangeError);
  });
});
