import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createTcpServer, connect as connectTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, openAuthority } from '#pki/authority';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { canonicalAddress, dialTls, type ListenOptions, listenTls, type TlsIdentity, type TlsListener } from './transport-tls.js';

let dir: string;
let block: LoopbackBlock;
let authority: Authority;
let here: string;
let there: string;
let server: TlsIdentity;
let client: TlsIdentity;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cordboard-tls-'));
  block = await freeLoopbackBlock();
  authority = await openAuthority(dir);
  [here, there] = [block.address(1), block.address(2)];
  const identityOf = async (address: string): Promise<TlsIdentity> => ({
    ...(await authority.issue({ commonName: address, ipAddresses: [address] })),
    caPem: authority.certPem,
  });
  [server, client] = await Promise.all([identityOf(here), identityOf(there)]);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(async () => {
  await block.release();
  await rm(dir, { recursive: true, force: true });
});

async function listening(
  changes: Partial<ListenOptions> = {},
): Promise<{ listener: TlsListener; accepted: TLSSocket[]; refused: string[] }> {
  const accepted: TLSSocket[] = [];
  const refused: string[] = [];
  const listener = await listenTls({
    identity: server,
    address: here,
    ports: { from: 0, to: 0 },
    handshakeTimeoutMs: 5000,
    connectionsMax: 10,
    handshakesPerAddressMax: 2,
    admits: () => true,
    onConnection: (socket) => {
      socket.on('data', () => undefined);
      socket.write('x');
      accepted.push(socket);
    },
    onRefused: (remoteAddress, reason) => refused.push(`${remoteAddress}: ${reason}`),
    ...changes,
  });
  cleanups.push(async () => {
    for (const socket of accepted) socket.destroy();
    await listener.close();
  });
  return { listener, accepted, refused };
}

async function dial(port: number, identity = client): Promise<TLSSocket> {
  const socket = await dialTls({
    identity,
    address: here,
    port,
    localAddress: there,
    handshakeTimeoutMs: 5000,
    signal: new AbortController().signal,
  });
  socket.on('error', () => undefined);
  cleanups.push(() => socket.destroy());
  return socket;
}

/** A client of its own making; resolves with whether the server kept it. */
async function rawClient(port: number, options: ConnectionOptions): Promise<boolean> {
  const { certPem: cert, keyPem: key, caPem: ca } = client;
  const socket = connect({ host: here, port, cert, key, ca, localAddress: there, ...options } as ConnectionOptions);
  cleanups.push(() => socket.destroy());
  return new Promise((resolve) => {
    socket.on('error', () => resolve(false)).on('close', () => resolve(false));
    socket.on('data', () => resolve(true));
  });
}

describe('TLS between instances and controllers', () => {
  it('connects from the given address when both certificates are right', async () => {
    const { listener, accepted } = await listening();
    const socket = await dial(listener.port);
    await eventually(() => accepted.length === 1);
    expect(accepted[0]?.remoteAddress).toBe(there);
    expect(socket.authorized && accepted[0]?.authorized).toBe(true);
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(socket.getCipher().name).toMatch(/GCM|POLY1305/);
  });

  it('S-59 speaks TLS 1.2 with AEAD ciphers, and neither older versions nor other ciphers', async () => {
    const { listener, refused } = await listening();
    expect(await rawClient(listener.port, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toBe(true);
    expect(await rawClient(listener.port, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).toBe(false);
    expect(await rawClient(listener.port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).toBe(
      false,
    );
    await eventually(() => refused.length === 2);
  });

  it('S-59 admits nobody without a certificate, or with one for another address', async () => {
    const { listener, accepted, refused } = await listening();
    const none: ConnectionOptions = { cert: '', key: '' };
    expect(await rawClient(listener.port, none)).toBe(false);
    const other = await authority.issue({ commonName: here, ipAddresses: [here] });
    expect(await rawClient(listener.port, { cert: other.certPem, key: other.keyPem })).toBe(false);
    const named = await authority.issue({ commonName: there, dnsNames: [there] });
    expect(await rawClient(listener.port, { cert: named.certPem, key: named.keyPem })).toBe(false);
    await eventually(() => refused.length === 3);
    expect(accepted).toEqual([]);
  });

  it('refuses before the handshake whom nobody expects, and more handshakes of one address than allowed', async () => {
    let expected = false;
    const { listener, refused } = await listening({ admits: () => expected });
    await expect(dial(listener.port)).rejects.toThrow();
    expect(refused).toEqual([`${there}: not expected`]);
    expected = true;
    const idle: Socket[] = [1, 2, 3].map(() => connectTcp({ host: here, port: listener.port, localAddress: there }));
    for (const socket of idle) {
      socket.on('error', () => undefined);
      cleanups.push(() => socket.destroy());
    }
    await eventually(() => refused.length === 2);
    expect(refused[1]).toBe(`${there}: too many handshakes under way`);
  });

  it('gives a handshake a limited time, on both sides', async () => {
    const { listener, refused } = await listening({ handshakeTimeoutMs: 100 });
    const idle = connectTcp({ host: here, port: listener.port, localAddress: there });
    cleanups.push(() => idle.destroy());
    idle.on('error', () => undefined);
    await eventually(() => refused.length === 1 && idle.destroyed);

    const mute: Server = createTcpServer();
    const held: Socket[] = [];
    mute.on('connection', (socket) => held.push(socket.resume()));
    await new Promise<void>((resolve) => mute.listen(0, here, resolve));
    cleanups.push(() => {
      for (const socket of held) socket.destroy();
      mute.close();
    });
    const { port } = mute.address() as { port: number };
    const options = { identity: client, address: here, port, localAddress: there };
    await expect(dialTls({ ...options, handshakeTimeoutMs: 100, signal: new AbortController().signal })).rejects.toThrow(
      'no handshake within 100 ms',
    );
    const abort = new AbortController();
    const attempt = dialTls({ ...options, handshakeTimeoutMs: 60_000, signal: abort.signal });
    abort.abort();
    await expect(attempt).rejects.toThrow('given up');
    await eventually(() => held.length > 0 && held.every((socket) => socket.destroyed));
  });

  it('dials addresses, never names', async () => {
    const options = { identity: client, address: 'localhost', port: 1, localAddress: there, handshakeTimeoutMs: 100 };
    await expect(dialTls({ ...options, signal: new AbortController().signal })).rejects.toThrow(RangeError);
  });

  it('has one text for each address', () => {
    expect(canonicalAddress('::ffff:127.0.0.1')).toBe('127.0.0.1');
    expect(canonicalAddress('FD00:0:0::1')).toBe('fd00::1');
    expect(canonicalAddress('127.0.0.1')).toBe('127.0.0.1');
    expect(canonicalAddress('')).toBe('');
  });
});
