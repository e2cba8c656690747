/** Bad requests for a session's events as a stream: everything a stream takes is in its path, its query and three headers. */
import type { BadRequest } from './bad-http.js';
import { onTheWire } from './bad-http.js';
import type { Target } from './bad-rest.js';
import type { Seeded } from './seeded.js';

/** Asked for by GET; the others are refused. */
export const STREAM_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

/** A token of the right form that is nobody's: tokens are random, so one in 64 begins with any letter. */
export const wrongToken = (token: string): string => `${token.startsWith('x') ? 'y' : 'x'}${token.slice(1)}`;

/** Cursors of what may have been, of what has not yet been, and what is none. */
export const PAST_CURSORS = ['1.0.0', '0.0.0', '0.999999999.5'];
export const AHEAD_CURSORS = ['3.1.0', '999999999.999999999.999999999999999', '1.0.1'];
const FITTING_CURSORS = [...PAST_CURSORS, ...AHEAD_CURSORS];
export const BAD_CURSORS = [
  '',
  '1',
  '1.2',
  '1.0.-1',
  '1.0.1e9',
  `1.0.${'9'.repeat(16)}`,
  '٣.0.0',
  '1.0.0 ',
  "1.0.0'--",
  '../1.0.0',
  'x'.repeat(500),
];
export const BAD_QUERIES = [
  'x=1',
  '__proto__=1',
  'after=1.0.0&after=1.0.0',
  'after=%zz',
  '%ff=1',
  'after=%00',
  'window=1&x[]=1',
  'after',
];

export function badStreamRequest(target: Target, random: Seeded): BadRequest {
  const method = random.below(20) === 0 ? random.pick(STREAM_METHODS) : 'GET';
  const accept = ['accept', 'text/event-stream'] as const;
  const cursor = random.pick(FITTING_CURSORS);
  /** Somebody else's session, or somebody's with a wrong token. */
  const foreign = random.pick([target.foreignSessionId, random.below(2 ** 31), Number.MAX_SAFE_INTEGER, 0]);
  const token = random.pick([target.token, wrongToken(target.token), '~'.repeat(500)]);
  const request = (
    sessionId: number | string,
    query: string,
    ...headers: readonly (readonly [string, string])[]
  ): BadRequest => ({
    what: `${method} stream`,
    operation: method,
    method,
    path: `/v1/sessions/${sessionId}/events/stream${query === '' ? '' : `?${query}`}`,
    headers: [['authorization', `Bearer ${token}`], ...headers],
  });
  return random.pick<() => BadRequest>([
    () => request(foreign, `after=${cursor}`, accept),
    () => request(foreign, '', accept, ['last-event-id', cursor]),
    () => request(foreign, `after=${cursor}`, accept, ['last-event-id', random.pick(FITTING_CURSORS)]),
    () => request(foreign, '', ['accept', '*/*']),
    () => request(target.sessionId, `after=${random.pick(AHEAD_CURSORS)}`, accept),
    () => request(foreign, '', ['accept', `text/html, ${'x'.repeat(50)}/y;q=0.1, text/*`]),
    () => request(foreign, `after=${cursor}`),
    () => request(foreign, `after=${cursor}`),
    () => request(foreign, '', accept, ['last-event-id', cursor]),
    () => request(foreign, `after=${encodeURIComponent(cursor)}`, ['accept-language', '%s'], ['cookie', 'a=b; __proto__=x']),
    () => request(foreign, 'after', ['last-event-id', cursor]),
    () => ({ ...request(target.foreignSessionId, '', accept), headers: [accept] }),
    () => request(target.sessionId, `after=${encodeURIComponent(random.pick(BAD_CURSORS))}x`, accept),
    () =>
      request(target.sessionId, '', accept, [
        'last-event-id',
        random.pick(BAD_CURSORS.filter((one) => /^[\x21-\x7e]+$/.test(one))),
      ]),
    () => request(target.sessionId, random.pick(BAD_QUERIES), accept),
    () =>
      request(target.sessionId, '', [
        'accept',
        random.pick(['application/json', 'text/html', 'x'.repeat(2000), 'text/event-streams']),
      ]),
    () => request(random.pick(['01', '-1', '1.0', 'x', '9'.repeat(17), '%31', '__proto__']), '', accept),
    () => ({
      ...request(target.sessionId, '', accept),
      headers: [['authorization', random.pick(['Bearer', 'Basic YTpi', `Bearer ${'x'.repeat(600)}`])], accept],
    }),
    () => onTheWire(request(target.foreignSessionId, '', accept), random),
  ])();
}
