/** Which headers pass, in both directions (S-51, S-52). Pure. */
import { INTERNAL_HEADERS } from '#contracts/routing';

/** Of one connection, never forwarded; `expect` is answered by the router. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
]);
/** What only a router may say; believed by the gateway, so dropped when it comes from outside. `host` and `content-length` are set anew. */
const OURS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'forwarded',
  'traceparent',
  'tracestate',
  'baggage',
  'via',
  'x-real-ip',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
]);
const OURS_PREFIXES = ['x-cordboard-', 'x-forwarded-'];

export interface Trace {
  /** 32 hexadecimal digits, not all 0. */
  readonly id: string;
  /** The client has sent it: it is told to the controllers too (adr 0091). */
  readonly sampled: boolean;
}

/** Facts of a request that the router vouches for. */
export interface Vouched {
  readonly tenantId: string;
  readonly instanceId: string;
  readonly epochMajor: number;
  readonly publicBase: string;
  readonly clientAddress: string;
  readonly listener: 'http' | 'https' | 'external';
  readonly requestId: string;
  /** The client's trace where it sent one, else a trace that begins here. */
  readonly trace: Trace;
}

/** What of the client's headers goes on, as a flat list of names and values. */
export function passableHeaders(rawHeaders: readonly string[]): string[] {
  const named = connectionTokens(rawHeaders);
  const passed: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (isHop(name, named) || OURS.has(name) || OURS_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    passed.push(name, rawHeaders[at + 1]!);
  }
  return passed;
}

/**
 * The trace a client's request belongs to: its id alone, out of a well-formed header (W3C, version 00); the header itself, with its flags and
 * span, never passes (S-52). An id decides nothing: it only stands again in the events of the session that sent it.
 */
export function continuedTrace(traceparent: unknown): string | undefined {
  const match = typeof traceparent === 'string' ? /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent) : null;
  return match === null || /^0+$/.test(match[1]!) ? undefined : match[1];
}

export function vouchedHeaders(facts: Vouched): string[] {
  return [
    INTERNAL_HEADERS.tenant,
    facts.tenantId,
    INTERNAL_HEADERS.instance,
    facts.instanceId,
    INTERNAL_HEADERS.epoch,
    String(facts.epochMajor),
    INTERNAL_HEADERS.publicBase,
    facts.publicBase,
    INTERNAL_HEADERS.clientAddress,
    facts.clientAddress,
    INTERNAL_HEADERS.listener,
    facts.listener,
    INTERNAL_HEADERS.requestId,
    facts.requestId,
    'traceparent',
    traceparentOf(facts.trace),
  ];
}

/** The span is ours: the half of the id that is not all zeros, which would be none. */
function traceparentOf({ id, sampled }: Trace): string {
  const half = id.slice(16);
  return `00-${id}-${/[^0]/.test(half) ? half : id.slice(0, 16)}-${sampled ? '01' : '00'}`;
}

/**
 * What of an instance's headers reaches the client. A path in `location` gets the tenant's prefix back.
 * @param headers as undici gives them: lower-case names
 */
export function answerHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  prefix: string,
): Record<string, string | string[]> {
  const connection = headers['connection'];
  const named = connectionTokens(connection === undefined ? [] : ['connection', [connection].flat().join(',')]);
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || isHop(name, named) || name.startsWith('x-cordboard-')) continue;
    passed[name] = name === 'location' && typeof value === 'string' && /^\/(?!\/)/.test(value) ? prefix + value : value;
  }
  return passed;
}

function isHop(name: string, named: ReadonlySet<string>): boolean {
  return HOP_BY_HOP.has(name) || named.has(name);
}

function connectionTokens(rawHeaders: readonly string[]): ReadonlySet<string> {
  const tokens = new Set<string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() !== 'connection') continue;
    for (const token of rawHeaders[at + 1]!.split(',')) tokens.add(token.trim().toLowerCase());
  }
  return tokens;
}
