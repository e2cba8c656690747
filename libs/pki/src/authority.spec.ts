import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthorityError, ensureCertificate, openAuthority, type Authority } from './authority.js';

const DAY_MS = 86_400_000;
const URI = 'urn:cordboard:tenant:t:instance:i:epoch:3';

/** A real mutual handshake on loopback: the name each side saw, or the error code of the client. */
async function handshake(
  server: { certPem: string; keyPem: string },
  authorityPem: string,
  client: ConnectionOptions,
): Promise<string> {
  const listener = createServer(
    { cert: server.certPem, key: server.keyPem, ca: authorityPem, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      socket.end(String(socket.getPeerCertificate().subject.CN));
    },
  );
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  try {
    return await new Promise<string>((resolve) => {
      const socket = connect({ port: (listener.address() as AddressInfo).port, host: '127.0.0.1', ...client });
      let seen = '';
      socket.on('data', (data) => (seen += data.toString()));
      socket.on('end', () => resolve(seen));
      socket.on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? error.message));
    });
  } finally {
    await new Promise((resolve) => listener.close(resolve));
  }
}

describe('the certificate authority', () => {
  let dir: string;
  let authority: Authority;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pki-authority-'));
    authority = await openAuthority(dir);
  });
  afterAll(async () => await rm(dir, { recursive: true, force: true }));

  const serverRequest = {
    commonName: 'instance:i',
    dnsNames: ['i-1.cordboard.internal'],
    ipAddresses: ['127.0.0.1'],
    uris: [URI],
  };

  it('S-60 issues certificates that a mutual handshake accepts', async () => {
    const [server, client] = await Promise.all([
      authority.issue(serverRequest),
      authority.issue({ commonName: 'router', server: false }),
    ]);
    const identity = { ca: authority.certPem, cert: client.certPem, key: client.keyPem };
    expect(await handshake(server, authority.certPem, { ...identity, servername: 'i-1.cordboard.internal' })).toBe('router');
    expect(await handshake(server, authority.certPem, identity)).toBe('router');
  });

  it('S-59 a wrong name, an expired certificate, another authority and a wrong purpose fail the handshake', async () => {
    const other = await openAuthority(join(dir, 'other'));
    const past = await openAuthority(dir, 'ca', undefined, () => Date.now() - 60 * DAY_MS);
    const [server, expired, foreign, client, clientOnly] = await Promise.all([
      authority.issue(serverRequest),
      past.issue({ ...serverRequest, days: 30 }),
      other.issue(serverRequest),
      authority.issue({ commonName: 'router' }),
      authority.issue({ ...serverRequest, server: false }),
    ]);
    const identity = { ca: authority.certPem, cert: client.certPem, key: client.keyPem };
    expect(await handshake(server, authority.certPem, { ...identity, servername: 'i-2.cordboard.internal' })).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
    expect(await handshake(expired, authority.certPem, identity)).toBe('CERT_HAS_EXPIRED');
    expect(await handshake(foreign, authority.certPem, identity)).toMatch(/UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/);
    expect(await handshake(clientOnly, authority.certPem, identity)).toBe('INVALID_PURPOSE');
    const intruder = await other.issue({ commonName: 'router' });
    const refused = await handshake(server, authority.certPem, {
      ca: authority.certPem,
      cert: intruder.certPem,
      key: intruder.keyPem,
    });
    expect(refused).toMatch(/^$|ALERT|ECONNRESET/);
  });

  it('gives certificates the life, extensions and names that are asked for', async () => {
    const { certPem } = await authority.issue({ ...serverRequest, ipAddresses: ['127.77.3.1', '::1'] });
    const [leaf, issuer] = [new X509Certificate(certPem), new X509Certificate(authority.certPem)];
    expect(leaf.checkIssued(issuer)).toBe(true);
    expect([leaf.ca, issuer.ca]).toEqual([false, true]);
    expect(leaf.subject).toBe('CN=instance:i');
    expect(leaf.subjectAltName).toBe(`DNS:i-1.cordboard.internal, IP Address:127.77.3.1, IP Address:0:0:0:0:0:0:0:1, URI:${URI}`);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(leaf.validFrom)).toBeLessThanOrEqual(Date.now() - 3_590_000);
    expect(Date.parse(leaf.validTo) - Date.now()).toBeGreaterThan(29.9 * DAY_MS);
    expect(Date.parse(issuer.validTo) - Date.now()).toBeGreaterThan(3650 * DAY_MS);
    const long = new X509Certificate((await authority.issue({ commonName: 'x', days: 10_000 })).certPem);
    expect(long.validTo).toBe(issuer.validTo);
  });

  it('takes a common name as text, never as further name parts', async () => {
    const hostile = new X509Certificate((await authority.issue({ commonName: 'router, CN=orchestrator+O=x' })).certPem);
    expect(hostile.toLegacyObject().subject).toEqual({ CN: 'router, CN=orchestrator+O=x' });
  });

  it("is one, however many open it at once, and its key is the owner's alone", async () => {
    const fresh = join(dir, 'fresh');
    const opened = await Promise.all(Array.from({ length: 8 }, async () => await openAuthority(fresh)));
    expect(new Set(opened.map((held) => held.certPem)).size).toBe(1);
    expect((await stat(join(fresh, 'ca.key'))).mode & 0o777).toBe(0o600);
    expect((await openAuthority(fresh)).certPem).toBe(opened[0]!.certPem);
  });

  it('is never replaced when one of its files is lost or exchanged; a missing certificate follows from the key', async () => {
    const [one, two] = [join(dir, 'one'), join(dir, 'two')];
    await openAuthority(one);
    await openAuthority(two);
    await writeFile(join(one, 'ca.key'), await readFile(join(two, 'ca.key')));
    await expect(openAuthority(one)).rejects.toThrow(AuthorityError);
    await rm(join(one, 'ca.key'));
    await expect(openAuthority(one)).rejects.toThrow(AuthorityError);
    await rm(join(two, 'ca.crt'));
    expect((await openAuthority(two)).certPem).toContain('BEGIN CERTIFICATE');
  });

  it('keeps a certificate until half of its life is over, its names change, or it is of another authority', async () => {
    const request = { commonName: 'edge', dnsNames: ['*.cordboard.localhost', 'localhost'], ipAddresses: ['127.0.0.1', '::1'] };
    const ensure = async (by: Authority, asked: Parameters<typeof ensureCertificate>[3] = request): Promise<string> => {
      const files = await ensureCertificate(by, dir, 'edge', asked);
      expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);
      return await readFile(files.certFile, 'utf8');
    };
    const first = await ensure(authority);
    expect(await ensure(authority, { ...request, dnsNames: ['localhost', '*.cordboard.localhost'] })).toBe(first);
    const at = (days: number) => openAuthority(dir, 'ca', undefined, () => Date.now() + days * DAY_MS);
    expect(await ensure(await at(14))).toBe(first);
    const renewed = await ensure(await at(16));
    expect(renewed).not.toBe(first);
    const second = await ensure(authority, { ...request, ipAddresses: ['127.0.0.2'] });
    expect(new X509Certificate(second).subjectAltName).toContain('127.0.0.2');
    expect(await ensure(authority, { ...request, ipAddresses: ['127.0.0.2'], client: false })).not.toBe(second);
    const other = await openAuthority(join(dir, 'another'));
    expect(new X509Certificate(await ensure(other)).checkIssued(new X509Certificate(other.certPem))).toBe(true);
  });
});
