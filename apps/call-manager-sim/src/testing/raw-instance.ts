/**
 * An instance's side of a link for tests: raw bytes as the page gives them, made by hand, so that a mistake in the simulator's own codec
 * cannot hide behind the same mistake here.
 */
import { connect, createServer, type ConnectionOptions, type Server, type TLSSocket } from 'node:tls';

export interface Identity {
  readonly certPem: string;
  readonly keyPem: string;
  /** The authority of controllers. */
  readonly controllerCaPem: string;
}

export interface RawFrame {
  readonly type: number;
  readonly correlation: number;
  readonly target: number;
  readonly body: Buffer;
}

export interface RawEvent {
  readonly reference: number;
  readonly target: number;
  readonly serial: number;
  readonly timeMs: number;
  readonly sequence: number;
  readonly localCallId: number;
  readonly globalCallId: bigint;
  readonly type: number;
  readonly cause: number;
  readonly state: number;
  readonly data: readonly string[];
}

export function frameOf(type: number, correlation: number, target: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(12 + body.length, 0);
  header.writeUInt8(1, 2);
  header.writeUInt8(type, 3);
  header.writeUInt32BE(correlation, 4);
  header.writeUInt32BE(target, 8);
  return Buffer.concat([header, body]);
}

export function helloOf(
  instanceId: string,
  epoch: readonly [number, number],
  address: string,
  port: number,
  nonce: bigint,
): Buffer {
  const body = Buffer.alloc(51);
  body.writeBigUInt64BE(nonce, 0);
  body.writeUInt32BE(epoch[0], 8);
  body.writeUInt32BE(epoch[1], 12);
  body.set(Buffer.from(instanceId.replaceAll('-', ''), 'hex'), 16);
  body.writeUInt8(4, 32);
  body.set(address.split('.').map(Number), 33);
  body.writeUInt16BE(port, 49);
  return frameOf(0x01, 0, 0, body);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

export function string(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
}

export function eventOf({ correlation, target, body }: RawFrame): RawEvent {
  const data: string[] = [];
  for (let at = 52; at < body.length; at += 3 + body.readUInt8(at + 2)) {
    data.push(
      `${body.readUInt8(at)}.${body.readUInt8(at + 1)}=${body.toString('utf8', at + 3, at + 3 + body.readUInt8(at + 2))}`,
    );
  }
  return {
    reference: correlation,
    target,
    serial: Number(body.readBigUInt64BE(0)),
    timeMs: Number(body.readBigUInt64BE(8)),
    sequence: body.readUInt32BE(16),
    localCallId: body.readUInt32BE(20),
    globalCallId: body.readBigUInt64BE(24),
    type: body.readUInt16BE(32),
    cause: body.readUInt16BE(34),
    state: body.readUInt8(36),
    data,
  };
}

/** Frames of one socket, in order, and whether it has ended. */
export class RawSocket {
  readonly frames: RawFrame[] = [];
  /** Bytes of each chunk as it came: a chunk is one TLS record. */
  readonly chunks: number[] = [];
  ended = false;
  private rest = Buffer.alloc(0);

  constructor(readonly socket: TLSSocket) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk.length);
      this.rest = Buffer.concat([this.rest, chunk]);
      while (this.rest.length >= 2 && this.rest.length >= this.rest.readUInt16BE(0)) {
        const frame = this.rest.subarray(0, this.rest.readUInt16BE(0));
        this.frames.push({
          type: frame.readUInt8(3),
          correlation: frame.readUInt32BE(4),
          target: frame.readUInt32BE(8),
          body: frame.subarray(12),
        });
        this.rest = this.rest.subarray(frame.length);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => (this.ended = true));
  }

  ofType(type: number): RawFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }
}

/** One instance at its own address, with its call-back listener; dials controllers one at a time or several. */
export class RawInstance {
  readonly backs: RawSocket[] = [];
  private lastNonce = 0x0123_4567_89ab_cdefn;
  private lastCorrelation = 0;
  callbackPort = 0;
  /** False: BACK_HELLO is not answered. */
  acknowledge = true;
  private server: Server | null = null;
  private readonly forwards: RawSocket[] = [];

  constructor(
    readonly instanceId: string,
    readonly address: string,
    private readonly identity: Identity,
  ) {}

  /** Takes the first free port of 49500 to 49600. */
  async listen(): Promise<void> {
    for (let port = 49_500; port <= 49_600; port += 1) {
      if (await this.tryListen(port)) return;
    }
    throw new Error(`no free call-back port at ${this.address}`);
  }

  /** The forward connection stands; nothing has been said yet. Rejects when it is refused before that. */
  async dial(controller: { readonly address: string; readonly port: number }): Promise<RawSocket> {
    const options: ConnectionOptions & { localAddress: string } = {
      host: controller.address,
      port: controller.port,
      localAddress: this.address,
      cert: this.identity.certPem,
      key: this.identity.keyPem,
      ca: this.identity.controllerCaPem,
    };
    const socket = connect(options);
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    const raw = new RawSocket(socket);
    this.forwards.push(raw);
    return raw;
  }

  hello(epoch: readonly [number, number] = [1, 1], port = this.callbackPort): Buffer {
    this.lastNonce += 1n;
    return helloOf(this.instanceId, epoch, this.address, port, this.lastNonce);
  }

  get nonce(): bigint {
    return this.lastNonce;
  }

  nextCorrelation(): number {
    this.lastCorrelation += 1;
    return this.lastCorrelation;
  }

  async close(): Promise<void> {
    for (const { socket } of [...this.forwards, ...this.backs]) socket.destroy();
    const { server } = this;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private async tryListen(port: number): Promise<boolean> {
    const { certPem: cert, keyPem: key, controllerCaPem: ca } = this.identity;
    const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true });
    server.on('tlsClientError', () => undefined);
    server.on('secureConnection', (socket) => {
      const raw = new RawSocket(socket);
      this.backs.push(raw);
      socket.on('data', () => {
        if (this.acknowledge && raw.frames.length === 1 && raw.frames[0]?.type === 0x03)
          socket.write(frameOf(0x04, 0, 0, Buffer.from([0])));
      });
    });
    return new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, this.address, () => {
        this.server = server;
        this.callbackPort = port;
        resolve(true);
      });
    });
  }
}
