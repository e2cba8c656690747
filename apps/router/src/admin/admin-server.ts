/** The router's admin interface: HTTPS, client certificates of our authority, and of those only the orchestrator's. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { problemOf, type Refusal } from '#contracts/errors';
import { ROUTER_ADMIN_ROUTES } from '#contracts/routing';
import type { Logger } from '#telemetry/logger';
import { MetricsText } from '#telemetry/metrics';
import { readBody } from '../edge/body-reading.js';
import { guard, TLS_FLOOR } from '../edge/listeners.js';
import { answerRefusal } from '../edge/refusal-answer.js';
import type { TableHolder } from './table-holder.js';

/** About 100,000 instances. */
const TABLE_BYTES_MAX = 64 * 1024 * 1024;

export interface AdminParts {
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Subject name (CN) of the only peer allowed in. */
  readonly orchestrator: string;
  readonly holder: TableHolder;
  readonly logger: Logger;
}

export function createAdminServer(parts: AdminParts): Server {
  const server = createServer({
    ...TLS_FLOOR,
    ALPNProtocols: [...TLS_FLOOR.ALPNProtocols],
    ...parts.tls,
    requestCert: true,
    rejectUnauthorized: true,
    requestTimeout: 30_000,
    headersTimeout: 10_000,
  });
  server.maxConnections = 100;
  guard(server, async (request, response) => await answer(parts, request, response));
  return server as Server;
}

async function answer(parts: AdminParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const refuse = (refusal: Refusal): void => answerRefusal(request, response, 'rest', refusal, requestId, true);
  try {
    const socket = request.socket as TLSSocket;
    if (!socket.authorized || socket.getPeerCertificate().subject.CN !== parts.orchestrator) {
      return refuse({ code: 'FORBIDDEN', detail: 'This interface is for the orchestrator.' });
    }
    const { table, health, metrics } = ROUTER_ADMIN_ROUTES;
    if (request.url === metrics.path && request.method === metrics.method) return sendMetrics(response, parts.holder);
    if (request.url === health.path && request.method === health.method) return send(response, 200, stateOf(parts.holder));
    if (request.url === table.path && request.method === table.method)
      return await putTable(parts, request, response, requestId, refuse);
    if ([health.path, table.path, metrics.path].some((path) => request.url === path))
      return refuse({ code: 'METHOD_NOT_ALLOWED', detail: 'The route does not have this method.' });
    refuse({ code: 'NOT_FOUND', detail: 'There is no such route.' });
  } catch (error) {
    parts.logger.error({ err: error, requestId }, 'admin request failed');
    refuse({ code: 'INTERNAL', detail: 'The router could not handle the request.' });
  }
}

async function putTable(
  parts: AdminParts,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  refuse: (refusal: Refusal) => void,
): Promise<void> {
  const read = await readBody(request, TABLE_BYTES_MAX);
  if (read.kind === 'gone') return;
  if (read.kind === 'too-large')
    return refuse({ code: 'BODY_TOO_LARGE', detail: `A routing table may have up to ${TABLE_BYTES_MAX} bytes.` });
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(read.body));
  } catch {
    return refuse({ code: 'MALFORMED_REQUEST', detail: 'The body is not JSON in UTF-8.' });
  }
  const offered = await parts.holder.offer(document);
  if (offered.kind === 'invalid')
    return refuse({ code: 'INVALID_ARGUMENT', detail: 'The routing table is not as the contract says.', errors: offered.errors });
  const { version } = parts.holder.index;
  if (offered.kind === 'stale') {
    parts.logger.warn({ held: version, detail: offered.detail }, 'routing table refused');
    return send(
      response,
      409,
      { ...problemOf({ code: 'CONFLICT', detail: offered.detail }, requestId), version },
      'application/problem+json',
    );
  }
  parts.logger.info({ version }, 'routing table taken');
  send(response, 200, { version });
}

function stateOf(holder: TableHolder): Readonly<Record<string, unknown>> {
  return {
    version: holder.index.version,
    issuedAt: holder.issuedAt,
    tenants: holder.index.tenants.size,
    instances: holder.index.instances.size,
  };
}

function sendMetrics(response: ServerResponse, { index }: TableHolder): void {
  const text = new MetricsText();
  text.add('cordboard_router_table_version', {}, index.version);
  text.add('cordboard_router_instances', {}, index.instances.size);
  text.add('cordboard_router_tenants', {}, index.tenants.size);
  response
    .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' })
    .end(text.toString());
}

function send(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store' })
    .end(text);
}
