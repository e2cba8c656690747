import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

export interface CallBackRequest {
  readonly host: string;
  readonly port: number;
  /** The controller's own address: the instance accepts no other. */
  readonly localAddress: string;
  readonly certPem: string;
  readonly keyPem: string;
  readonly caPem: string;
  readonly timeoutMs: number;
}

/**
 * Opens the back connection. The peer's certificate must hold the address we go to: Node checks that because the host is an address.
 * Exactly one of the two is called, once; after `stands` the socket is the caller's.
 */
export function openBackConnection(
  request: CallBackRequest,
  stands: (socket: TLSSocket) => void,
  failed: (why: string) => void,
): void {
  const { host, port, localAddress, certPem: cert, keyPem: key, caPem: ca } = request;
  const options: ConnectionOptions & { localAddress: string } = {
    host,
    port,
    localAddress,
    cert,
    key,
    ca,
    minVersion: 'TLSv1.2',
  };
  const socket = connect(options);
  let told = false;
  const fail = (why: string) => {
    if (told) return;
    told = true;
    clearTimeout(timer);
    socket.destroy();
    failed(why);
  };
  const timer = setTimeout(() => fail('no answer in time'), request.timeoutMs);
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('closed before it stood'));
  socket.once('secureConnect', () => {
    if (told) return;
    told = true;
    clearTimeout(timer);
    stands(socket);
  });
}
