/** Certificates of a test, signed by authorities of its own in a temporary folder: the same two as an installation has. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCertificate, openAuthority, type Authority, type CertificateRequest } from '#pki/authority';

export interface TestAuthority {
  readonly caFile: string;
  readonly caPem: string;
  readonly authority: Authority;
  /** PEM files of a certificate; `name` is the file's name and must be new. */
  files(name: string, request: CertificateRequest): Promise<{ readonly certFile: string; readonly keyFile: string }>;
}

export interface TestCertificates {
  readonly dir: string;
  /** Signs programs and instances. */
  readonly installation: TestAuthority;
  /** Signs controllers; no program of ours is believed with it. */
  readonly controllers: TestAuthority;
  remove(): void;
}

export async function createTestCertificates(): Promise<TestCertificates> {
  const dir = mkdtempSync(join(tmpdir(), 'cordboard-test-pki-'));
  const open = async (name: string): Promise<TestAuthority> => {
    const authority = await openAuthority(dir, name);
    return {
      caFile: authority.certFile,
      caPem: authority.certPem,
      authority,
      files: (file, request) => ensureCertificate(authority, dir, file, request),
    };
  };
  const [installation, controllers] = await Promise.all([open('ca'), open('controllers-ca')]);
  return { dir, installation, controllers, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
