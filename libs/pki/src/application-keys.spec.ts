import { constants, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { applicationKeyOf, signatureHolds } from './application-keys.js';

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const challenge = randomBytes(32).toString('base64url');
const data = Buffer.from(challenge);
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pss = sign('sha256', data, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
const md5 = sign('md5', data, rsa.privateKey);

describe('R-CC-10 signed challenges', () => {
  it('Ed25519 and RSA-PSS SHA-256 hold, in base64 and in hexadecimal', () => {
    const signature = sign(null, data, ed.privateKey);
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      expect(signatureHolds(challenge, signature.toString(form), { publicKeyPem: pem(ed.publicKey), legacy: false })).toBe(true);
      expect(signatureHolds(challenge, pss.toString(form), { publicKeyPem: pem(rsa.publicKey), legacy: false })).toBe(true);
    }
  });

  it('MD5 with RSA holds for applications marked legacy alone', () => {
    expect(signatureHolds(challenge, md5.toString('base64'), { publicKeyPem: pem(rsa.publicKey), legacy: true })).toBe(true);
    expect(signatureHolds(challenge, md5.toString('base64'), { publicKeyPem: pem(rsa.publicKey), legacy: false })).toBe(false);
  });

  it('nothing else does: another key, another challenge, each single bit, no signature at all', () => {
    const signature = sign(null, data, ed.privateKey);
    const publicKeyPem = pem(ed.publicKey);
    const holds = (text: string, of = challenge) => signatureHolds(of, text, { publicKeyPem, legacy: true });
    expect(holds(signature.toString('hex'), `${challenge}x`)).toBe(false);
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const flipped = Buffer.from(signature);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(holds(flipped.toString('hex')), `bit ${bit}`).toBe(false);
    }
    for (const text of ['', 'x', '!!', 'a'.repeat(5000), pss.toString('base64'), md5.toString('base64')])
      expect(holds(text)).toBe(false);
    expect(signatureHolds(challenge, 'ab', { publicKeyPem: 'no key', legacy: true })).toBe(false);
  });

  it('keys are taken as PEM and as DER in base64; weak, private and other ones are not', () => {
    const der = ed.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(applicationKeyOf(pem(ed.publicKey))).toEqual(applicationKeyOf(der));
    expect(applicationKeyOf(pem(rsa.publicKey))?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(applicationKeyOf(pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey))).toBeUndefined();
    expect(applicationKeyOf(pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey))).toBeUndefined();
    expect(applicationKeyOf(ed.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toBeUndefined();
    for (const text of ['', 'AAAA', '-----BEGIN CERTIFICATE-----', 'x'.repeat(9000)])
      expect(applicationKeyOf(text)).toBeUndefined();
  });
});
