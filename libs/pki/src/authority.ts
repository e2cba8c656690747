/**
 * The installation's own certificate authorities: ECDSA P-256, PEM files, keys readable by the owner only.
 * Every internal hop is mutual TLS with certificates issued here (S-60); all of them outlive the 72 h that the data plane
 * may have to live without the control plane (design.md 5).
 */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { KEY_MODE, PUBLIC_MODE, readIfThere, replaceFile, writeOnce } from './files/atomic-file.js';
import { newKeyPem, selfSigned, signedBy, type Subject } from './files/certificate-building.js';

const AUTHORITY_DAYS = 3653;
const CERTIFICATE_DAYS = 30;

export interface CertificateRequest {
  /** The identity that peers check; also for callers that look at nothing else. */
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  /** Textual IPv4 or IPv6 addresses. */
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  /** Life in days, 30 unless given; never beyond the authority's own. */
  readonly days?: number;
  /** Purposes; both unless given. */
  readonly client?: boolean;
  readonly server?: boolean;
}

export interface Authority {
  /** What peers are given as `ca`. */
  readonly certPem: string;
  readonly certFile: string;
  /** A certificate with a new key; nothing is written. */
  issue(request: CertificateRequest): Promise<{ readonly certPem: string; readonly keyPem: string }>;
  /** A certificate for a key that exists already. */
  issueFor(keyPem: string, request: CertificateRequest): Promise<string>;
  /** Milliseconds since 1970; the clock that certificates are dated by. */
  now(): number;
}

export class AuthorityError extends Error {
  override readonly name = 'AuthorityError';
}

/**
 * Loads `<dir>/<name>.crt` and `.key`, or makes them. May be called by any number of processes at once: all get the same authority.
 * @param now for tests that need another time
 * @throws AuthorityError when the files do not belong together (one of them lost or exchanged): an authority is never replaced silently
 */
export async function openAuthority(
  dir: string,
  name = 'ca',
  commonName = `Cordboard ${name}`,
  now: () => number = Date.now,
): Promise<Authority> {
  const [certFile, keyFile] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  const keyPem = (await readIfThere(keyFile)) ?? (await createKey(certFile, keyFile));
  // The certificate follows from the key; a death between the two files is repaired here.
  const certPem =
    (await readIfThere(certFile)) ??
    (await writeOnce(certFile, await selfSigned(commonName, keyPem, now(), AUTHORITY_DAYS), PUBLIC_MODE));
  if (!belongTogether(certPem, keyPem))
    throw new AuthorityError(`${certFile} and ${keyFile} do not belong together; restore both from a backup`);

  const issueFor = async (key: string, request: CertificateRequest): Promise<string> =>
    await signedBy({ certPem, keyPem }, subjectOf(request), key, now(), request.days ?? CERTIFICATE_DAYS);
  return {
    certPem,
    certFile,
    now,
    issueFor,
    issue: async (request) => {
      const key = await newKeyPem();
      return { certPem: await issueFor(key, request), keyPem: key };
    },
  };
}

/**
 * A certificate in `<dir>/<name>.crt` with its key in `<name>.key`. What is there is kept while it is ours, names the same and has more
 * than half of its life left. A renewal keeps the key, so that the two files fit at every moment, whoever reads or renews them meanwhile.
 */
export async function ensureCertificate(
  authority: Authority,
  dir: string,
  name: string,
  request: CertificateRequest,
): Promise<{ readonly certFile: string; readonly keyFile: string }> {
  const [certFile, keyFile] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  const keyPem = (await readIfThere(keyFile)) ?? (await writeOnce(keyFile, await newKeyPem(), KEY_MODE));
  const held = await readIfThere(certFile);
  if (held === undefined || !stillGood(authority, held, keyPem, request)) {
    await replaceFile(certFile, await authority.issueFor(keyPem, request), PUBLIC_MODE);
  }
  return { certFile, keyFile };
}

async function createKey(certFile: string, keyFile: string): Promise<string> {
  if ((await readIfThere(certFile)) !== undefined) {
    // Another process may have made both since our first look; if not, the key was lost.
    const made = await readIfThere(keyFile);
    if (made === undefined) throw new AuthorityError(`${certFile} is there but ${keyFile} is not; restore it from a backup`);
    return made;
  }
  return await writeOnce(keyFile, await newKeyPem(), KEY_MODE);
}

function subjectOf(request: CertificateRequest): Subject {
  return {
    commonName: request.commonName,
    dnsNames: request.dnsNames ?? [],
    ipAddresses: request.ipAddresses ?? [],
    uris: request.uris ?? [],
    server: request.server ?? true,
    client: request.client ?? true,
  };
}

function belongTogether(certPem: string, keyPem: string): boolean {
  try {
    return new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

function stillGood(authority: Authority, certPem: string, keyPem: string, request: CertificateRequest): boolean {
  if (!belongTogether(certPem, keyPem)) return false;
  const [held, issuer] = [new X509Certificate(certPem), new X509Certificate(authority.certPem)];
  if (!held.checkIssued(issuer) || !held.verify(createPublicKey(authority.certPem))) return false;
  const [from, to] = [Date.parse(held.validFrom), Date.parse(held.validTo)];
  if (to - authority.now() <= (to - from) / 2) return false;
  return held.subject === `CN=${request.commonName}` && sameNames(held, subjectOf(request));
}

/** Whether the certificate names exactly what is asked for, in any order, for the same purposes. */
function sameNames(held: X509Certificate, wanted: Subject): boolean {
  const names = [
    ...wanted.dnsNames.map((value) => `DNS:${value}`),
    ...wanted.ipAddresses.map((value) => `IP Address:${canonicalAddress(value)}`),
    ...wanted.uris.map((value) => `URI:${value}`),
  ];
  const heldNames = held.subjectAltName === undefined ? [] : held.subjectAltName.split(', ').map(canonicalName);
  const purposes = [...(wanted.server ? ['1.3.6.1.5.5.7.3.1'] : []), ...(wanted.client ? ['1.3.6.1.5.5.7.3.2'] : [])];
  return sameSet(names, heldNames) && sameSet(purposes, held.keyUsage ?? []);
}

/** OpenSSL prints IPv6 addresses in full and in capitals; both sides are brought to the short form. */
function canonicalName(name: string): string {
  return name.startsWith('IP Address:') ? `IP Address:${canonicalAddress(name.slice('IP Address:'.length))}` : name;
}
function canonicalAddress(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && [...left].sort().join('\n') === [...right].sort().join('\n');
}
