/**
 * HTTP/1.1 by hand over one kept connection: bytes out, the answer in. What no client would send has to be sent, and an ordinary client's
 * work would be most of what a run costs.
 */
import type { Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly body: string;
  /** The peer ended the connection with it. */
  readonly closed: boolean;
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class HttpConnection {
  private socket: Socket | undefined;
  private received: Buffer = Buffer.alloc(0);
  private waiting: Waiting | undefined;

  /** @param open a socket that is connected or will be; asked again when the last one has ended */
  constructor(private readonly open: () => Socket) {}

  /** Rejects when the connection ends without an answer. */
  exchange(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      const socket = (this.socket ??= this.connect());
      socket.write(request);
    });
  }

  close(): Promise<void> {
    const { socket } = this;
    if (socket === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      socket.once('close', () => resolve());
      socket.destroy();
    });
  }

  private connect(): Socket {
    const socket = this.open();
    socket.on('data', (chunk: Buffer) => {
      if (this.socket !== socket) return;
      this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
      this.read(false);
    });
    // an end with an error says the same as one without: what counts is whether there was an answer
    socket.on('error', () => {});
    socket.once('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.read(true);
      this.settle((waiting) => waiting.reject(new Error('the connection ended without an answer')));
    });
    return socket;
  }

  private read(ended: boolean): void {
    const end = this.received.indexOf('\r\n\r\n');
    if (this.waiting === undefined || end === -1) return;
    const head = this.received.toString('latin1', 0, end);
    const status = Number(head.slice(9, 12));
    if (status === 100) {
      this.received = this.received.subarray(end + 4);
      return this.read(ended);
    }
    const length = /\ncontent-length: (\d+)/i.exec(head)?.[1];
    const bodyEnd = end + 4 + Number(length ?? 0);
    if (this.received.length < bodyEnd && !ended) return;
    const isOpenEnded = length === undefined && status === 200;
    const closed = /\nconnection: close/i.test(head) || isOpenEnded;
    const body = this.received.toString('utf8', end + 4, isOpenEnded ? undefined : bodyEnd);
    this.received = Buffer.alloc(0);
    if (closed) {
      this.socket?.destroy();
      this.socket = undefined;
    }
    this.settle((waiting) => waiting.resolve({ status, head, body, closed }));
  }

  private settle(how: (waiting: Waiting) => void): void {
    const { waiting } = this;
    this.waiting = undefined;
    this.received = Buffer.alloc(0);
    if (waiting !== undefined) how(waiting);
  }
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array | undefined;
  /** The body goes without a length of ours: the headers say one, or another than it has. */
  readonly ownLength?: boolean;
  readonly version?: string;
}

/** The request as bytes, exactly as given. */
export function bytesOf({ method, path, headers, body, ownLength = false, version = 'HTTP/1.1' }: HttpRequest): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  let head = `${method} ${path} ${version}\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  if (bytes !== undefined && !ownLength) head += `content-length: ${bytes.length}\r\n`;
  const start = Buffer.from(`${head}\r\n`, 'latin1');
  return bytes === undefined ? start : Buffer.concat([start, bytes]);
}
