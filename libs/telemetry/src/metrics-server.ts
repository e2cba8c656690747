/**
 * Where a program of the control plane tells its figures: HTTP at `GET /v1/metrics`, to who has the key. For an address of this host; no
 * figure names a tenant (S-06), but how busy an installation is, is nobody else's.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Logger } from './logger.js';

export interface MetricsServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** SHA-256 (hex) of the key that `Authorization: Bearer` must carry. */
  readonly keySha256: string;
  /** Asked for at each request; a rejection is answered 503 and logged. */
  readonly text: () => Promise<string>;
  readonly logger: Logger;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

const ROUTE = '/v1/metrics';

/** Rejects when the address cannot be had. */
export async function serveMetrics({ listen, keySha256, text, logger }: MetricsServerOptions): Promise<MetricsServer> {
  const key = Buffer.from(keySha256, 'hex');
  const mayAsk = (header = ''): boolean =>
    timingSafeEqual(
      createHash('sha256')
        .update(header.replace(/^Bearer /, ''))
        .digest(),
      key,
    );
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 8192 }, (request, response) => {
    if (!mayAsk(request.headers.authorization)) return refuse(response, 401, 'UNAUTHENTICATED: send the key as Bearer');
    if (request.url !== ROUTE) return refuse(response, 404, `NOT_FOUND: there is ${ROUTE} alone`);
    if (request.method !== 'GET') return refuse(response, 405, 'METHOD_NOT_ALLOWED: send GET');
    text().then(
      (body) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body),
      (error: unknown) => {
        logger.warn({ err: error }, 'the figures cannot be told');
        refuse(response, 503, 'UNAVAILABLE: try again');
      },
    );
  });
  server.maxConnections = 20;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  return { port: (server.address() as { readonly port: number }).port, close: () => closed(server) };
}

function refuse(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${detail}\n`);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
