import type { TLSSocket } from 'node:tls';
import type { ControllerMessage } from '#southbound/messages';
import { listenTls, type TlsIdentity } from '#southbound/transport-tls';
import { LinkConnection } from './link-connection.js';

/** R-LIM-02 counts 250 controllers; each has one back connection, and one more while it replaces it. */
const CONNECTIONS_MAX = 500;
/** Connections of one address that have not said whose they are: one that counts, and those it has given up. */
const UNNAMED_PER_ADDRESS_MAX = 4;
/** For the handshake, and again for BACK_HELLO. */
const GREETING_MS = 5000;

export type BackHello = Extract<ControllerMessage, { readonly type: 'BACK_HELLO' }>;

export interface CallbackListenerOptions {
  readonly identity: TlsIdentity;
  readonly address: string;
  readonly ports: { readonly from: number; readonly to: number };
  /** True when a controller of this address is to connect back now. */
  readonly expects: (remoteAddress: string) => boolean;
  /** Takes the connection (and attaches its own listener), or answers false: it is then closed and counted. */
  readonly take: (remoteAddress: string, hello: BackHello, connection: LinkConnection) => boolean;
  readonly refused: (remoteAddress: string, reason: string) => void;
}

export interface CallbackListener {
  readonly port: number;
  /** Closes the listener and the connections that were not taken. */
  close(): Promise<void>;
}

/**
 * Where controllers connect back to (R-CLU-03). Only addresses that are expected get as far as the handshake (R-CLU-04); then the
 * certificate has to be for that address, and BACK_HELLO has to be the first frame, with a nonce that waits.
 */
export async function openCallbackListener(options: CallbackListenerOptions): Promise<CallbackListener> {
  const unnamed = new Set<{ readonly remoteAddress: string; readonly close: () => void }>();
  const unnamedOf = (address: string): number => [...unnamed].filter(({ remoteAddress }) => remoteAddress === address).length;

  const greet = (socket: TLSSocket, remoteAddress: string): void => {
    const connection = new LinkConnection(socket);
    const done = (): void => {
      clearTimeout(timer);
      unnamed.delete(entry);
    };
    const close = (): void => {
      done();
      connection.close(false);
    };
    const refuse = (reason: string): void => {
      close();
      options.refused(remoteAddress, reason);
    };
    const timer = setTimeout(() => refuse('said nothing'), GREETING_MS);
    const entry = { remoteAddress, close };
    unnamed.add(entry);
    connection.attach({
      message: (message) => {
        if (message.type !== 'BACK_HELLO') return refuse(`began with ${message.type}`);
        done();
        if (!options.take(remoteAddress, message, connection)) refuse('nonce not expected');
      },
      broken: refuse,
      ended: refuse,
    });
  };

  const listener = await listenTls({
    identity: options.identity,
    address: options.address,
    ports: options.ports,
    handshakeTimeoutMs: GREETING_MS,
    connectionsMax: CONNECTIONS_MAX,
    handshakesPerAddressMax: UNNAMED_PER_ADDRESS_MAX,
    admits: (remoteAddress) => options.expects(remoteAddress) && unnamedOf(remoteAddress) < UNNAMED_PER_ADDRESS_MAX,
    onConnection: greet,
    onRefused: options.refused,
  });
  return {
    port: listener.port,
    close: async () => {
      for (const entry of unnamed) entry.close();
      await listener.close();
    },
  };
}
