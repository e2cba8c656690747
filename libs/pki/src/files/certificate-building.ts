/** X.509 by @peculiar/x509: the only file that knows the library. It needs the reflection polyfill before it is loaded. */
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const MINUTE_MS = 60_000;
/** Certificates begin an hour ago, so that a peer whose clock is behind ours accepts them. */
const CLOCK_SKEW_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Who a certificate names and what for; see `CertificateRequest` in authority.ts. */
export interface Subject {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly server: boolean;
  readonly client: boolean;
}

export async function newKeyPem(): Promise<string> {
  const pair = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey), 'PRIVATE KEY') + '\n';
}

/** The certificate of an authority over its own key; it may sign end certificates only (path length 0). */
export async function selfSigned(commonName: string, keyPem: string, nowMs: number, days: number): Promise<string> {
  const keys = await pairOf(keyPem);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [commonName] }],
    notBefore: new Date(nowMs - CLOCK_SKEW_MS),
    notAfter: new Date(nowMs + days * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
    ],
  });
  return certificate.toString('pem') + '\n';
}

/** An end certificate for the public half of `keyPem`, signed by the authority; never outlives it. */
export async function signedBy(
  authority: { readonly certPem: string; readonly keyPem: string },
  subject: Subject,
  keyPem: string,
  nowMs: number,
  days: number,
): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certPem);
  const signing = await pairOf(authority.keyPem);
  const subjectKey = (await pairOf(keyPem)).publicKey;
  const names = [
    ...subject.dnsNames.map((value) => ({ type: 'dns', value }) as const),
    ...subject.ipAddresses.map((value) => ({ type: 'ip', value }) as const),
    ...subject.uris.map((value) => ({ type: 'url', value }) as const),
  ];
  const purposes = [
    ...(subject.server ? [x509.ExtendedKeyUsage.serverAuth] : []),
    ...(subject.client ? [x509.ExtendedKeyUsage.clientAuth] : []),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: [subject.commonName] }],
    issuer: issuer.subjectName,
    notBefore: new Date(nowMs - CLOCK_SKEW_MS),
    notAfter: new Date(Math.min(nowMs + days * DAY_MS, issuer.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    publicKey: subjectKey,
    signingKey: signing.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(purposes, false),
      await x509.SubjectKeyIdentifierExtension.create(subjectKey, false),
      await x509.AuthorityKeyIdentifierExtension.create(signing.publicKey, false),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names, false)]),
    ],
  });
  return certificate.toString('pem') + '\n';
}

async function pairOf(keyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = createPrivateKey(keyPem);
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
  };
}

/** 127 random bits with the highest one set: positive, never short, never the same twice. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}
