/**
 * The gateway's door for applications: HTTPS on node's own server, for the router alone (S-57). Both faces behind one port, each answer in one write.
 */
import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { InstanceConfig } from '#contracts/gateway-admin';
import { SOAP_PATH } from '#contracts/application-rest';
import { eventStreamOf } from '#contracts/event-streams';
import { peerNotAfterMs } from '#southbound/transport-tls';
import type { Departure, Engine, Outcome } from '../northbound-port.js';
import { departureOf } from './departure.js';
import { createRestFace } from './http/rest.js';
import { checkDestination, PeerGone, readBody, readCaller, splitTarget, type Arrival, type Incoming } from './incoming.js';
import { NORTHBOUND_LIMITS, type NorthboundLimits } from './limits.js';
import { problemReply, type Face, type Reply } from './reply.js';
import { refuse } from './refusal.js';
import { PlainConnections } from './plain/plain-connections.js';
import { Upgrades } from './upgrades.js';
import { writeReply } from './write-reply.js';

/** The part of a logger that is used here; `#telemetry/logger` fits. */
export interface NorthboundLogger {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface NorthboundOptions {
  readonly engine: Engine;
  readonly config: Pick<InstanceConfig, 'tenant' | 'instance' | 'address' | 'northboundPort' | 'peers'> & {
    readonly timing: Pick<InstanceConfig['timing'], 'longPollMaxMs'>;
  };
  /** PEM texts: own chain and key, and the authority of internal peers. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly logger: NorthboundLogger;
  /** Pages that may open sockets (S-37); default: none. Programs send no origin and are not concerned. */
  readonly browserOrigins?: () => ReadonlySet<string>;
  /** The router has shown a certificate that holds until then, milliseconds since 1970. */
  readonly sawRouterCertificate?: (notAfterMs: number) => void;
  /** Shorter times and smaller bounds than NORTHBOUND_LIMITS has. */
  readonly timeouts?: Partial<NorthboundLimits>;
}

const NO_ORIGINS: ReadonlySet<string> = new Set();

export interface Northbound {
  readonly port: number;
  /** Takes nothing new, lets requests under way finish for a short while, then cuts. May be called twice. */
  close(): Promise<void>;
}

/** Over SOAP the id of a session is all that is asked for: it stands in no log (S-74). */
const withoutSession = (path: string): string => path.replace(/(\/(?:rest-)?sessions\/)\d+/, '$1…');

/** Rejects when the address or port cannot be had. */
export async function createNorthbound({
  engine,
  config,
  tls,
  logger,
  timeouts,
  browserOrigins = () => NO_ORIGINS,
  sawRouterCertificate,
}: NorthboundOptions): Promise<Northbound> {
  // the first SOAP request loads the SOAP face: an instance whose applications speak REST does without
  let soapFace: Promise<Face> | undefined;
  const soap = (): Promise<Face> =>
    (soapFace ??= import('./soap/soap.js').then(({ createSoapFace }) => createSoapFace(engine, config.timing.longPollMaxMs)));
  const limits: NorthboundLimits = { ...NORTHBOUND_LIMITS, ...timeouts };
  const onSlowReader = (requestId: string) =>
    logger.warn({ requestId }, 'a reader of events took nothing for too long and was cut off');
  const rest = createRestFace(engine, config.timing.longPollMaxMs, { limits, onSlowReader });
  let closing: Promise<void> | undefined;

  const server = createServer({
    ...tls,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20',
    // a resumed handshake is of little use to a router that keeps its connections, and what it needs is 13 kB of each of them
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: limits.handshakeTimeoutMs,
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.connectionsCheckIntervalMs,
    noDelay: true,
  });
  server.maxConnections = limits.connectionsMax;
  server.maxHeadersCount = 0;

  /** What node's server does with a connection that has shaken hands; nobody but us calls it, and only for the router's. */
  const [serve] = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  const node = (socket: TLSSocket): void => void serve!.call(server, socket);
  server.on('secureConnection', (socket: TLSSocket) => {
    const subject = socket.getPeerCertificate().subject as { CN?: string | string[] } | undefined;
    if (socket.authorized && subject?.CN === config.peers.router) {
      sawRouterCertificate?.(peerNotAfterMs(socket));
      return plain.add(socket);
    }
    logger.warn({ peer: socket.remoteAddress, commonName: subject?.CN }, 'a peer that is not the router was turned away');
    socket.destroy();
  });
  server.on('clientError', (_error, socket: Socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });

  const answer = async (arrival: Arrival): Promise<Reply> => {
    const { message, method } = arrival;
    const caller = readCaller(message);
    const destination = checkDestination(message, config);
    if (!destination.ok) return problemReply(destination.refusal, caller.requestId);
    const target = splitTarget(arrival.target);
    if (target === undefined)
      return problemReply(refuse('MALFORMED_REQUEST', 'the request target cannot be read').refusal, caller.requestId);
    const { path, query } = target;
    const incoming: Incoming = { method, path, query, message, caller, arrival };
    const face = path.startsWith(SOAP_PATH) ? await soap() : rest;
    try {
      return await face.handle(incoming);
    } catch (error) {
      if (error instanceof PeerGone) throw error;
      logger.error({ err: error, requestId: caller.requestId, path: withoutSession(path) }, 'a request failed');
      return face.failed(incoming);
    }
  };

  const plain = new PlainConnections({
    limits,
    // a stream is written bit by bit, by node's response
    takes: (target) => !target.includes('/events/') || eventStreamOf(target.replace(/\?.*/, '')) === undefined,
    answer,
    handOver: (socket, chunk) => {
      node(socket);
      socket.emit('data', chunk);
    },
  });

  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    answer(new NodeArrival(message, response)).then(
      (reply) => writeReply(message, response, reply, closing === undefined),
      () => message.socket.destroy(),
    );
  };
  server.on('request', onRequest);
  // what is expected beyond `100-continue` is not looked at: node's own answer would have no type
  server.on('checkExpectation', onRequest);

  const upgrades = new Upgrades({ engine, config, browserOrigins, limits, logger, onSlowReader });
  server.on('upgrade', (message, socket, head) => {
    void upgrades.take(message, socket, head);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.northboundPort, config.address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const cut = setTimeout(() => {
        server.closeAllConnections();
        plain.cut();
        upgrades.cut();
      }, limits.closeGraceMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => (upgrades.refuseAll(), plain.close(), (closing ??= close())),
  };
}

class NodeArrival implements Arrival {
  private gone: Departure | undefined;

  constructor(
    readonly message: IncomingMessage,
    private readonly response: ServerResponse,
  ) {}

  get method(): string {
    return this.message.method ?? '';
  }

  get target(): string {
    return this.message.url ?? '';
  }

  body(): Promise<Outcome<Buffer>> {
    return readBody(this.message);
  }

  get departure(): Departure {
    return (this.gone ??= departureOf(this.response));
  }
}
