/** Requests to change the protocol: to a WebSocket where one is opened, refused everywhere else (S-56). */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { InstanceConfig } from '#contracts/gateway-admin';
import type { Engine } from '../northbound-port.js';
import { checkDestination, readCaller, splitTarget } from './incoming.js';
import type { SlowReader } from './event-pump.js';
import type { NorthboundLimits } from './limits.js';
import { refuse } from './refusal.js';
import { problemReply } from './reply.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import type { Sockets } from './websocket/sockets.js';

export interface UpgradeParts {
  readonly engine: Engine;
  readonly config: Pick<InstanceConfig, 'tenant' | 'instance'>;
  readonly browserOrigins: () => ReadonlySet<string>;
  readonly limits: NorthboundLimits;
  readonly onSlowReader: SlowReader;
  readonly logger: { error(facts: object, message: string): void };
}

export class Upgrades {
  /** The server does not know these connections any more. */
  private readonly upgraded = new Set<Duplex>();
  /** Loaded by the first handshake, as the SOAP face is by its first request. */
  private sockets: Promise<Sockets> | undefined;
  private isClosing = false;

  constructor(private readonly parts: UpgradeParts) {}

  /** The connection is the router's. Never rejects. */
  async take(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { engine, config, browserOrigins, limits, logger, onSlowReader } = this.parts;
    const caller = readCaller(message);
    const target = splitTarget(message.url ?? '');
    const destination = checkDestination(message, config);
    socket.on('error', () => socket.destroy());
    if (!destination.ok) return refuseUpgrade(socket, problemReply(destination.refusal, caller.requestId));
    if (target === undefined)
      return refuseUpgrade(
        socket,
        problemReply(refuse('MALFORMED_REQUEST', 'the request target cannot be read').refusal, caller.requestId),
      );
    try {
      const sockets = await (this.sockets ??= import('./websocket/sockets.js').then(({ createSockets }) =>
        createSockets(engine, browserOrigins, limits, onSlowReader),
      ));
      if (this.isClosing) return void socket.destroy();
      this.upgraded.add(socket);
      socket.once('close', () => this.upgraded.delete(socket));
      sockets.upgrade({ method: message.method ?? '', ...target, message, caller }, socket, head);
    } catch (error) {
      logger.error({ err: error, requestId: caller.requestId }, 'a handshake failed');
      socket.destroy();
    }
  }

  /** From here on nothing new; what is open ends by its claims, and is cut by {@link cut}. */
  refuseAll(): void {
    this.isClosing = true;
  }

  cut(): void {
    for (const socket of this.upgraded) socket.destroy();
  }
}
