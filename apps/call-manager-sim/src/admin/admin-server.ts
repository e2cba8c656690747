/** HTTP on loopback before the desk: who may ask, how much may come, what an error looks like. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Desk } from './desk.js';
import { refusal, route, type AdminAnswer } from './routes.js';

export const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 64;

export class AdminServer {
  private readonly server: Server;
  private readonly keyDigest: Buffer;

  constructor(
    private readonly desk: Desk,
    key: string,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.keyDigest = digest(key);
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      // After a request for an upgrade that nobody makes, node passes over what is malformed in the next one and waits: that one comes on a new connection.
      if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
      this.handle(request)
        .catch((error: unknown) => {
          this.onFailure(error);
          return refusal(500, 'INTERNAL', 'this request failed inside the simulator');
        })
        .then((answer) => write(request, response, answer))
        .catch((error: unknown) => {
          this.onFailure(error);
          response.destroy();
        });
    };
    this.server = createServer(
      { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX, maxHeaderSize: 8_192 },
      onRequest,
    );
    // what is expected beyond `100-continue` is not looked at: node's own answer would have no type
    this.server.on('checkExpectation', onRequest);
    this.server.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves to the port. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.removeListener('error', reject);
        resolve();
      });
    });
    this.server.on('error', (error) => this.onFailure(error));
    return (this.server.address() as AddressInfo).port;
  }

  /** May be called before `listen`, and twice. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async handle(request: IncomingMessage): Promise<AdminAnswer> {
    if (!this.authorized(request.headers.authorization)) return refusal(401, 'UNAUTHORIZED', 'a bearer key is needed');
    const target = pathOf(request.url ?? '/');
    if (!target) return refusal(404, 'NOT_FOUND', 'there is no such path');
    const text = await readBody(request);
    if (text === null) return refusal(413, 'TOO_LARGE', `a body is at most ${BODY_BYTES_MAX} bytes`);
    const body = parseJson(text);
    if (!body.ok) return refusal(400, 'BAD_JSON', 'the body is not JSON of UTF-8');
    return route(this.desk, { method: request.method ?? 'GET', path: target.path, query: target.query, body: body.value });
  }

  private authorized(header: string | undefined): boolean {
    const key = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1];
    return key !== undefined && timingSafeEqual(digest(key), this.keyDigest);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function pathOf(url: string): { readonly path: string[]; readonly query: URLSearchParams } | null {
  try {
    const { pathname, searchParams } = new URL(url, 'http://simulator.internal');
    return { path: pathname.split('/').slice(1).map(decodeURIComponent), query: searchParams };
  } catch {
    return null;
  }
}

/** Null when there is more than {@link BODY_BYTES_MAX}; the rest is read and thrown away, so that the answer reaches who sends it. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
      else resolve(null);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function parseJson(bytes: Buffer): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.trim() === '') return { ok: true, value: undefined };
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false };
  }
}

function write(request: IncomingMessage, response: ServerResponse, answer: AdminAnswer): void {
  if (response.destroyed) return;
  response.statusCode = answer.status;
  response.setHeader('cache-control', 'no-store');
  if (!request.complete) response.setHeader('connection', 'close');
  if (answer.body === undefined) {
    response.end();
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer.body));
}
