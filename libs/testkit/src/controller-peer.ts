/**
 * The controller's side of a link for tests, written from docs/design/controller-link.md: real TLS, bytes of its own, no call model.
 * It does what it is told, also what a controller must not do. The product's simulator is apps/call-manager-sim.
 */
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { encodeFrame, type Frame, FrameDecoder } from '#southbound/framing';

export interface PeerIdentity {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface PeerOptions extends PeerIdentity {
  readonly address: string;
  /** Authority of the instances. */
  readonly caPem: string;
  readonly port?: number;
  readonly heartbeatMs?: number;
}

interface Hello {
  readonly nonce: Buffer;
  readonly epochMajor: number;
  readonly epochMinor: number;
  readonly instanceId: string;
  readonly address: string;
  readonly port: number;
}

const [HELLO, HELLO_ACK, BACK_HELLO, PING, PONG, GOODBYE] = [1, 2, 3, 5, 6, 7] as const;
const BOOT_ID = 0x5eed0001;

export class ControllerPeer {
  /** Every frame of the instance but PING and PONG, in order, of all links there were. */
  readonly frames: { readonly connection: 'forward' | 'back'; readonly type: number; readonly frame: Frame }[] = [];
  readonly hellos: Hello[] = [];
  /** What happens on HELLO; the default is what a good controller does. */
  onHello: () => void = () => {
    this.acknowledge();
    void this.callBack();
  };
  answersPings = true;
  forward: TLSSocket | undefined;
  back: TLSSocket | undefined;
  private readonly sockets = new Set<TLSSocket>();

  private constructor(
    private readonly options: PeerOptions,
    private readonly server: Server,
  ) {
    server.on('secureConnection', (socket) => {
      this.forward = socket;
      this.read(socket, 'forward');
    });
    server.on('tlsClientError', () => undefined);
  }

  static async open(options: PeerOptions): Promise<ControllerPeer> {
    const { certPem, keyPem, caPem } = options;
    const server = createServer({
      cert: certPem,
      key: keyPem,
      ca: caPem,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    });
    const peer = new ControllerPeer(options, server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, options.address, resolve);
    });
    return peer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  acknowledge(result = 0): void {
    const body = Buffer.alloc(12);
    body.writeUInt8(result, 0);
    body.writeUInt16BE(this.options.heartbeatMs ?? 1000, 1);
    body.writeUInt32BE(BOOT_ID, 3);
    body.set([1, 9, 4, 1, 0], 7);
    this.forward?.write(encodeFrame(HELLO_ACK, 0, 0, body));
  }

  /**
   * Opens a back connection to where the last HELLO said and sends BACK_HELLO. Resolves with false when the instance ended it instead
   * of keeping it open until its BACK_ACK.
   */
  async callBack(
    changes: { nonce?: Buffer; identity?: PeerIdentity; from?: string; first?: Buffer; port?: number } = {},
  ): Promise<boolean> {
    const hello = this.hellos.at(-1);
    const { certPem, keyPem } = changes.identity ?? this.options;
    const options = {
      cert: certPem,
      key: keyPem,
      ca: this.options.caPem,
      host: hello?.address ?? '',
      port: changes.port ?? hello?.port ?? 0,
      localAddress: changes.from ?? this.options.address,
    };
    const socket = connect(options);
    return new Promise((resolve) => {
      socket.once('secureConnect', () => {
        const body = Buffer.alloc(12);
        body.set(changes.nonce ?? hello?.nonce ?? Buffer.alloc(8), 0);
        body.writeUInt32BE(BOOT_ID, 8);
        this.back = socket;
        socket.write(changes.first ?? encodeFrame(BACK_HELLO, 0, 0, body));
        socket.once('data', () => resolve(true));
        this.read(socket, 'back');
      });
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });
  }

  types(connection: 'forward' | 'back'): number[] {
    return this.frames.filter((seen) => seen.connection === connection).map(({ type }) => type);
  }

  /** Says goodbye on the forward connection. */
  goodbye(reason: number): void {
    this.forward?.write(encodeFrame(GOODBYE, 0, 0, Buffer.from([reason])));
  }

  /** Neither reads nor writes any more, but keeps the connections. */
  stall(): void {
    this.answersPings = false;
    this.forward?.pause();
    this.back?.pause();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private read(socket: TLSSocket, connection: 'forward' | 'back'): void {
    const decoder = new FrameDecoder();
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) this.take(socket, connection, frame);
    });
  }

  private take(socket: TLSSocket, connection: 'forward' | 'back', frame: Frame): void {
    if (frame.type === PING) {
      if (this.answersPings) socket.write(encodeFrame(PONG, 0, 0, frame.body));
      return;
    }
    if (frame.type === PONG) return;
    this.frames.push({ connection, type: frame.type, frame });
    if (frame.type !== HELLO) return;
    const hex = frame.body.toString('hex', 16, 32);
    this.hellos.push({
      nonce: frame.body.subarray(0, 8),
      epochMajor: frame.body.readUInt32BE(8),
      epochMinor: frame.body.readUInt32BE(12),
      instanceId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      address: [...frame.body.subarray(33, 37)].join('.'),
      port: frame.body.readUInt16BE(49),
    });
    this.onHello();
  }
}
