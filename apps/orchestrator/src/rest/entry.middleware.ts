/**
 * The entry of every request: a correlation id, harmless headers, and the body read within bounds as strict JSON (S-20, S-21, S-24).
 * Nothing behind it touches the raw body.
 */
import { randomUUID } from 'node:crypto';
import { CONTROL_API_BOUNDS } from '#contracts/control-api';
import type { NextFunction, Request, Response } from 'express';
import { readStrictJson } from '../json/strict-json.js';
import { refuse } from '../unit-of-work/call.js';
import { beginState } from './request-state.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE']);
const { bodyBytesMax, depthMax, keysMax } = CONTROL_API_BOUNDS;

export function entry(request: Request, response: Response, next: NextFunction): void {
  const state = beginState(request, randomUUID());
  // After a request for an upgrade that nobody makes, node passes over what is malformed in the next one and waits: that one comes on a new connection.
  if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
  response.setHeader('x-correlation-id', state.correlationId);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
  // An ETag here is the version of the spec; an answer holds more than that, so "not modified" would not be true.
  delete request.headers['if-none-match'];
  if (!METHODS.has(request.method))
    return next(refuse('METHOD_NOT_ALLOWED', `The method ${request.method} is not used by this interface.`));
  readBody(request).then(
    (body) => {
      state.body = body;
      next();
    },
    (error: unknown) => next(error),
  );
}

/** @throws RefusalError */
async function readBody(request: Request): Promise<unknown> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length === 0 && request.headers['transfer-encoding'] === undefined) return undefined;
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'DELETE') {
    return refuseUnread(request, refuse('MALFORMED_REQUEST', `${request.method} takes no body.`));
  }
  if (!isJson(request.headers['content-type']) || request.headers['content-encoding'] !== undefined) {
    return refuseUnread(request, refuse('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json in UTF-8, not encoded.'));
  }
  if (length > bodyBytesMax) return refuseUnread(request, tooLarge());
  const reading = readStrictJson(await collect(request), { depthMax, keysMax });
  if (!reading.ok) throw refuse('MALFORMED_REQUEST', `The request could not be read: ${reading.reason}.`);
  return reading.value;
}

const tooLarge = () => refuse('BODY_TOO_LARGE', `A body may have at most ${bodyBytesMax} bytes.`);

function isJson(contentType: string | undefined): boolean {
  return /^application\/json(\s*;\s*charset="?utf-8"?)?\s*$/i.test(contentType ?? '');
}

/** The rest of the body is read and dropped, so that the answer reaches a client that is still sending; time bounds end a long one. */
function refuseUnread(request: Request, error: Error): never {
  request.resume();
  request.res?.setHeader('connection', 'close');
  throw error;
}

function collect(request: Request): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyBytesMax) chunks.push(chunk);
      else {
        chunks.length = 0;
        request.res?.setHeader('connection', 'close');
        reject(tooLarge());
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(refuse('MALFORMED_REQUEST', 'The body ended early.')));
    request.on('aborted', () => reject(refuse('MALFORMED_REQUEST', 'The body ended early.')));
  });
}
