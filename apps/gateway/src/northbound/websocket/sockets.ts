/**
 * WebSockets on sessions' events. A handshake is refused as HTTP refuses everything else, with a problem document, before the protocol
 * changes; nothing is compressed (a message of a kilobyte could become a gigabyte), and messages in are small (S-39).
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Engine } from '../../northbound-port.js';
import type { Addressed } from '../incoming.js';
import type { SlowReader } from '../event-pump.js';
import type { NorthboundLimits } from '../limits.js';
import { problemReply } from '../reply.js';
import { refuseUpgrade } from '../refuse-upgrade.js';
import { EventSocket } from './event-socket.js';
import { readHandshake } from './handshake.js';

/** Said with every refused handshake (RFC 6455, 4.4). */
const VERSION = { 'sec-websocket-version': '13' };

export interface Sockets {
  /** Takes the connection over: opens the socket, or refuses and closes. */
  upgrade(incoming: Addressed<IncomingMessage>, socket: Duplex, head: Buffer): void;
}

/** @param browserOrigins asked at each handshake: the list may change */
export function createSockets(
  engine: Engine,
  browserOrigins: () => ReadonlySet<string>,
  limits: NorthboundLimits,
  onSlowReader: SlowReader,
): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.socketMessageBytesMax,
    skipUTF8Validation: false,
  });

  return {
    upgrade(incoming, socket, head) {
      const { requestId } = incoming.caller;
      const handshake = readHandshake(incoming, browserOrigins());
      if (!handshake.ok) return refuseUpgrade(socket, problemReply(handshake.refusal, requestId, VERSION));
      const { sessionId, after, window, context } = handshake.value;
      const events = new EventSocket(limits, window, () => onSlowReader(requestId));
      const opened = events.pump.start((listener) => engine.openReader({ sessionId, after }, context, listener));
      if (!opened.ok) return refuseUpgrade(socket, problemReply(opened.refusal, requestId));
      // a handshake that fails now, or a peer that goes while it is under way, leaves no claim behind
      socket.once('close', () => events.pump.close());
      server.handleUpgrade(incoming.message, socket, head, (web) => events.attach(web, socket as Socket, opened.value));
    },
  };
}
