/**
 * TLS between instances and controllers: certificates on both sides, checked against the agreed authority, the time, and the address the
 * connection really goes to or comes from (S-59). There is no way to turn any of it off.
 */
import { constants } from 'node:crypto';
import { createServer as createTcpServer, type Server, type Socket, SocketAddress, isIP } from 'node:net';
import {
  type ConnectionOptions,
  type SecureContext,
  type SecureContextOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  createServer as createTlsServer,
  type TLSSocket,
} from 'node:tls';

const SECURITY = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ].join(':'),
  ecdhCurve: 'X25519:P-256:P-384',
} as const satisfies SecureContextOptions;
const KEEP_ALIVE_DELAY_MS = 15_000;

/** PEM texts: own certificate (chain) and key, and the authority that the peer's certificate has to be signed by. */
export interface TlsIdentity {
  readonly certPem: string;
  readonly keyPem: string;
  readonly caPem: string;
}

export interface DialOptions {
  readonly identity: TlsIdentity;
  /** IP address, never a name. */
  readonly address: string;
  readonly port: number;
  /** The address to dial from. */
  readonly localAddress: string;
  /** For the TCP connection and the handshake together. */
  readonly handshakeTimeoutMs: number;
  /** Gives up an attempt that is under way; no effect on an established connection. */
  readonly signal: AbortSignal;
}

/** One for all links of an identity: reading its keys and certificates costs about a millisecond, and an instance dials 250 controllers at once. */
const contexts = new WeakMap<TlsIdentity, SecureContext>();

function contextOf(identity: TlsIdentity): SecureContext {
  let context = contexts.get(identity);
  if (context === undefined) {
    const { certPem: cert, keyPem: key, caPem: ca } = identity;
    contexts.set(identity, (context = createSecureContext({ ...SECURITY, cert, key, ca })));
  }
  return context;
}

/**
 * Connects and resolves when the peer has proved to be who it should be. Rejects with the reason (refused, unreachable, certificate, time);
 * everything is closed then.
 */
export async function dialTls(options: DialOptions): Promise<TLSSocket> {
  const { identity, address, port, localAddress, signal } = options;
  if (isIP(address) === 0) throw new RangeError(`${address} is not an IP address`);
  signal.throwIfAborted();
  // tls.connect hands what it does not know itself to the socket's connect.
  const connection: ConnectionOptions & { readonly localAddress: string } = {
    secureContext: contextOf(identity),
    host: address,
    port,
    localAddress,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(address, certificate),
  };
  const socket = connect(connection);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  return new Promise((resolve, reject) => {
    const giveUp = (reason: Error): void => {
      settle();
      // A late error of a socket that was given up has nobody to be told to.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(reason);
    };
    const onError = (error: Error): void => giveUp(error);
    const onClose = (): void => giveUp(new Error('closed during the handshake'));
    const onAbort = (): void => giveUp(new Error('given up'));
    const timer = setTimeout(
      () => giveUp(new Error(`no handshake within ${options.handshakeTimeoutMs} ms`)),
      options.handshakeTimeoutMs,
    );
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose).off('secureConnect', onSecure);
    };
    const onSecure = (): void => {
      settle();
      resolve(socket);
    };
    socket.on('error', onError).on('close', onClose).on('secureConnect', onSecure);
    signal.addEventListener('abort', onAbort);
  });
}

/** When the peer's certificate ends, milliseconds since 1970; NaN where it has shown none. */
export function peerNotAfterMs(socket: TLSSocket): number {
  return Date.parse(socket.getPeerX509Certificate()?.validTo ?? '');
}

