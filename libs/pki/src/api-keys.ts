/** Secrets that we issue: API keys and application passwords. Long and random, so one SHA-256 is a fit way to keep them (S-11). */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** cbk_<id: role letter and 7 random>_<256 random bits in base64url>_<checksum>; fixed widths, as the secret may hold `_` itself. */
const KEY_PATTERN = /^cbk_[at][0-9A-Za-z]{7}_[0-9A-Za-z_-]{43}_[0-9A-Za-z]{6}$/;
const PREFIX_LENGTH = 'cbk_'.length + 8;
const CHECKSUM_LENGTH = 6;
const PASSWORD_LENGTH = 32;

export interface IssuedApiKey {
  /** Shown once, kept nowhere. */
  readonly key: string;
  /** `cbk_<id>`: enough to recognise the key by. */
  readonly prefix: string;
  /** What is kept: lower-case hex SHA-256 of the whole key. */
  readonly sha256: string;
}

export function generateApiKey(role: 'admin' | 'tenant'): IssuedApiKey {
  const prefix = `cbk_${role === 'admin' ? 'a' : 't'}${randomText(7)}`;
  const body = `${prefix}_${randomBytes(32).toString('base64url')}`;
  const key = `${body}_${checksumOf(body)}`;
  return { key, prefix, sha256: sha256Hex(key) };
}

/**
 * What a sent key is looked up by, or undefined for what cannot be a key of ours: a mistyped one (any single wrong character)
 * costs no look-up. Never throws; says nothing about whether the key exists.
 */
export function parseApiKey(text: string): { readonly sha256: string; readonly prefix: string } | undefined {
  if (!KEY_PATTERN.test(text)) return undefined;
  const body = text.slice(0, -(CHECKSUM_LENGTH + 1));
  if (checksumOf(body) !== text.slice(-CHECKSUM_LENGTH)) return undefined;
  return { sha256: sha256Hex(text), prefix: text.slice(0, PREFIX_LENGTH) };
}

/** 32 letters and digits (190 bits): fits every shell, URL and XML document unescaped. */
export function generatePassword(): string {
  return randomText(PASSWORD_LENGTH);
}

/** Lower-case hex SHA-256 of the UTF-8 bytes. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** CRC-32 in base 62: finds every single-character error for certain, not only probably. */
function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit += 1) {
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
