/** Connections to instances: mutual TLS, kept alive, one pool per incarnation and address. */
import type { LookupFunction } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Pool } from 'undici';
import { isReachable, type Reachable } from '../table/instance-choice.js';
import type { RoutingIndex } from '../table/routing-index.js';

const CONNECTIONS_PER_INSTANCE = 4096;
const CONNECT_TIMEOUT_MS = 3000;
const IDLE_MS = 30_000;
/** What an instance taken out of the table may still finish. */
const FINISH_MS = 10_000;
const ANSWER_HEADER_BYTES = 32_768;

export interface PoolIdentity {
  /** PEM: our certificate (CN `router`) and key, and the authority of instances. */
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

interface Held {
  readonly place: string;
  readonly epochMajor: number;
  readonly pool: Pool;
}

export class InstancePools {
  readonly #pools = new Map<string, Held>();
  readonly #closing = new Set<Pool>();

  constructor(
    private readonly identity: PoolIdentity,
    private readonly answerTimeoutMs: number,
  ) {}

  poolOf(instance: Reachable): Pool {
    const place = placeOf(instance);
    const held = this.#pools.get(instance.instanceId);
    if (held?.place === place) return held.pool;
    if (held !== undefined) this.#drop(held, true);
    const pool = this.#open(instance);
    this.#pools.set(instance.instanceId, { place, epochMajor: instance.epochMajor, pool });
    return pool;
  }

  /**
   * Drops what the new table no longer leads to: at once when the instance has a new epoch, for what is under way at an old incarnation is
   * answered by nobody; with time to finish when it was only stopped or moved.
   */
  follow(index: RoutingIndex): void {
    for (const [instanceId, held] of this.#pools) {
      const routed = index.instances.get(instanceId);
      if (routed !== undefined && isReachable(routed) && placeOf(routed) === held.place) continue;
      this.#pools.delete(instanceId);
      this.#drop(held, routed !== undefined && routed.epochMajor !== held.epochMajor);
    }
  }

  /** What a connection to this instance is made and checked with; for those that no pool can hold. */
  identityFor(instance: Reachable) {
    return {
      ...this.identity,
      servername: instance.endpoint.serverName,
      minVersion: 'TLSv1.2' as const,
      ALPNProtocols: ['http/1.1'],
      timeout: CONNECT_TIMEOUT_MS,
      lookup: addressesOnly,
      checkServerIdentity: (name: string, certificate: PeerCertificate) =>
        checkServerIdentity(name, certificate) ?? checkIncarnation(instance, certificate),
    };
  }

  async close(): Promise<void> {
    const all = [...[...this.#pools.values()].map((held) => held.pool), ...this.#closing];
    this.#pools.clear();
    await Promise.all(all.map(async (pool) => await pool.destroy()));
  }

  #open(instance: Reachable): Pool {
    const { address, port } = instance.endpoint;
    return new Pool(`https://${address.includes(':') ? `[${address}]` : address}:${port}`, {
      connections: CONNECTIONS_PER_INSTANCE,
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: this.answerTimeoutMs,
      bodyTimeout: this.answerTimeoutMs,
      maxHeaderSize: ANSWER_HEADER_BYTES,
      connect: this.identityFor(instance),
    });
  }

  #drop(held: Held, atOnce: boolean): void {
    this.#closing.add(held.pool);
    const destroy = (): void =>
      void held.pool.destroy().then(
        () => this.#closing.delete(held.pool),
        () => this.#closing.delete(held.pool),
      );
    if (atOnce) return destroy();
    const timer = setTimeout(destroy, FINISH_MS);
    timer.unref();
    void held.pool.close().then(
      () => (clearTimeout(timer), this.#closing.delete(held.pool)),
      () => undefined,
    );
  }
}

/** S-60: tenant, instance and epoch are in the certificate; an older incarnation at the right address is not the right one. */
export function checkIncarnation(instance: Reachable, certificate: Pick<PeerCertificate, 'subjectaltname'>): Error | undefined {
  const uri = new RegExp(`^URI:urn:cordboard:tenant:${instance.tenantId}:instance:${instance.instanceId}:epoch:(\\d{1,15})$`);
  for (const name of (certificate.subjectaltname ?? '').split(', ')) {
    const epoch = uri.exec(name)?.[1];
    if (epoch !== undefined && Number(epoch) >= instance.epochMajor) return undefined;
  }
  return new Error('the certificate is not of this incarnation');
}

/** Endpoints are addresses; a name in a table leads nowhere rather than to whom a resolver names. */
const addressesOnly: LookupFunction = (hostname, _options, callback) =>
  callback(new Error(`${hostname} is not an address`), '', 4);

/** Where and which incarnation: what was opened for another place leads nowhere any more. */
export function placeOf(instance: Reachable): string {
  return `${instance.endpoint.address} ${instance.endpoint.port} ${instance.endpoint.serverName} ${instance.epochMajor}`;
}
