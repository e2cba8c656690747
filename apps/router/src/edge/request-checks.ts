/** Checks beside Node's strict parser (S-51, S-56): what it lets pass but a router must not. Pure over the raw header list. */
import type { Refusal } from '#contracts/errors';

export const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Headers whose meaning would depend on which of two a reader takes. */
const ONCE: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'content-type',
  'authorization',
  'soapaction',
  'idempotency-key',
  'expect',
]);

export interface RawRequest {
  readonly httpVersion: string;
  readonly method: string;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
}

/** Undefined when the request may go on. A request refused here is the last one on its connection. */
export function checkRequest(request: RawRequest): Refusal | undefined {
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0')
    return malformed('Only HTTP/1.1 and HTTP/1.0 are spoken here.');
  if (!METHODS.has(request.method))
    return { code: 'METHOD_NOT_ALLOWED', detail: `The method is not one of ${[...METHODS].join(', ')}.` };
  const seen = new Map<string, string>();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at]!.toLowerCase();
    if (ONCE.has(name) && seen.has(name)) return malformed(`The header ${name} is there twice.`);
    seen.set(name, request.rawHeaders[at + 1]!);
  }
  const coding = seen.get('transfer-encoding');
  if (
    coding !== undefined &&
    (coding.toLowerCase() !== 'chunked' || request.httpVersion === '1.0' || seen.has('content-length'))
  ) {
    return malformed('Only `Transfer-Encoding: chunked`, in HTTP/1.1 and without Content-Length, is understood.');
  }
  return undefined;
}

function malformed(detail: string): Refusal {
  return { code: 'MALFORMED_REQUEST', detail };
}
