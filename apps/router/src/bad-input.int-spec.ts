/** Generated bad input at the edge: every request is answered or cut, none with 500, and the router lives on. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '#telemetry/logger';
import { ask, routerSurroundings, routingTableOf, type RouterSurroundings, type StandIn } from '#testkit/routed-instances';
import { startRouter, type RunningRouter } from './router.js';

const SEED = 20_261_123;
const CASES = 1000;

/** Mostly what a client could send, so that the hostile part is met behind the parser as well as in it. */
const mostly = <T>(usual: fc.Arbitrary<T>, hostile: fc.Arbitrary<T>, weight = 12): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: hostile });

const methods = mostly(
  fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
  fc.constantFrom('TRACE', 'CONNECT', 'get', 'G\0T', '', 'PROPFIND'),
);
const plainPaths = fc.constantFrom(
  '/v1/sessions',
  '/v1/sessions/5',
  '/v1/sessions/140737488355328/events?waitMs=0',
  '/v1/sessions/99999999999999999999',
  '/v1/sessions/__proto__',
  '/v1/sessions/-1/x',
  '/v1/versions?x=%00%ff',
  '/axis2/services/SessionService',
  '/axis2/services/StandardCCService?wsdl',
  '/v1/x/%23100',
  '',
);
const oddPart = fc.constantFrom(
  '/',
  '/t/',
  'acme',
  'other',
  '/%2e%2e',
  '..',
  '//',
  ';',
  '%',
  '?',
  '__proto__',
  '\u00e9',
  '#',
  ' ',
  'http://',
);
const paths = mostly(
  fc
    .tuple(fc.constantFrom('/t/acme', '/t/acme', '/t/acme', '/t/nobody', '/t/constructor', ''), plainPaths)
    .map(([prefix, path]) => `${prefix}${path}` || '/'),
  fc.array(oddPart, { maxLength: 7 }).map((parts) => `/t/acme${parts.join('')}`),
  4,
);
const header = mostly(
  fc.constantFrom(
    'Accept: */*',
    'SOAPAction: "urn:login"',
    'Content-Type: text/xml',
    'Content-Type: application/json',
    'Authorization: Bearer x',
    'X-Cordboard-Tenant: x',
    'X-Forwarded-For: 1.1.1.1',
    'Connection: x, close',
    'X: \xff\xfe',
    `X: ${'y'.repeat(5000)}`,
  ),
  fc.constantFrom(
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: x',
    'Content-Length: 3',
    'Content-Length: 99999999',
    'Host: other',
    'Expect: 100-continue',
    'Expect: x',
    'Connection: upgrade\r\nUpgrade: h2c',
    ': x',
    'A : b',
    ' folded',
    'X: a\nb',
  ),
);
const bodies = fc.constantFrom(
  '',
  '',
  'abc',
  '{"__proto__":{"x":1}}',
  '[[[[[[[[',
  '<!DOCTYPE a [<!ENTITY b "c">]><login/>',
  '<s:loginEx/>',
  '<sessionId>5</sessionId>',
  '<a sessionId="140737488355328"/>',
  `${'<a>'.repeat(3000)}`,
  '\0\xff',
  'x'.repeat(70_000),
);
const hosts = mostly(
  fc.constant('Host: localhost\r\n'),
  fc.constantFrom('', 'Host: \r\n', 'Host: a@b\r\n', 'Host: x\r\nHost: y\r\n'),
);
/** What stands before the path where the target is absolute. */
const authorities = mostly(
  fc.constantFrom('', '', 'http://localhost', 'HTTP://acme.cordboard.localhost:80'),
  fc.constantFrom('https://localhost', 'http://a:b@localhost', 'http://', 'ftp://localhost', 'http://x\\y', 'http://[::'),
);
const requests = fc.record({
  method: methods,
  host: hosts,
  authority: authorities,
  path: paths,
  version: mostly(fc.constant('HTTP/1.1'), fc.constantFrom('HTTP/1.0', 'HTTP/1.0', 'HTTP/3', '', 'HTTP/1.1 x'), 25),
  headers: fc.array(header, { maxLength: 4 }),
  body: bodies,
  end: mostly(fc.constant('\r\n'), fc.constantFrom('\n', '\r', '\r\n\r\n'), 40),
  declared: mostly(fc.constant(true), fc.constant(false), 20),
});

describe('bad input at the edge', () => {
  let around: RouterSurroundings;
  let router: RunningRouter;
  let instance: StandIn;
  const tenantId = randomUUID();

  beforeAll(async () => {
    around = await routerSurroundings();
    instance = await around.standIn(tenantId);
    router = await startRouter(
      await around.settings({ headersTimeoutMs: 500, requestTimeoutMs: 1000 }),
      createLogger('router', 'silent'),
    );
    const table = routingTableOf(1, [{ slug: 'acme', tenantId, instances: [instance] }]);
    await ask(router.adminPort, {
      method: 'PUT',
      path: '/v1/routing-table',
      body: JSON.stringify(table),
      tls: await around.client('orchestrator'),
    });
  });
  afterAll(async () => {
    await router?.close();
    await around?.remove();
  });

  it(`a thousand generated requests: none hangs, none is answered 500, and the router lives on`, async () => {
    const cases = fc
      .sample(requests, { seed: SEED, numRuns: CASES })
      .map(({ method, host, authority, path, version, headers, body, end, declared }) =>
        [
          `${method} ${authority}${path} ${version}`,
          ...(host === '' ? [] : [host.slice(0, -2)]),
          ...(declared && body !== '' ? [`Content-Length: ${body.length}`] : []),
          ...headers,
          '',
          body,
        ].join(end),
      );
    const counts = new Map<string, number>();
    let hung = 0;
    for (let at = 0; at < cases.length; at += 20) {
      const results = await Promise.all(
        cases.slice(at, at + 20).map(async (bytes) => await askUntilAnswer(router.httpPort, bytes)),
      );
      for (const [index, { status, closed }] of results.entries()) {
        expect(status, `seed ${SEED}, case ${at + index}: ${JSON.stringify(cases[at + index]!.slice(0, 300))}`).not.toBe('500');
        if (status === 'cut' && !closed) hung += 1;
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    }
    const past = CASES - ['400', '408', '431', 'cut'].reduce((sum, status) => sum + (counts.get(status) ?? 0), 0);
    const share = Math.round((100 * past) / CASES);
    console.log(
      `router bad input: seed ${SEED}, ${CASES} requests, ${hung} hung, ${share} % past the parser, by status ${JSON.stringify(Object.fromEntries([...counts].sort()))}`,
    );
    expect(hung).toBe(0);
    expect(share).toBeGreaterThanOrEqual(50);
    for (const received of instance.received) expect(received.headers['x-cordboard-tenant']).toBe(tenantId);
    expect((await ask(router.httpPort, { path: '/t/acme/v1/versions' })).status).toBe(200);
  }, 120_000);
});

/** The status of the first final answer, or `cut` when the connection ended (`closed`) or nothing came in 10 s. */
async function askUntilAnswer(port: number, bytes: string): Promise<{ status: string; closed: boolean }> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (closed: boolean, status = 'cut'): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ status, closed });
    };
    const timer = setTimeout(() => finish(false), 10_000);
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const status = /HTTP\/1\.1 ([2-5]\d\d) /.exec(text)?.[1];
      if (status !== undefined) finish(false, status);
    });
    socket.on('error', () => finish(true)).on('close', () => finish(true));
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}
