/** A request of HTTP as a case, and what can be wrong with one on the wire: floods of headers, headers twice, lengths that contradict. */
import type { Made } from './cases.js';
import { bytesOf, type HttpRequest } from './http-connection.js';
import type { Seeded } from './seeded.js';

export interface BadRequest extends Made, HttpRequest {
  /** The HTTP parser itself may refuse it: without a body, with the end of the connection. */
  readonly belowHttp?: boolean;
}

const flood = (count: number, size: number): [string, string][] =>
  Array.from({ length: count }, (_, at) => [`x-flood-${at}`, 'y'.repeat(size)]);
const without = ({ headers }: HttpRequest, name: string) => headers.filter(([one]) => one !== name);

/** With so many headers more, each small: within what a request may have. */
export const flooded = (request: HttpRequest, count: number): HttpRequest => ({
  ...request,
  headers: [...request.headers, ...flood(count, 40)],
});

type Wire = (request: BadRequest, random: Seeded) => Partial<BadRequest>;
const WIRES: readonly Wire[] = [
  ({ headers }, random) => ({ headers: [...headers, ...flood(random.pick([50, 200]), random.pick([1, 40]))] }),
  ({ headers }) => ({ headers: [...headers, ...flood(40, 1000)], belowHttp: true }),
  ({ headers }) => ({ headers: [...headers, ...flood(4000, 0)], belowHttp: true }),
  ({ headers }) => ({ headers: [...headers, ['authorization', 'Bearer x'], ['authorization', 'Bearer y']] }),
  (request) => ({ headers: [...request.headers, ...request.headers] }),
  ({ headers }) => ({ headers: [...headers, ['content-length', '5'], ['content-length', '6']], belowHttp: true }),
  ({ headers, body = '' }) => ({
    headers: [...headers, ['content-length', String(body.length)], ['transfer-encoding', 'chunked']],
    body: '0\r\n\r\n',
    ownLength: true,
    belowHttp: true,
  }),
  ({ headers }) => ({
    headers: [...headers, ['transfer-encoding', 'chunked']],
    body: 'zz\r\nx',
    ownLength: true,
    belowHttp: true,
  }),
  ({ headers }) => ({
    headers: [...headers, ['transfer-encoding', 'gzip, chunked']],
    body: '0\r\n\r\n',
    ownLength: true,
    belowHttp: true,
  }),
  ({ headers }) => ({ headers: [...headers, ['content-length', '-1']], body: '', ownLength: true, belowHttp: true }),
  ({ headers }) => ({ headers: [...headers, ['content-length', '9'.repeat(30)]], body: '', ownLength: true, belowHttp: true }),
  ({ headers }) => ({ headers: [...headers, ['x-nul', 'a\u0000b']], belowHttp: true }),
  ({ headers }) => ({ headers: [...headers, ['x-line', 'a\nb: c']], belowHttp: true }),
  ({ headers }) => ({ headers: [...headers, ['bad name', 'x']], belowHttp: true }),
  ({ headers }) => ({ headers: [...headers, ['content-encoding', 'gzip']] }),
  (request) => ({ headers: [...without(request, 'content-type'), ['content-type', 'x'.repeat(3000)]] }),
  ({ headers }) => ({ headers: [...headers, ['connection', 'upgrade'], ['upgrade', 'h2c']] }),
  ({ headers }) => ({ headers: [...headers, ['expect', 'a miracle']], belowHttp: true }),
  () => ({ version: 'HTTP/9.9', belowHttp: true }),
  () => ({ method: 'get', belowHttp: true }),
  ({ path }) => ({ path: `http://elsewhere.example${path}` }),
  ({ path }) => ({ path: `${path}${path.includes('?') ? '&' : '?'}${'x'.repeat(3000)}` }),
  ({ path }) => ({ path: `${path}#x` }),
  () => ({ path: '*' }),
];

export function onTheWire(request: BadRequest, random: Seeded): BadRequest {
  return { ...request, ...random.pick(WIRES)(request, random) };
}

/** As text that can be sent again, cut where it is long. */
export const shownRequest = (request: HttpRequest): string => JSON.stringify(bytesOf(request).toString('latin1').slice(0, 2000));
