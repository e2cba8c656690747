/**
 * Signed documents: Ed25519 over the exact JSON bytes, so that an instance can check offline what it was granted (design.md 3, 5).
 * Only node:crypto here: the gateway bundles this file.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { KEY_MODE, PUBLIC_MODE, readIfThere, replaceFile, writeOnce } from './files/atomic-file.js';

/** The same shape as `SignedDocumentSchema` of the contracts. */
export interface SignedDocument {
  /** UTF-8 JSON in base64url, without padding. */
  readonly payload: string;
  /** 64 bytes in base64url over the bytes of the payload. */
  readonly signature: string;
  /** First 16 hexadecimal digits of the SHA-256 of the signer's public key (SPKI). */
  readonly keyId: string;
}

/** Bound on the JSON bytes; a document of the largest instance is below 1 MiB. */
export const DOCUMENT_MAX_BYTES = 8 * 1024 * 1024;

export type DocumentFault = 'malformed' | 'too-large' | 'unknown-key' | 'bad-signature';

/** Why a document was refused; nothing of its content is in the message. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  constructor(
    readonly fault: DocumentFault,
    message: string,
  ) {
    super(message);
  }
}

export interface DocumentKey {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
  readonly keyId: string;
}

/** Loads `<dir>/documents.key` and `documents.pub`, or makes them. Processes that call this at once get the same key. */
export async function ensureDocumentKey(dir: string): Promise<DocumentKey> {
  const [privateKeyFile, publicKeyFile] = [join(dir, 'documents.key'), join(dir, 'documents.pub')];
  const privateKeyPem = (await readIfThere(privateKeyFile)) ?? (await writeOnce(privateKeyFile, newKeyPem(), KEY_MODE));
  const publicKey = createPublicKey(privateKeyPem);
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  if ((await readIfThere(publicKeyFile)) !== publicKeyPem) await replaceFile(publicKeyFile, publicKeyPem, PUBLIC_MODE);
  return { privateKeyPem, publicKeyPem, privateKeyFile, publicKeyFile, keyId: keyIdOf(publicKey) };
}

/** @param payload what JSON can express; RangeError when it is above DOCUMENT_MAX_BYTES */
export function signDocument(payload: unknown, privateKeyPem: string): SignedDocument {
  const bytes = Buffer.from(JSON.stringify(payload), 'utf8');
  if (bytes.length > DOCUMENT_MAX_BYTES)
    throw new RangeError(`a document of ${bytes.length} bytes is above ${DOCUMENT_MAX_BYTES}`);
  const key = createPrivateKey(privateKeyPem);
  return {
    payload: bytes.toString('base64url'),
    signature: sign(null, bytes, key).toString('base64url'),
    keyId: keyIdOf(createPublicKey(key)),
  };
}

/**
 * The payload of a document whose signature holds; it still has to pass the caller's schema.
 * @throws DocumentError for everything else, whatever is passed in
 */
export function verifyDocument(signed: unknown, publicKeyPem: string): unknown {
  const { payload, signature, keyId } = membersOf(signed);
  if (payload.length > Math.ceil((DOCUMENT_MAX_BYTES * 4) / 3))
    throw new DocumentError('too-large', `the document is above ${DOCUMENT_MAX_BYTES} bytes`);
  const publicKey = createPublicKey(publicKeyPem);
  if (keyId !== keyIdOf(publicKey)) throw new DocumentError('unknown-key', 'the document is signed with another key');
  const bytes = decode(payload, 'payload');
  const signatureBytes = decode(signature, 'signature');
  if (signatureBytes.length !== 64 || !verify(null, bytes, publicKey, signatureBytes)) {
    throw new DocumentError('bad-signature', 'the signature does not hold');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new DocumentError('malformed', 'the signed bytes are not JSON');
  }
}

/** Names the content of a document: lower-case hex SHA-256 of its JSON bytes. What an instance confirms and the worker compares. */
export function digestOf(signed: SignedDocument): string {
  return createHash('sha256').update(Buffer.from(signed.payload, 'base64url')).digest('hex');
}

function newKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

function membersOf(signed: unknown): SignedDocument {
  const { payload, signature, keyId } = (typeof signed === 'object' && signed !== null ? signed : {}) as Record<string, unknown>;
  if (typeof payload !== 'string' || typeof signature !== 'string' || typeof keyId !== 'string') {
    throw new DocumentError('malformed', 'a signed document has the texts payload, signature and keyId');
  }
  return { payload, signature, keyId };
}

/** Strict: one text per byte sequence, so that a changed text is never the same document. */
function decode(text: string, member: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new DocumentError('malformed', `${member} is not base64url`);
  return bytes;
}
