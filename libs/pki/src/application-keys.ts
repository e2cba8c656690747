/**
 * Keys of applications: what they sign the challenge of an advanced log-in with (R-CC-10). Only node:crypto here: the gateway bundles this file.
 * What comes in is hostile: nothing throws, everything is bounded by the caller.
 */
import { constants, createHash, createPublicKey, verify, X509Certificate, type KeyObject } from 'node:crypto';

export interface ApplicationKey {
  /** SPKI. */
  readonly publicKeyPem: string;
  /** Lower-case hex SHA-256 of the SPKI's DER: the same for a key and every certificate of it. */
  readonly sha256: string;
}

const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 8192;

/** The key of a certificate or public key, PEM or DER in base64; undefined for everything else and for keys we do not take. */
export function applicationKeyOf(text: string): ApplicationKey | undefined {
  const key = parsed(text.trim());
  if (key === undefined || !isFit(key)) return undefined;
  const der = key.export({ type: 'spki', format: 'der' });
  return {
    publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString(),
    sha256: createHash('sha256').update(der).digest('hex'),
  };
}

/** Ed25519, or RSA of a fit size. */
function isFit(key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'ed25519') return true;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return key.asymmetricKeyType === 'rsa' && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
}

function parsed(text: string): KeyObject | undefined {
  const attempts: (() => KeyObject)[] = text.startsWith('-----')
    ? [() => new X509Certificate(text).publicKey, () => createPublicKey(text)]
    : [
        () => new X509Certificate(Buffer.from(text, 'base64')).publicKey,
        () => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
      ];
  // A private key has a public half, too; whoever sends one has made a mistake that must not be kept.
  if (/PRIVATE/.test(text)) return undefined;
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch {
      // not of this form
    }
  }
  return undefined;
}

/**
 * Whether `signature` (base64 or hexadecimal) is that key's over the bytes of `challenge`: Ed25519, RSA-PSS with SHA-256, or, for applications
 * marked legacy, MD5 with RSA (PKCS #1 v1.5).
 */
export function signatureHolds(
  challenge: string,
  signature: string,
  { publicKeyPem, legacy }: { readonly publicKeyPem: string; readonly legacy: boolean },
): boolean {
  const bytes = signatureBytes(signature.trim());
  if (bytes === undefined) return false;
  const data = Buffer.from(challenge, 'utf8');
  try {
    const key = createPublicKey(publicKeyPem);
    if (key.asymmetricKeyType === 'ed25519') return verify(null, data, key, bytes);
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const saltLength = constants.RSA_PSS_SALTLEN_AUTO;
    if (verify('sha256', data, { key, padding, saltLength }, bytes)) return true;
    return legacy && verify('md5', data, { key, padding: constants.RSA_PKCS1_PADDING }, bytes);
  } catch {
    return false;
  }
}

function signatureBytes(text: string): Buffer | undefined {
  if (text.length === 0 || text.length > 4096) return undefined;
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
