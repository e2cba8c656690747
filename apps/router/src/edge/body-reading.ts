/**
 * Takes in a request's body before an instance is chosen. Bodies are small by contract, and an instance is then never held by a slow
 * sender, gets one length that we counted ourselves (S-51), and a log-in can be tried at the next instance.
 */
import type { IncomingMessage } from 'node:http';

export type BodyRead =
  { readonly kind: 'whole'; readonly body: Buffer } | { readonly kind: 'too-large' } | { readonly kind: 'gone' };

/** Resolves when the body is there, is known to be above `bytesMax`, or the client has gone; never rejects. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<BodyRead> {
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > bytesMax) return { kind: 'too-large' };
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (read: BodyRead): void => {
      request.off('data', take).off('end', whole).off('close', gone).off('error', gone);
      if (read.kind === 'too-large') request.pause();
      resolve(read);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bytesMax) finish({ kind: 'too-large' });
      else chunks.push(chunk);
    };
    const whole = (): void => finish({ kind: 'whole', body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length) });
    const gone = (): void => finish({ kind: 'gone' });
    request.on('data', take).on('end', whole).on('close', gone).on('error', gone);
  });
}
