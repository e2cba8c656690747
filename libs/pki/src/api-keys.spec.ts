import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateApiKey, generatePassword, parseApiKey, sha256Hex } from './api-keys.js';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('API keys', () => {
  it('S-11 have the documented form and are found by their hash', () => {
    for (const role of ['admin', 'tenant'] as const) {
      const { key, prefix, sha256 } = generateApiKey(role);
      expect(key).toMatch(/^cbk_.{8}_.{43}_.{6}$/);
      expect(key.startsWith(prefix)).toBe(true);
      expect(parseApiKey(key)).toEqual({ sha256, prefix });
      expect(sha256).toBe(sha256Hex(key));
    }
  });

  it('are refused after any single changed character', () => {
    const { key } = generateApiKey('tenant');
    for (let at = 0; at < key.length; at += 1) {
      for (const character of BASE64URL) {
        if (character === key[at]) continue;
        expect(parseApiKey(key.slice(0, at) + character + key.slice(at + 1))).toBeUndefined();
      }
    }
  });

  it('refuse any other text without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => parseApiKey(text) === undefined));
    const { key } = generateApiKey('admin');
    for (const text of ['', key.slice(1), `${key} `, ` ${key}`, `${key}\n`, key.toLowerCase(), key.slice(0, -1)])
      expect(parseApiKey(text)).toBeUndefined();
  });

  it('and passwords are never the same twice', () => {
    expect(new Set(Array.from({ length: 500 }, () => generateApiKey('admin').key)).size).toBe(500);
    const passwords = Array.from({ length: 500 }, generatePassword);
    expect(new Set(passwords).size).toBe(500);
    for (const password of passwords) expect(password).toMatch(/^[0-9A-Za-z]{32}$/);
  });
});
