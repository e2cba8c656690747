import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  digestOf,
  DOCUMENT_MAX_BYTES,
  DocumentError,
  ensureDocumentKey,
  signDocument,
  verifyDocument,
  type DocumentKey,
} from './documents.js';

describe('signed documents', () => {
  let dir: string;
  let key: DocumentKey;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pki-documents-'));
    key = await ensureDocumentKey(dir);
  });
  afterAll(async () => await rm(dir, { recursive: true, force: true }));

  const faultOf = (signed: unknown, publicKeyPem = key.publicKeyPem): string | undefined => {
    try {
      verifyDocument(signed, publicKeyPem);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(DocumentError);
      return (error as DocumentError).fault;
    }
  };

  it('come back as they were signed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const sent = JSON.parse(JSON.stringify(value)) as unknown;
        expect(verifyDocument(signDocument(value, key.privateKeyPem), key.publicKeyPem)).toEqual(sent);
      }),
    );
  });

  it('are refused after any single flipped bit, in each member', () => {
    const signed = signDocument({ serial: 7, text: 'grüße' }, key.privateKeyPem);
    let flips = 0;
    for (const member of ['payload', 'signature', 'keyId'] as const) {
      const bytes = Buffer.from(signed[member], 'latin1');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(faultOf({ ...signed, [member]: changed.toString('latin1') })).toBeDefined();
        flips += 1;
      }
    }
    expect(flips).toBe((signed.payload.length + signed.signature.length + 16) * 8);
  });

  it('are refused when signed by another key, too large, or not documents', async () => {
    const other = await ensureDocumentKey(join(dir, 'other'));
    const signed = signDocument({ a: 1 }, other.privateKeyPem);
    expect(faultOf(signed)).toBe('unknown-key');
    expect(faultOf({ ...signed, keyId: key.keyId })).toBe('bad-signature');
    expect(faultOf({ ...signed, payload: 'A'.repeat(DOCUMENT_MAX_BYTES * 2) })).toBe('too-large');
    expect(faultOf({ ...signed, keyId: key.keyId, payload: `${signed.payload}==` })).toBe('malformed');
    for (const not of [null, undefined, 1, 'x', [], {}, { payload: 1, signature: 2, keyId: 3 }])
      expect(faultOf(not)).toBe('malformed');
    expect(() => signDocument('x'.repeat(DOCUMENT_MAX_BYTES), key.privateKeyPem)).toThrow(RangeError);
  });

  it('have a digest that names their content', () => {
    const [one, same, two] = [1, 1, 2].map((serial) => digestOf(signDocument({ serial }, key.privateKeyPem)));
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(same).toBe(one);
    expect(two).not.toBe(one);
  });

  it('have one key however many ask for it at once, readable by the owner only', async () => {
    const fresh = join(dir, 'fresh');
    const keys = await Promise.all(Array.from({ length: 8 }, async () => await ensureDocumentKey(fresh)));
    expect(new Set(keys.map((held) => held.keyId)).size).toBe(1);
    expect((await stat(keys[0]!.privateKeyFile)).mode & 0o777).toBe(0o600);
  });
});
