/** Refusing to change the protocol. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Reply } from './reply.js';

/** An answer in HTTP on a connection that asked to change the protocol; the last on it. */
export function refuseUpgrade(socket: Duplex, { status, contentType, body = '', headers = {} }: Reply): void {
  const all = { ...headers, 'content-type': contentType ?? 'text/plain', 'cache-control': 'no-store', connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
