/**
 * Connections that change their protocol (S-56): a WebSocket on a session's events, and nothing else. The handshake goes to the instance
 * that owns the session over a connection of its own, mutual TLS as everywhere; what the instance answers is what the client gets. From
 * then on bytes pass in both directions, each side as fast as the other takes them; nothing is read, kept or held back.
 */
import { request as httpsRequest } from 'node:https';
import { STATUS_CODES, type IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { eventStreamOf } from '#contracts/event-streams';
import type { Refusal } from '#contracts/errors';
import { isReachable, type Reachable } from '../table/instance-choice.js';
import type { RoutingIndex } from '../table/routing-index.js';
import { answerHeaders } from './header-passage.js';
import { placeOf, type InstancePools } from './instance-pools.js';

/** The instance pings four times as often. */
const SILENT_MS = 75_000;
const HANDSHAKE_MS = 10_000;
const REFUSAL_BYTES_MAX = 65_536;

export interface TunnelRequest {
  readonly instance: Reachable;
  readonly path: string;
  /** Names and values in turn, without those of the handshake's own connection. */
  readonly headers: readonly string[];
  readonly prefix: string;
  readonly socket: Duplex;
  /** Bytes that came behind the handshake. */
  readonly head: Buffer;
}

/** undefined: the request may open a socket. `path` is without the tenant's prefix. */
export function refusedUpgrade(
  request: Pick<IncomingMessage, 'method' | 'headers' | 'httpVersion'>,
  path: string,
): Refusal | undefined {
  if (eventStreamOf(path)?.kind !== 'socket')
    return { code: 'METHOD_NOT_ALLOWED', detail: 'Protocols are changed on sockets of events only.' };
  if (request.httpVersion !== '1.1')
    return { code: 'MALFORMED_REQUEST', detail: 'A WebSocket is opened over HTTP/1.1 (RFC 6455 4.1).' };
  if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket' || hasBody(request.headers))
    return { code: 'MALFORMED_REQUEST', detail: 'Only a WebSocket is opened here, by GET without a body.' };
  return undefined;
}

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

export class Tunnels {
  readonly #open = new Map<Duplex, { readonly instanceId: string; readonly place: string }>();

  constructor(private readonly pools: Pick<InstancePools, 'identityFor'>) {}

  get size(): number {
    return this.#open.size;
  }

  /** @param lost the instance did not answer the handshake: nothing has been sent to the client */
  open({ instance, path, headers, prefix, socket, head }: TunnelRequest, lost: (cause: string) => void): void {
    const { address, port } = instance.endpoint;
    const outgoing = httpsRequest({
      ...this.pools.identityFor(instance),
      host: address,
      port,
      path,
      method: 'GET',
      agent: false,
      setHost: false,
      headers: [...headers, 'connection', 'Upgrade', 'upgrade', 'websocket'],
    });
    this.#hold(socket, instance);
    socket.once('close', () => outgoing.destroy());
    outgoing.setTimeout(HANDSHAKE_MS, () => outgoing.destroy(new Error('the handshake took too long')));
    outgoing.on('error', (error) => {
      if (!socket.destroyed) lost((error as NodeJS.ErrnoException).code ?? error.name);
    });
    outgoing.on('upgrade', (response, upstream, first) => {
      outgoing.setTimeout(0);
      socket.write(headOf(101, response.headers, prefix, ['connection: Upgrade', 'upgrade: websocket']));
      if (first.length > 0) socket.write(first);
      if (head.length > 0) upstream.write(head);
      join(socket, upstream);
    });
    outgoing.on('response', (response) => passRefusal(response, prefix, socket));
    outgoing.end();
  }

  /** Cuts what leads to an incarnation that the table does not lead to any more (design.md 6). */
  follow(index: RoutingIndex): void {
    for (const [socket, { instanceId, place }] of this.#open) {
      const routed = index.instances.get(instanceId);
      if (routed === undefined || !isReachable(routed) || placeOf(routed) !== place) socket.destroy();
    }
  }

  close(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #hold(socket: Duplex, instance: Reachable): void {
    this.#open.set(socket, { instanceId: instance.instanceId, place: placeOf(instance) });
    socket.once('close', () => this.#open.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}

function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => from.destroy());
    from.once('close', () => to.destroy());
    const timed = from as Duplex & { setTimeout?: (ms: number, then: () => void) => void };
    timed.setTimeout?.(SILENT_MS, () => from.destroy());
  }
}

/** The instance would not open a socket: its answer, which is short, and the end. */
function passRefusal(response: IncomingMessage, prefix: string, socket: Duplex): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > REFUSAL_BYTES_MAX) socket.destroy();
    else chunks.push(chunk);
  });
  response.on('error', () => socket.destroy());
  response.on('end', () => {
    const { 'content-length': _length, ...rest } = response.headers;
    const lines = [`content-length: ${length}`, 'connection: close'];
    socket.end(Buffer.concat([Buffer.from(headOf(response.statusCode ?? 502, rest, prefix, lines)), ...chunks]), () =>
      socket.destroy(),
    );
  });
}

function headOf(status: number, headers: IncomingHttpHeaders, prefix: string, more: readonly string[]): string {
  const lines = Object.entries(answerHeaders(headers, prefix)).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${[...lines, ...more].join('\r\n')}\r\n\r\n`;
}
