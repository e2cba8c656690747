/** A northbound on a free port, and a client that is the router. */
import { Agent, request } from 'node:https';
import type { NorthboundOptions } from '../../../apps/gateway/src/northbound/server.js';
import type { Engine } from '../../../apps/gateway/src/northbound-port.js';
import { INSTANCE, PUBLIC_BASE, startNorthbound, TENANT, type NorthboundPlant } from '../../../tools/fuzz/northbound-plant.js';

export { INSTANCE, PUBLIC_BASE, TENANT } from '../../../tools/fuzz/northbound-plant.js';

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}
export interface Sent {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Other connections than the eight that everybody shares. */
  readonly agent?: Agent;
}
export interface RunningNorthbound extends NorthboundPlant {
  /** One request with the headers a router sends; a header given as undefined is left out. */
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
}

export async function runNorthbound(
  engine: Engine,
  longPollMaxMs = 60_000,
  timeouts: NorthboundOptions['timeouts'] = undefined,
  browserOrigins: readonly string[] = [],
): Promise<RunningNorthbound> {
  const plant = await startNorthbound(engine, {
    longPollMaxMs,
    ...(timeouts === undefined ? {} : { timeouts }),
    browserOrigins: () => new Set(browserOrigins),
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ...plant.credentials });

  const send = (method: string, path: string, { headers = {}, body, signal, agent: own = agent }: Sent = {}): Promise<Answer> =>
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
          host: plant.address,
          port: plant.port,
          method,
          path,
          agent: own,
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
    ...plant,
    send,
    close: async () => {
      agent.destroy();
      await plant.close();
    },
  };
}
