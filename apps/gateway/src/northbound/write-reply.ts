/** Writes an answer in one piece, and keeps the connection usable where that is safe. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NORTHBOUND_LIMITS } from './limits.js';
import type { Reply } from './reply.js';

/** The answer is handed to the socket, at once where the request has been read to its end. */
export function writeReply(message: IncomingMessage, response: ServerResponse, reply: Reply, keepAlive: boolean): void {
  // What is left of a body nobody read would be taken for the next request, and closing on it would cut our answer short.
  if (message.complete) write(message, response, reply, keepAlive);
  else void drain(message).then((clean) => write(message, response, reply, clean && keepAlive));
}

function write(message: IncomingMessage, response: ServerResponse, reply: Reply, keepAlive: boolean): void {
  if (response.destroyed) return reply.stream?.(response);
  const headers = headersOf(reply, bytesOf(reply));
  if (!keepAlive) headers.push('connection', 'close');
  response.writeHead(reply.status, headers as string[]);
  if (reply.stream !== undefined) reply.stream(response);
  else if (message.method === 'HEAD') response.end();
  else response.end(reply.body, reply.ascii === true ? 'latin1' : 'utf8');
}

/** Names and values in turns; nothing of the connection. */
export function headersOf(reply: Reply, bytes: number): (string | number)[] {
  const headers: (string | number)[] = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff'];
  if (reply.contentType !== undefined) headers.push('content-type', reply.contentType);
  if (reply.status !== 204 && reply.stream === undefined) headers.push('content-length', bytes);
  for (const name in reply.headers) headers.push(name, reply.headers[name]!);
  return headers;
}

const bytesOf = ({ body = '', ascii }: Reply): number => (ascii === true ? body.length : Buffer.byteLength(body));

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
