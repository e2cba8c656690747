/** A northbound on a free port with certificates of its own authority, and a client that is the router. */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthority, type Authority } from '#pki/authority';
import { createNorthbound, type NorthboundOptions } from '../../../apps/gateway/src/northbound/server.js';
import type { Engine } from '../../../apps/gateway/src/northbound-port.js';

export const TENANT = '00000000-0000-4000-8000-00000000000a';
export const INSTANCE = '00000000-0000-4000-8000-00000000000b';
export const PUBLIC_BASE = 'https://edge.example:8443/t/acme';
const ADDRESS = '127.0.0.1';

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}
export interface Sent {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}
export interface RunningNorthbound {
  readonly port: number;
  readonly address: string;
  readonly authority: Authority;
  readonly logged: { readonly facts: object; readonly message: string }[];
  /** The router's credentials. */
  readonly credentials: { readonly cert: string; readonly key: string; readonly ca: string };
  /** One request with the headers a router sends; a header given as undefined is left out. */
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Closes the server alone. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function runNorthbound(
  engine: Engine,
  longPollMaxMs = 60_000,
  timeouts: NorthboundOptions['timeouts'] = undefined,
  browserOrigins: readonly string[] = [],
): Promise<RunningNorthbound> {
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-northbound-'));
  const authority = await openAuthority(dir);
  const own = await authority.issue({
    commonName: `instance:${INSTANCE}`,
    dnsNames: [`i-${INSTANCE}.cordboard.internal`],
    ipAddresses: [ADDRESS],
  });
  const router = await authority.issue({ commonName: 'router' });
  const logged: { facts: object; message: string }[] = [];
  const log = (facts: object, message: string) => logged.push({ facts, message });
  const northbound = await createNorthbound({
    engine,
    config: {
      tenant: { id: TENANT, slug: 'acme', companyName: 'Acme' },
      instance: { id: INSTANCE, name: 'one' },
      address: ADDRESS,
      northboundPort: 0,
      peers: { router: 'router', worker: 'worker' },
      timing: { longPollMaxMs },
    },
    tls: { cert: own.certPem, key: own.keyPem, ca: authority.certPem },
    logger: { warn: log, error: log },
    ...(timeouts === undefined ? {} : { timeouts }),
    browserOrigins: () => new Set(browserOrigins),
  });
  const credentials = { cert: router.certPem, key: router.keyPem, ca: authority.certPem };
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ...credentials });

  const send = (method: string, path: string, { headers = {}, body, signal }: Sent = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const all: Record<string, string | undefined> = {
        'x-cordboard-tenant': TENANT,
        'x-cordboard-instance': INSTANCE,
        'x-cordboard-public-base': PUBLIC_BASE,
        'x-cordboard-client-address': '192.0.2.9',
        'x-cordboard-request-id': 'test-1',
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      const outgoing = request(
        {
          host: ADDRESS,
          port: northbound.port,
          method,
          path,
          agent,
          headers: given,
          ...(signal === undefined ? {} : { signal }),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
          );
          response.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return {
    port: northbound.port,
    address: ADDRESS,
    authority,
    logged,
    credentials,
    send,
    stop: () => northbound.close(),
    close: async () => {
      agent.destroy();
      await northbound.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
