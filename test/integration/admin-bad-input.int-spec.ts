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
import { createTestDatabase } from '#testkit/postgres';
import { ask, routerSurroundings, type Answer, type RouterSurroundings } from '#testkit/routed-instances';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import type { BadRequest } from '../../tools/fuzz/bad-http.js';
import { reportLines, type Face, type Made } from '../../tools/fuzz/cases.js';
import { controlFace } from '../../tools/fuzz/control-face.js';
import { ADMIN_FACE_NAMES, openFace } from '../../tools/fuzz/faces.js';
import { runCases } from '../../tools/fuzz/run-cases.js';
import { broken, NO_JSON, type Json } from '../../tools/fuzz/bad-documents.js';
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

interface Bad {
  readonly what: string;
  readonly body: string;
  /** JSON of the right outer form: only what is in it is wrong. */
  readonly past: boolean;
}

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

/** More of the same: `npm run fuzz -- --transport control-api`. */
const FACE_CASES = 1500;
const faceOf = async (name: (typeof ADMIN_FACE_NAMES)[number]): Promise<Face<Made>> => {
  if (name !== 'control-api') return openFace[name]();
  // the store of this run of tests instead of one of its own
  const store = await createTestDatabase();
  return controlFace(store, () => store.drop());
};

describe('generated bad input where operators and our own programs ask', () => {
  it.each(ADMIN_FACE_NAMES)(
    'S-07 S-60 %s: a typed error for each case, nothing changed, leaked or disturbed',
    { timeout: 120_000 },
    async (name) => {
      const face = await faceOf(name);
      try {
        const report = await runCases(face, { seed, cases: FACE_CASES });
        const lines = reportLines(report);
        console.log(lines[0]);
        expect(report.findings, lines.join('\n')).toEqual([]);
        expect(report.cases).toBe(FACE_CASES);
        expect(report.reached.handler).toBeGreaterThanOrEqual(FACE_CASES / 2);
        expect(report.met.operations, 'operations met').toBe(report.met.of);
        await answersBehindUpgrade(face as Face<BadRequest>);
      } finally {
        await face.close();
      }
    },
  );
});

/** Node passes over what is malformed in the request after one for an upgrade that nobody makes; it must not be waited for. */
async function answersBehindUpgrade(face: Face<BadRequest>): Promise<void> {
  const one = { what: 'an upgrade', operation: '', method: 'GET', path: '/v1/there-is-no-such-path' };
  const upgrade = [['connection', 'upgrade'] as const, ['upgrade', 'h2c'] as const];
  await face.send(0, { ...one, headers: [['host', 'x'], ...upgrade] }, 'upgrade');
  const malformed = { ...one, headers: [['host', 'x'] as const, ['bad name', 'x'] as const], belowHttp: true };
  const late = new Promise((resolve) => setTimeout(resolve, 5000, 'not answered in 5 s').unref());
  expect(await Promise.race([face.send(0, malformed, 'malformed'), late])).toEqual({ reached: 'parser' });
}