export interface ListenOptions {
  readonly identity: TlsIdentity;
  readonly address: string;
  /** The first free one is taken; `from` may be 0 for any. */
  readonly ports: { readonly from: number; readonly to: number };
  readonly handshakeTimeoutMs: number;
  /** Open connections, those in the handshake included; more are refused. */
  readonly connectionsMax: number;
  /** Handshakes under way from one address; more are refused, so that one peer cannot take the room of the others. */
  readonly handshakesPerAddressMax: number;
  /** Asked before a byte of the handshake is read: false closes the connection. `remoteAddress` is canonical. */
  readonly admits: (remoteAddress: string) => boolean;
  /** The peer has a valid certificate for the address it comes from. Attach listeners at once, `error` among them. */
  readonly onConnection: (socket: TLSSocket, remoteAddress: string) => void;
  /** A connection was not admitted, or its handshake or certificate failed; it is closed. */
  readonly onRefused: (remoteAddress: string, reason: string) => void;
}

export interface TlsListener {
  readonly port: number;
  /** Takes no more connections, and ends those in the handshake; established ones are the business of who has them. */
  close(): Promise<void>;
}

/** Rejects when no port of the range is free (`code` EADDRINUSE) or the address is not ours. */
export async function listenTls(options: ListenOptions): Promise<TlsListener> {
  const { identity } = options;
  const tlsServer = createTlsServer({
    ...SECURITY,
    cert: identity.certPem,
    key: identity.keyPem,
    ca: identity.caPem,
    requestCert: true,
    handshakeTimeout: options.handshakeTimeoutMs,
    // Nobody resumes: every connection shows its certificate, and it is checked as of now.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
  const handshakes = new Map<string, { readonly socket: Socket; readonly remoteAddress: string }>();
  const keyOf = (socket: Socket): string => `${socket.remoteAddress}|${socket.remotePort}`;

  const refusalOf = (remoteAddress: string): string | undefined => {
    if (!options.admits(remoteAddress)) return 'not expected';
    const underWay = [...handshakes.values()].filter((other) => other.remoteAddress === remoteAddress).length;
    return underWay >= options.handshakesPerAddressMax ? 'too many handshakes under way' : undefined;
  };
  const accept = (socket: Socket): void => {
    const remoteAddress = canonicalAddress(socket.remoteAddress ?? '');
    socket.on('error', () => undefined);
    const refusal = refusalOf(remoteAddress);
    if (refusal !== undefined) {
      socket.destroy();
      options.onRefused(remoteAddress, refusal);
      return;
    }
    const key = keyOf(socket);
    handshakes.set(key, { socket, remoteAddress });
    socket.once('close', () => {
      if (handshakes.delete(key)) options.onRefused(remoteAddress, 'handshake or certificate failed');
    });
    tlsServer.emit('connection', socket);
  };
  tlsServer.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    const remoteAddress = canonicalAddress(socket.remoteAddress ?? '');
    handshakes.delete(keyOf(socket));
    if (!socket.authorized || socket.getPeerX509Certificate()?.checkIP(remoteAddress) === undefined) {
      socket.destroy();
      options.onRefused(remoteAddress, 'certificate is not for this address');
      return;
    }
    options.onConnection(socket, remoteAddress);
  });
  tlsServer.on('tlsClientError', (_error, socket) => {
    socket.on('error', () => undefined);
    socket.destroy();
  });

  const server = await listenOnFirstFree(options.address, options.ports, accept);
  server.maxConnections = options.connectionsMax;
  server.on('drop', (data) => options.onRefused(canonicalAddress(data?.remoteAddress ?? ''), 'too many connections'));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the listener has no port');
  return {
    port: bound.port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { socket } of handshakes.values()) socket.destroy();
      await closed;
    },
  };
}

async function listenOnFirstFree(
  address: string,
  ports: { readonly from: number; readonly to: number },
  accept: (socket: Socket) => void,
): Promise<Server> {
  for (let port = ports.from; ; port += 1) {
    const server = createTcpServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS }, accept);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: address, port, exclusive: true }, () => resolve());
      });
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port >= ports.to) throw error;
    }
  }
}

/** One text for each address: an IPv4 address that came over an IPv6 socket is IPv4, IPv6 is as RFC 5952 writes it. Others are left as they are. */
export function canonicalAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIP(address) === 6 ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}
