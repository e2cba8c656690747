/**
 * Bad input at the admin interfaces of gateway and router, from the peer that is let in: documents and tables generated from a good one with
 * one thing wrong, so that most get past JSON (and, at the gateway, past the signature), and requests that are no such thing at all. Each is
 * refused with a typed error; what was held before is held after.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_KINDS } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import type { RoutingTable } from '#contracts/routing';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { ask, routerSurroundings, type Answer, type RouterSurroundings } from '#testkit/routed-instances';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import { Seeded } from '../../tools/fuzz/seeded.js';
import { runInstance, type RunningInstance } from './running-instance.js';

const CASES = 120;
const TENANT = randomUUID();
/** Another one makes other cases; the same the same. */
const seed = 20_261;

let around: RouterSurroundings;
let block: LoopbackBlock;
let running: RunningInstance;
let router: RunningRouter;

beforeAll(async () => {
  [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  running = await runInstance(around, { tenantId: TENANT, address: block.address(1), slots: [0, 1], sessions: 5 });
  router = await startRouter(await around.settings(), createLogger('router', 'silent'));
});
afterAll(async () => {
  await router?.close();
  await running?.incarnation.stop();
  await around?.remove();
  await block?.release();
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
interface Bad {
  readonly what: string;
  readonly body: string;
  /** JSON of the right outer form: only what is in it is wrong. */
  readonly past: boolean;
}

/** Every object in it with the path to it. */
function objectsIn(value: Json, path = '$'): [string, { [name: string]: Json }][] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => objectsIn(item, `${path}[${at}]`));
  return [[path, value], ...Object.entries(value).flatMap(([name, member]) => objectsIn(member, `${path}.${name}`))];
}

const WRONG: readonly Json[] = [null, true, -1, 1.5, 1e300, 'x', 'x'.repeat(100_000), [], [[]], {}, { $ne: 1 }];
const kindOf = (value: Json): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

/** A copy with one member missing or of another kind. One too many is a later release's (ADR 0098). */
function broken(seeded: Seeded, good: Json): { readonly what: string; readonly value: Json } {
  const value = JSON.parse(JSON.stringify(good)) as Json;
  const [path, object] = seeded.pick(objectsIn(value));
  const name = seeded.pick(Object.keys(object));
  if (seeded.below(2) === 0) {
    delete object[name];
    return { what: `without ${path}.${name}`, value };
  }
  const wrong = seeded.pick(WRONG.filter((one) => kindOf(one) !== kindOf(object[name]!)));
  // an endpoint that is null is an instance that does not run
  object[name] = wrong === null && name === 'endpoint' ? 'x' : wrong;
  return { what: `${path}.${name} is ${JSON.stringify(wrong).slice(0, 40)}`, value };
}

const NO_JSON = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  '[[[['.repeat(5000),
  '{"payload":1}',
  '\u0000',
  '<?xml version="1.0"?><x/>',
  '{"a":1}}',
];

function casesOf(name: string, good: (seeded: Seeded) => { readonly what: string; readonly body: string }): Bad[] {
  const seeded = new Seeded(seed);
  const cases = Array.from({ length: CASES }, (_, at): Bad => {
    if (at % 4 === 0) return { what: 'no document', body: seeded.pick(NO_JSON), past: false };
    return { ...good(seeded), past: true };
  });
  const past = cases.filter((one) => one.past).length;
  const share = Math.round((100 * past) / CASES);
  process.stdout.write(`bad-input ${name} (seed ${seed}): ${CASES} cases, ${past} past the first parser (${share} %)\n`);
  expect(past / CASES).toBeGreaterThanOrEqual(0.5);
  return cases;
}

function expectRefusal(answer: Answer, what: string): void {
  expect([400, 409, 413, 415, 422], `${what}: ${answer.body.slice(0, 300)}`).toContain(answer.status);
  expect(Object.keys(ERROR_KINDS), what).toContain(answer.code);
  expect(answer.headers['content-type'], what).toContain('application/problem+json');
  expect(answer.body, what).not.toMatch(/\bat .*\.(ts|js|mjs):\d+|node_modules/);
}

