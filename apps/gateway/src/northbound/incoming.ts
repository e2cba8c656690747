/** One request as the faces see it: path and query apart, body read within its bound, the router's headers checked. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { InstanceConfig } from '#contracts/gateway-admin';
import { INTERNAL_HEADERS } from '#contracts/internal-headers';
import type { Departure, Outcome } from '../northbound-port.js';
import { NORTHBOUND_LIMITS } from './limits.js';
import { ownText } from './own-text.js';
import { refuse } from './refusal.js';

export interface Caller {
  readonly clientAddress: string;
  readonly requestId: string;
  /** By the router's external listener, where remote applications come in. */
  readonly external: boolean;
  /** As the router sent it, where it is well formed. */
  readonly traceparent: string | undefined;
  /** Base address the client used; undefined when the router sent none that can be read. */
  readonly publicBase: string | undefined;
}

/** The head of a request; node's IncomingMessage fits. */
export interface RequestHead {
  /** Names and values in turns, as sent. */
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** A request as it came in, whoever has read it. */
export interface Arrival {
  readonly message: RequestHead;
  readonly method: string;
  readonly target: string;
  /** The whole body; refuses one above the bound. Rejects when the peer goes away in between. */
  body(): Outcome<Buffer> | Promise<Outcome<Buffer>>;
  /** When the application goes away. Made at the first look: most operations do not wait and never look. */
  readonly departure: Departure;
}

/** What is known of every request, of one that changes the protocol too. */
export interface Addressed<Head extends RequestHead = RequestHead> {
  readonly method: string;
  readonly path: string;
  /** After the `?`, undefined without one. */
  readonly query: string | undefined;
  readonly message: Head;
  readonly caller: Caller;
}

export interface Incoming extends Addressed {
  readonly arrival: Pick<Arrival, 'body' | 'departure'>;
}

/** The value of a header that may be there once, `name` in lower case; `false` when it is there more than once. */
export function onlyHeader(message: RequestHead, name: string): string | undefined | false {
  const { rawHeaders } = message;
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at]!;
    if (raw.length !== name.length || (raw !== name && raw.toLowerCase() !== name)) continue;
    if (found !== undefined) return false;
    found = rawHeaders[at + 1]!;
  }
  return found;
}

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,100}$/;

/** Never refuses: what the router did not send, or not readably, is replaced by what is known here. */
export function readCaller(message: RequestHead): Caller {
  const address = onlyHeader(message, INTERNAL_HEADERS.clientAddress) || '';
  const requestId = onlyHeader(message, INTERNAL_HEADERS.requestId) || '';
  return {
    clientAddress: isIP(address) !== 0 ? ownText(address) : (message.socket.remoteAddress ?? 'unknown'),
    requestId: REQUEST_ID.test(requestId) ? requestId : randomUUID(),
    external: onlyHeader(message, INTERNAL_HEADERS.listener) === 'external',
    traceparent: readTraceparent(onlyHeader(message, 'traceparent') || ''),
    publicBase: readPublicBase(onlyHeader(message, INTERNAL_HEADERS.publicBase) || ''),
  };
}

/** Version 00 only; a trace or a span of zeros is none. */
function readTraceparent(text: string): string | undefined {
  return /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(text) ? ownText(text) : undefined;
}

function readPublicBase(text: string): string | undefined {
  if (text === '' || text.length > 500 || !/^https?:\/\/[A-Za-z0-9.:[\]-]+(\/[A-Za-z0-9/_-]*)?$/.test(text)) return undefined;
  return ownText(text.replace(/\/+$/, ''));
}

/** S-60: a router with an old table may send another tenant's or instance's request here; it must not be carried out. */
export function checkDestination(message: RequestHead, config: Pick<InstanceConfig, 'tenant' | 'instance'>): Outcome<undefined> {
  const tenant = onlyHeader(message, INTERNAL_HEADERS.tenant);
  const instance = onlyHeader(message, INTERNAL_HEADERS.instance);
  if (tenant === config.tenant.id && instance === config.instance.id) return { ok: true, value: undefined };
  return refuse('NOT_FOUND', 'this is not the instance the request was meant for');
}

/** Path and query of a request target in origin form; undefined for every other form and for paths that could be read in two ways (S-53). */
export function splitTarget(target: string): { readonly path: string; readonly query: string | undefined } | undefined {
  if (target.length > NORTHBOUND_LIMITS.targetLengthMax || !/^\/[\x21-\x7e]*$/.test(target) || target.includes('#'))
    return undefined;
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  if (path.includes('//') || path.includes('\\')) return undefined;
  if (path.includes('/.') && /\/\.{1,2}(\/|$)/.test(path)) return undefined;
  return { path, query: mark === -1 ? undefined : target.slice(mark + 1) };
}

export const hasBody = (message: RequestHead): boolean =>
  Number(onlyHeader(message, 'content-length') || 0) > 0 || onlyHeader(message, 'transfer-encoding') !== undefined;

/** The whole body; refuses one above the bound without keeping it (the server drops what follows). Rejects when the peer goes away in between. */
export async function readBody(message: IncomingMessage): Promise<Outcome<Buffer>> {
  const max = NORTHBOUND_LIMITS.bodyBytesMax;
  const tooLarge = () => refuse('BODY_TOO_LARGE', `the body may have ${max} bytes`);
  if (Number(message.headers['content-length'] ?? 0) > max) return tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      message.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      act();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= max) chunks.push(chunk);
      else settle(() => resolve(tooLarge()));
    };
    const onEnd = () => settle(() => resolve({ ok: true, value: Buffer.concat(chunks, length) }));
    const onClose = () => settle(() => reject(new PeerGone()));
    message.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/** The peer closed its connection before its request was complete: there is nobody left to answer. */
export class PeerGone extends Error {
  constructor() {
    super('the peer went away');
  }
}

interface MediaType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}
/** Clients send the same few again and again. */
const mediaTypes = new Map<string, MediaType | undefined>();
const MEDIA_TYPES_MAX = 64;
const MEDIA_TYPE_LENGTH_MAX = 200;

/** Media type and charset of a Content-Type header; undefined when there is none or it cannot be read. */
export function mediaType(message: RequestHead): MediaType | undefined {
  const header = onlyHeader(message, 'content-type');
  if (!header) return undefined;
  if (header.length > MEDIA_TYPE_LENGTH_MAX) return readMediaType(header);
  if (mediaTypes.has(header)) return mediaTypes.get(header);
  if (mediaTypes.size >= MEDIA_TYPES_MAX) mediaTypes.clear();
  const text = ownText(header);
  const media = readMediaType(text);
  mediaTypes.set(text, media);
  return media;
}

function readMediaType(header: string): MediaType | undefined {
  const [type = '', ...rest] = header.split(';').map((part) => part.trim());
  if (!/^[A-Za-z0-9.+-]+\/[A-Za-z0-9.+-]+$/.test(type)) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const match = /^([A-Za-z0-9-]+)=(?:"([^"]*)"|([^\s"]*))$/.exec(parameter);
    if (match === null || parameters.has(match[1]!.toLowerCase())) return undefined;
    parameters.set(match[1]!.toLowerCase(), match[2] ?? match[3] ?? '');
  }
  return { type: type.toLowerCase(), parameters };
}

export const isUtf8 = (charset: string | undefined): boolean => charset === undefined || /^utf-?8$/i.test(charset);
