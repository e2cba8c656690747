/**
 * The plain shape nearly every request of the router has, read without node's parser and the streams it makes: one chunk that is exactly one
 * request, printable ASCII in its head, nothing said about the connection or how the body is sent. It never refuses: whatever is not
 * certainly of that shape is left to node's strict parser; a test proves that where this answers, node reads the same.
 */
import { NORTHBOUND_LIMITS } from '../limits.js';
import { ownText } from '../own-text.js';

export interface PlainRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values in turns, as sent; views of the whole head. */
  readonly rawHeaders: readonly string[];
  /** A view of the chunk. */
  readonly body: Buffer;
}

const HEAD =
  /^(GET|POST|PUT|DELETE) (\/[\w!$%&'()*+,./:;=?@~-]*) HTTP\/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\r\n)+\r\n$/;
const LENGTH = /^(0|[1-9]\d{0,5})$/;
/** Not among them: how a body is sent and what becomes of the connection is node's to understand. */
const NODES = new Set([
  'transfer-encoding',
  'upgrade',
  'expect',
  'trailer',
  'te',
  'connection',
  'proxy-connection',
  'keep-alive',
]);
const NODES_LENGTHS = new Set([...NODES].map((name) => name.length));

/** Undefined: ask node. */
export function scanRequest(chunk: Buffer): PlainRequest | undefined {
  const text = chunk.toString('latin1');
  const end = text.indexOf('\r\n\r\n') + 4;
  if (end < 4 || end > NORTHBOUND_LIMITS.headerBytesMax) return undefined;
  const match = HEAD.exec(end === text.length ? text : text.slice(0, end));
  if (match === null) return undefined;
  const rawHeaders: string[] = [];
  let hosts = 0;
  let length: number | undefined;
  for (let at = text.indexOf('\r\n') + 2; at < end - 2;) {
    const stop = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon);
    const value = text.slice(colon + 2, stop);
    rawHeaders.push(name, value);
    at = stop + 2;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    else if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (length !== undefined || !LENGTH.test(value)) return undefined;
      length = Number(value);
    } else if (NODES_LENGTHS.has(name.length) && NODES.has(name.toLowerCase()) && !isKeptAlive(name, value)) return undefined;
  }
  if (hosts !== 1 || (length ?? 0) > NORTHBOUND_LIMITS.bodyBytesMax || chunk.length !== end + (length ?? 0)) return undefined;
  return { method: match[1]!, target: ownText(match[2]!), rawHeaders, body: chunk.subarray(end) };
}

/** What goes without saying, and clients say. */
const isKeptAlive = (name: string, value: string): boolean =>
  name.length === 10 && name.toLowerCase() === 'connection' && value.toLowerCase() === 'keep-alive';
