/**
 * What a router needs around it in a test: an authority, settings, and small real HTTPS servers that stand for gateway instances
 * (mutual TLS, the certificate of an incarnation) and record what reaches them.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { createServer, request as httpsRequest, type RequestOptions } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { routerSettings, type RouterSettings } from '#config/settings';
import type { RoutingTable } from '#contracts/routing';
import { ensureCertificate, openAuthority, type Authority } from '#pki/authority';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly peer: string;
}
export type Reply = (received: Received, response: ServerResponse, request: IncomingMessage) => void;

export interface StandIn {
  readonly tenantId: string;
  readonly instanceId: string;
  readonly epochMajor: number;
  readonly endpoint: { readonly address: string; readonly port: number; readonly serverName: string };
  readonly received: Received[];
  /** How many requests lost their client before they were answered. */
  readonly abandoned: () => number;
  /** What it answers; at first 200 with its own id. */
  reply: Reply;
  close(): Promise<void>;
}

export interface RouterSurroundings {
  readonly dir: string;
  readonly authority: Authority;
  /** Free ports on loopback; `limits` replace defaults. */
  settings(limits?: Partial<RouterSettings['limits']>): Promise<RouterSettings>;
  standIn(
    tenantId: string,
    options?: {
      readonly instanceId?: string;
      readonly epochMajor?: number;
      readonly certificateEpoch?: number;
      readonly port?: number;
    },
  ): Promise<StandIn>;
  /** Options of a client with a certificate of this subject name. */
  client(commonName: string): Promise<{ readonly ca: string; readonly cert: string; readonly key: string }>;
  remove(): Promise<void>;
}

export async function routerSurroundings(): Promise<RouterSurroundings> {
  const dir = await mkdtemp(join(tmpdir(), 'router-'));
  const authority = await openAuthority(dir);
  const standIns: StandIn[] = [];
  return {
    dir,
    authority,
    settings: async (limits = {}) => {
      const [tls, edgeTls] = await Promise.all([
        ensureCertificate(authority, dir, 'router', {
          commonName: 'router',
          dnsNames: ['router', 'localhost'],
          ipAddresses: ['127.0.0.1'],
        }),
        ensureCertificate(authority, dir, 'edge', {
          commonName: 'edge',
          dnsNames: ['localhost', 'cordboard.localhost', '*.cordboard.localhost'],
          ipAddresses: ['127.0.0.1'],
        }),
      ]);
      const place = { host: '127.0.0.1', port: 0 };
      return routerSettings.parse({
        listen: { http: place, https: place },
        admin: place,
        edgeTls,
        tls: { ...tls, caFile: authority.certFile },
        tableFile: join(dir, 'routing-table.json'),
        limits,
        logLevel: 'silent',
      });
    },
    standIn: async (tenantId, options = {}) => {
      const made = await startStandIn(authority, tenantId, options);
      standIns.push(made);
      return made;
    },
    client: async (commonName) => {
      const { certPem, keyPem } = await authority.issue({ commonName });
      return { ca: authority.certPem, cert: certPem, key: keyPem };
    },
    remove: async () => {
      await Promise.all(standIns.map(async (standIn) => await standIn.close()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function startStandIn(
  authority: Authority,
  tenantId: string,
  options: { instanceId?: string; epochMajor?: number; certificateEpoch?: number; port?: number },
): Promise<StandIn> {
  const { instanceId = randomUUID(), epochMajor = 1, certificateEpoch = epochMajor, port = 0 } = options;
  const serverName = `i-${instanceId}.cordboard.internal`;
  const { certPem, keyPem } = await authority.issue({
    commonName: `instance:${instanceId}`,
    dnsNames: [serverName],
    ipAddresses: ['127.0.0.1'],
    uris: [`urn:cordboard:tenant:${tenantId}:instance:${instanceId}:epoch:${certificateEpoch}`],
  });
  const received: Received[] = [];
  let abandoned = 0;
  const server = createServer(
    { cert: certPem, key: keyPem, ca: authority.certPem, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const chunks: Buffer[] = [];
      response.on('close', () => (abandoned += response.writableFinished ? 0 : 1));
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const peer = String((request.socket as TLSSocket).getPeerCertificate().subject.CN);
        const entry = {
          method: request.method ?? '',
          url: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
          peer,
        };
        received.push(entry);
        standIn.reply(entry, response, request);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const standIn: StandIn = {
    tenantId,
    instanceId,
    epochMajor,
    endpoint: { address: '127.0.0.1', port: (server.address() as AddressInfo).port, serverName },
    received,
    abandoned: () => abandoned,
    reply: (_received, response) => void response.end(instanceId),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}

/** A table in which the stand-ins own 16 slots each in the order given, or where `down`, are known but not running. */
export function routingTableOf(
  version: number,
  tenants: readonly {
    readonly slug: string;
    readonly tenantId: string;
    readonly status?: 'active' | 'suspended';
    readonly instances: readonly (StandIn & { readonly down?: boolean; readonly full?: boolean })[];
  }[],
): RoutingTable {
  return {
    schema: 1,
    version,
    issuedAt: new Date().toISOString(),
    tenants: tenants.map(({ slug, tenantId, status = 'active', instances }) => ({
      tenantId,
      slug,
      status,
      instances: instances.map(({ instanceId, epochMajor, endpoint, down = false, full = false }, at) => ({
        instanceId,
        epochMajor,
        endpoint: down ? null : endpoint,
        acceptsLogins: !full,
        slots: Array.from({ length: 16 }, (_, slot) => at * 16 + slot),
      })),
    })),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of the body, when it is JSON. */
  readonly code: string | undefined;
}

/** One request on a connection of its own; `tls` makes it HTTPS. */
export async function ask(
  port: number,
  request: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: OutgoingHttpHeaders;
    readonly body?: string | Buffer;
    readonly tls?: RequestOptions;
    readonly signal?: AbortSignal;
  },
): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body, tls, signal } = request;
  return await new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path,
      headers,
      agent: false as const,
      ...(signal === undefined ? {} : { signal }),
    };
    const sent = tls === undefined ? httpRequest(options) : httpsRequest({ ...options, ...tls });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, code: codeIn(text) });
      });
    });
    sent.end(body);
  });
}

/** Bytes as they are on a plain connection; all that comes back until the server closes or `deadlineMs` is over (`closed: false`). */
export async function askRaw(
  port: number,
  bytes: string | Buffer,
  deadlineMs = 5000,
): Promise<{ readonly text: string; readonly closed: boolean }> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    };
    const timer = setTimeout(() => finish(false), deadlineMs);
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => finish(true)).on('close', () => finish(true));
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

function codeIn(text: string): string | undefined {
  try {
    const code = (JSON.parse(text) as { code?: unknown } | null)?.code;
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
