/** The admin interface (`ADMIN_ROUTES`): HTTPS with client certificates, for the worker alone. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { problemOf, type Refusal } from '#contracts/errors';
import { ADMIN_ROUTES } from '#contracts/admin-routes';
import type { InstanceHealth, InstanceStatusReport, JournalPiece } from '#contracts/gateway-admin';
import type { EngineLogger } from '../engine-options.js';
import type { CopyPlace } from '../journal/journal-copy.js';
import type { Outcome } from '../northbound-port.js';
import { readDocument } from '../shapes/shapes.js';

const BODY_BYTES_MAX = 12 * 1024 * 1024;
const BODY_MS_MAX = 10_000;
const CONNECTIONS_MAX = 64;

export interface AdminActions {
  health(): InstanceHealth;
  status(): InstanceStatusReport;
  /** Text of Prometheus. */
  metrics(): string;
  acceptDocument(signed: unknown): Promise<Outcome<unknown>>;
  drain(on: boolean): void;
  journal(held: CopyPlace | undefined): Promise<JournalPiece>;
}

export interface AdminOptions {
  readonly address: string;
  readonly port: number;
  /** Common name of the certificate that is let in. */
  readonly peer: string;
  /** PEM texts. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly actions: AdminActions;
  readonly logger: EngineLogger;
}

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly allow?: string;
}

/** Rejects when the address or port cannot be had. */
export async function createAdminServer(options: AdminOptions): Promise<AdminServer> {
  const { address, port, peer, tls, logger } = options;
  const server = createServer({
    ...tls,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 5000,
    headersTimeout: 5000,
    requestTimeout: BODY_MS_MAX,
    connectionsCheckingInterval: 2000,
  });
  server.maxConnections = CONNECTIONS_MAX;
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    // After a request for an upgrade that nobody makes, node passes over what is malformed in the next one and waits: that one comes on a new connection.
    if (message.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    const subject = (message.socket as TLSSocket).getPeerCertificate().subject as { CN?: string | string[] } | undefined;
    const answering =
      subject?.CN === peer
        ? answer(message, options.actions)
        : Promise.resolve(problem({ code: 'FORBIDDEN', detail: 'this interface is for the worker' }));
    answering.then(
      (result) => write(response, result),
      (error: unknown) => {
        logger.error({ err: error, path: message.url }, 'an admin request failed');
        write(response, problem({ code: 'INTERNAL', detail: 'the request failed on our side' }));
      },
    );
  };
  server.on('request', onRequest);
  // what is expected beyond `100-continue` is not looked at: node's own answer would have no type
  server.on('checkExpectation', onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeOf(server) };
}

function closeOf(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(message: IncomingMessage, actions: AdminActions): Promise<Answer> {
  const [path, ...query] = (message.url ?? '').split('?');
  const routes = Object.entries(ADMIN_ROUTES).filter(([, route]) => route.path === path);
  const [name] = routes.find(([, route]) => route.method === message.method) ?? [];
  if (routes.length === 0) return problem({ code: 'NOT_FOUND', detail: 'there is no such route' });
  const extra =
    name === undefined ? undefined : extraOf(message, name === 'accessDocument', name !== 'journal' && query.length > 0);
  if (extra !== undefined) return problem({ code: 'INVALID_ARGUMENT', detail: extra });
  switch (name as keyof typeof ADMIN_ROUTES | undefined) {
    case 'health': {
      const health = actions.health();
      return { status: health.state === 'serving' || health.state === 'draining' ? 200 : 503, body: health };
    }
    case 'status':
      return { status: 200, body: actions.status() };
    case 'metrics':
      return { status: 200, body: actions.metrics() };
    case 'accessDocument':
      return putDocument(message, actions);
    case 'journal':
      return getJournal(new URLSearchParams(query.join('?')), actions);
    case 'drain':
    case 'undrain':
      actions.drain(name === 'drain');
      return { status: 200, body: actions.status() };
    default:
      return {
        ...problem({ code: 'METHOD_NOT_ALLOWED', detail: 'see the Allow header' }),
        allow: routes.map(([, route]) => route.method).join(', '),
      };
  }
}

/** What was sent that the route does not take; nothing is passed over in silence. */
function extraOf(message: IncomingMessage, takesBody: boolean, hasQuery: boolean): string | undefined {
  if (hasQuery) return 'this route takes no query';
  const hasBody = Number(message.headers['content-length'] ?? 0) > 0 || message.headers['transfer-encoding'] !== undefined;
  return hasBody && !takesBody ? 'this route takes no body' : undefined;
}

async function putDocument(message: IncomingMessage, actions: AdminActions): Promise<Answer> {
  if (message.headers['content-type']?.split(';', 1)[0]?.trim() !== 'application/json') {
    return problem({ code: 'UNSUPPORTED_MEDIA_TYPE', detail: 'send application/json' });
  }
  const bytes = await readBody(message);
  if (bytes === undefined) return problem({ code: 'BODY_TOO_LARGE', detail: `at most ${BODY_BYTES_MAX} bytes` });
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    return problem({ code: 'MALFORMED_REQUEST', detail: 'the body is not JSON' });
  }
  const outcome = await actions.acceptDocument(body);
  return outcome.ok ? { status: 200, body: outcome.value } : problem(outcome.refusal);
}

async function getJournal(query: URLSearchParams, actions: AdminActions): Promise<Answer> {
  if (query.size === 0) return { status: 200, body: await actions.journal(undefined) };
  const given =
    query.size === new Set(query.keys()).size ? await readDocument('journalQuery', Object.fromEntries(query)) : undefined;
  if (given?.ok !== true)
    return problem({
      code: 'INVALID_ARGUMENT',
      detail: 'send generation=<epoch major>.<epoch minor>.<rewrites> and from=<byte>, or neither',
    });
  const [major, minor, rewrites] = given.value.generation.split('.').map(Number);
  const generation = [major!, minor!, rewrites!] as const;
  return { status: 200, body: await actions.journal({ generation, fromByte: Number(given.value.from) }) };
}

async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function problem(refusal: Refusal): Answer {
  const body = problemOf(refusal);
  return { status: body.status, body };
}

function write(response: ServerResponse, { status, body, allow }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': isText
      ? 'text/plain; version=0.0.4; charset=utf-8'
      : status < 400 || !('type' in (body as object))
        ? 'application/json'
        : 'application/problem+json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(status === 413 ? { connection: 'close' } : {}),
    ...(allow === undefined ? {} : { allow }),
  });
  response.end(text);
}