describe('bad input at the admin interfaces', () => {
  it('of the gateway: refused, the access document stays what it was, log-ins go on', async () => {
    const tls = { ...(await around.client('worker')), host: block.address(1), servername: running.line.endpoint!.serverName };
    const port = running.incarnation.ports.admin;
    const call = (method: string, path: string, body?: string, type = 'application/json') =>
      ask(port, { method, path, tls, ...(body === undefined ? {} : { body, headers: { 'content-type': type } }) });
    const held = async () => (JSON.parse((await call('GET', '/v1/status')).body) as { accessDocument: unknown }).accessDocument;
    const before = await held();
    expect(before).toMatchObject({ serial: 1 });
    const { privateKeyPem } = await ensureDocumentKey(around.dir);
    const controller = { icpId: 1, name: 'c', address: '127.0.0.9', port: 5320, release: '9.4', enabled: true, monitorsMax: 10 };
    const good: AccessDocument = { ...running.document, serial: 2, controllers: [controller] };
    const signedCases = casesOf('gateway admin', (seeded) => {
      const { what, value } = broken(seeded, good as unknown as Json);
      return { what, body: JSON.stringify(signDocument(value, privateKeyPem)) };
    });
    for (const { what, body } of signedCases) expectRefusal(await call('PUT', '/v1/access-document', body), what);
    expectRefusal(await call('PUT', '/v1/access-document', JSON.stringify(good)), 'not signed');
    expectRefusal(await call('PUT', '/v1/access-document', 'x', 'text/xml'), 'another media type');
    for (const [method, path, status] of [
      ['POST', '/v1/access-document', 405],
      ['DELETE', '/v1/health', 405],
      ['GET', '/v1/drain', 405],
      ['GET', '/v1/__proto__', 404],
      ['GET', '//v1/health', 404],
    ] as const)
      expect((await call(method, path)).status, `${method} ${path}`).toBe(status);
    expectRefusal(await call('GET', '/v1/health?x=1'), 'a query');
    expectRefusal(await call('PUT', '/v1/drain', '{"for":"ever"}'), 'a body to drain');
    expectRefusal(await call('DELETE', '/v1/drain?now'), 'a query to drain');
    expect(await held()).toEqual(before);
    expect(JSON.parse((await call('GET', '/v1/health')).body)).toMatchObject({ state: 'serving' });
    // drain and back again, each twice
    for (const [method, state] of [
      ['PUT', 'draining'],
      ['PUT', 'draining'],
      ['DELETE', 'serving'],
      ['DELETE', 'serving'],
    ] as const)
      expect(JSON.parse((await call(method, '/v1/drain')).body)).toMatchObject({ state });
    expect((await call('PUT', '/v1/access-document', JSON.stringify(signDocument(good, privateKeyPem)))).status).toBe(200);
    expect(await held()).toMatchObject({ serial: 2 });
  });

  it('of the router: refused, the routing table stays what it was', async () => {
    const tls = await around.client('orchestrator');
    const tenants: RoutingTable['tenants'] = [{ tenantId: TENANT, slug: 'acme', status: 'active', instances: [running.line] }];
    const table = (version: number): RoutingTable => ({ schema: 1, version, issuedAt: new Date().toISOString(), tenants });
    const put = (body: string) =>
      ask(router.adminPort, {
        method: 'PUT',
        path: '/v1/routing-table',
        body,
        tls,
        headers: { 'content-type': 'application/json' },
      });
    expect((await put(JSON.stringify(table(1)))).status).toBe(200);
    const cases = casesOf('router admin', (seeded) => {
      const { what, value } = broken(seeded, table(2) as unknown as Json);
      return { what, body: JSON.stringify(value) };
    });
    for (const { what, body } of cases) expectRefusal(await put(body), what);
    expect(router.tableVersion()).toBe(1);
    expect((await ask(router.httpPort, { path: '/t/acme/axis2/services/SessionService?wsdl' })).status).toBe(200);
    expect((await put(JSON.stringify(table(2)))).status).toBe(200);
  });
});
