/** The bearer token of a request. */
import type { Outcome } from '../../northbound-port.js';
import { onlyHeader, type RequestHead } from '../incoming.js';
import { refuse } from '../refusal.js';

/** undefined when there is none. */
export function readToken(message: RequestHead): Outcome<string | undefined> {
  const header = onlyHeader(message, 'authorization');
  if (header === undefined) return { ok: true, value: undefined };
  const match = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header || '');
  return match === null ? refuse('UNAUTHENTICATED', 'Authorization must be one bearer token') : { ok: true, value: match[1] };
}
