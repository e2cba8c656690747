/** Writes an answer in one piece, and keeps the connection usable where that is safe. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NORTHBOUND_LIMITS } from './limits.js';
import type { Reply } from './reply.js';

/** Resolves when the answer has been handed to the socket; never rejects. */
export async function writeReply(
  message: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  keepAlive: boolean,
): Promise<void> {
  // What is left of a body nobody read would be taken for the next request, and closing on it would cut our answer short.
  const clean = message.complete || (await drain(message));
  if (response.destroyed) return;
  response.writeHead(reply.status, {
    ...(reply.contentType === undefined ? {} : { 'content-type': reply.contentType }),
    ...(reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(reply.body ?? '') }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
    ...(clean && keepAlive ? {} : { connection: 'close' }),
  });
  response.end(message.method === 'HEAD' ? undefined : reply.body);
}

/** Reads and drops the rest of a body, within a bound of bytes and time; true when it was read to its end. */
function drain(message: IncomingMessage): Promise<boolean> {
  return new Promise((resolve) => {
    let length = 0;
    const settle = (clean: boolean) => {
      clearTimeout(timer);
      message.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(clean);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > NORTHBOUND_LIMITS.drainBytesMax) settle(false);
    };
    const onEnd = () => settle(true);
    const onClose = () => settle(message.complete);
    const timer = setTimeout(() => settle(false), NORTHBOUND_LIMITS.drainMs);
    message.on('data', onData).on('end', onEnd).on('close', onClose).resume();
  });
}
