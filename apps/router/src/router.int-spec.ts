import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { INTERNAL_HEADERS, REFUSAL_HEADER, type RoutingTable } from '#contracts/routing';
import { makeSessionId } from '#domain/session-id';
import { createLogger } from '#telemetry/logger';
import { eventually } from '#testkit/eventually';
import {
  ask,
  routerSurroundings,
  routingTableOf,
  type Answer,
  type Reply,
  type RouterSurroundings,
  type StandIn,
} from '#testkit/routed-instances';
import { BODY_LOOK_BYTES } from './edge/body-look.js';
import { startRouter, type RunningRouter } from './router.js';

const SOAP = '/axis2/services/StandardCCService';
const refusing =
  (status: number, code: string): Reply =>
  (_received, response) =>
    void response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code, limit: 'x' }));

describe('the router', () => {
  let around: RouterSurroundings;
  let router: RunningRouter;
  let orchestrator: { ca: string; cert: string; key: string };
  let version = 0;
  const acme = randomUUID();
  const other = randomUUID();
  let one: StandIn, two: StandIn, foreign: StandIn;
  const logger = createLogger('router', 'silent');

  const put = async (table: unknown, port = router.adminPort, tls = orchestrator): Promise<Answer> =>
    await ask(port, {
      method: 'PUT',
      path: '/v1/routing-table',
      body: JSON.stringify(table),
      headers: { 'content-type': 'application/json' },
      tls,
    });
  const table = (changes: { one?: Partial<StandIn & { down: boolean; full: boolean }>; two?: object } = {}): RoutingTable =>
    routingTableOf(++version, [
      {
        slug: 'acme',
        tenantId: acme,
        instances: [
          { ...one, ...changes.one },
          { ...two, ...changes.two },
        ],
      },
      { slug: 'other', tenantId: other, instances: [foreign] },
      { slug: 'asleep', tenantId: randomUUID(), status: 'suspended', instances: [] },
    ]);
  const http = async (path: string, request: Partial<Parameters<typeof ask>[1]> = {}): Promise<Answer> =>
    await ask(router.httpPort, { path, ...request });

  beforeAll(async () => {
    around = await routerSurroundings();
    [one, two, foreign, orchestrator] = await Promise.all([
      around.standIn(acme),
      around.standIn(acme),
      around.standIn(other),
      around.client('orchestrator'),
    ]);
    router = await startRouter(await around.settings({ requestTimeoutMs: 2000, headersTimeoutMs: 1000 }), logger);
    expect(await put(table())).toMatchObject({ status: 200, body: JSON.stringify({ version: 1 }) });
  });
  afterEach(async () => {
    for (const instance of [one, two, foreign]) {
      instance.reply = (_received, response) => void response.end(instance.instanceId);
      instance.received.length = 0;
    }
    expect((await put(table())).status).toBe(200);
  });
  afterAll(async () => {
    await router?.close();
    await around?.remove();
  });

  it('routes a session by its slot, over REST and SOAP, by path prefix and by host name, plain and over TLS', async () => {
    for (const [instance, slot] of [
      [one, 3],
      [two, 16],
      [two, 31],
    ] as const) {
      const id = makeSessionId(slot, 12345);
      const envelope = `<e:Envelope><e:Body><m:getEvent><m:sessionId>${id}</m:sessionId></m:getEvent></e:Body></e:Envelope>`;
      expect((await http(`/t/acme/v1/sessions/${id}/events?waitMs=0`)).body).toBe(instance.instanceId);
      expect(instance.received.at(-1)).toMatchObject({ url: `/v1/sessions/${id}/events?waitMs=0`, peer: 'router' });
      expect((await http(`/t/acme${SOAP}`, { method: 'POST', body: envelope })).body).toBe(instance.instanceId);
      expect(instance.received.at(-1)).toMatchObject({ url: SOAP, body: envelope });
      const tls = { ca: around.authority.certPem, servername: 'acme.cordboard.localhost' };
      const byName = await ask(router.httpsPort, {
        path: `/v1/sessions/${id}`,
        method: 'DELETE',
        headers: { host: `acme.cordboard.localhost:${router.httpsPort}` },
        tls,
      });
      expect(byName.body).toBe(instance.instanceId);
      expect(instance.received.at(-1)).toMatchObject({ method: 'DELETE', url: `/v1/sessions/${id}` });
    }
    expect(foreign.received).toHaveLength(0);
  });

  it('looks at 8,192 bytes of a SOAP body: an id that ends there is found, one a byte later is not', async () => {
    const id = makeSessionId(16, 99);
    const found: number[] = [];
    for (const end of [BODY_LOOK_BYTES, BODY_LOOK_BYTES + 1]) {
      const element = `<sessionId>${id}<`;
      const body = `${' '.repeat(end - element.length)}${element}/sessionId>`;
      two.received.length = 0;
      for (let times = 0; times < 4; times += 1)
        expect((await http(`/t/acme${SOAP}`, { method: 'POST', body })).status).toBe(200);
      found.push(two.received.length);
    }
    // Beyond the look the request goes to any instance in turn.
    expect(found).toEqual([4, 2]);
  });

  it('spreads log-ins and tries the next instance when one has no room; the last refusal is passed on', async () => {
    const login = async (): Promise<Answer> => await http('/t/acme/v1/sessions', { method: 'POST', body: '{"a":1}' });
    for (let times = 0; times < 6; times += 1) expect((await login()).status).toBe(200);
    expect([one.received.length, two.received.length]).toEqual([3, 3]);
    for (const [status, code] of [
      [429, 'SESSION_LIMIT'],
      [503, 'DRAINING'],
    ] as const) {
      one.reply = refusing(status, code);
      for (let times = 0; times < 4; times += 1) expect((await login()).body).toBe(two.instanceId);
    }
    two.reply = refusing(429, 'SESSION_LIMIT');
    expect(['SESSION_LIMIT', 'DRAINING']).toContain((await login()).code);
    expect(one.received.at(-1)!.body).toBe('{"a":1}');
    expect(two.received.at(-1)!.body).toBe('{"a":1}');
    one.reply = two.reply = refusing(429, 'RATE_LIMITED');
    const before = one.received.length + two.received.length;
    expect(await login()).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(one.received.length + two.received.length).toBe(before + 1);
  });

  it('tries SOAP log-ins elsewhere by the header of the refusal, which does not reach the client', async () => {
    const full: Reply = (_received, response) => void response.writeHead(200, { [REFUSAL_HEADER]: 'SESSION_LIMIT' }).end('full');
    one.reply = full;
    const login = async (): Promise<Answer> =>
      await http('/t/acme/axis2/services/SessionService', {
        method: 'POST',
        body: '<s:loginEx/>',
        headers: { soapaction: '"urn:loginEx"' },
      });
    for (let times = 0; times < 3; times += 1) expect((await login()).body).toBe(two.instanceId);
    two.reply = full;
    const refused = await login();
    expect([refused.status, refused.body, refused.headers[REFUSAL_HEADER]]).toEqual([200, 'full', undefined]);
  });

  it("only log-ins are tried elsewhere: a session's own refusal is passed on", async () => {
    one.reply = refusing(503, 'DRAINING');
    expect((await http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}/monitors`, { method: 'POST', body: '{}' })).code).toBe(
      'DRAINING',
    );
    expect([one.received.length, two.received.length]).toEqual([1, 0]);
  });

  it('a session whose instance is down gets NO_INSTANCE, never another instance; log-ins skip instances that take none', async () => {
    await put(table({ one: { down: true } }));
    const rest = await http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}/events`);
    expect([rest.status, rest.code, rest.headers['retry-after']]).toEqual([503, 'NO_INSTANCE', '1']);
    const soap = await http(`/t/acme${SOAP}`, { method: 'POST', body: `<sessionId>${makeSessionId(1, 1)}</sessionId>` });
    expect([soap.status, soap.headers['content-type'], soap.headers['retry-after']]).toEqual([
      503,
      'text/xml; charset=utf-8',
      '1',
    ]);
    expect(soap.body).toContain('<code>NO_INSTANCE</code>');
    expect(two.received).toHaveLength(0);
    await put(table({ one: { full: true } }));
    for (let times = 0; times < 3; times += 1)
      expect((await http('/t/acme/v1/sessions', { method: 'POST' })).body).toBe(two.instanceId);
    await put(table({ one: { full: true }, two: { full: true } }));
    expect((await http('/t/acme/v1/sessions', { method: 'POST' })).code).toBe('NO_INSTANCE');
    expect((await http('/t/acme/axis2/services/SessionService?wsdl')).status).toBe(200);
  });

  it('an instance that cannot be reached: 503 for commands at once, the next one for log-ins and reads', async () => {
    const gone = await around.standIn(acme);
    await gone.close();
    await put(table({ one: { ...one, endpoint: gone.endpoint } }));
    const id = makeSessionId(1, 1);
    for (const method of ['POST', 'GET'])
      expect(await http(`/t/acme/v1/sessions/${id}/events`, { method })).toMatchObject({ status: 503, code: 'NO_INSTANCE' });
    for (let times = 0; times < 4; times += 1) {
      expect((await http('/t/acme/v1/sessions', { method: 'POST' })).body).toBe(two.instanceId);
      expect((await http('/t/acme/v1/openapi.json')).body).toBe(two.instanceId);
    }
  });

  it('a command whose instance is lost before it answers has an unknown outcome and is not sent twice', async () => {
    one.reply = (_received, _response, request) => void request.socket.destroy();
    const lost = await http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}/monitors`, { method: 'POST', body: '{}' });
    expect([lost.status, lost.code]).toEqual([504, 'OUTCOME_UNKNOWN']);
    expect(one.received).toHaveLength(1);
  });

  it('S-52 says who is calling itself, whatever the client says', async () => {
    const forged = {
      ...Object.fromEntries(Object.values(INTERNAL_HEADERS).map((name) => [name, 'forged'])),
      'x-forwarded-for': '9.9.9.9',
      'x-forwarded-host': 'evil',
      forwarded: 'for=9.9.9.9',
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
      connection: 'close, x-strip',
      'x-strip': '1',
      'x-keep': '1',
    };
    await http('/t/acme/v1/openapi.json', { headers: { ...forged, host: 'LocalHost:8080' } });
    const { headers } = [...one.received, ...two.received].at(-1)!;
    const instance = one.received.length > 0 ? one : two;
    expect(headers).toMatchObject({
      host: instance.endpoint.serverName,
      'x-keep': '1',
      [INTERNAL_HEADERS.tenant]: acme,
      [INTERNAL_HEADERS.instance]: instance.instanceId,
      [INTERNAL_HEADERS.epoch]: '1',
      [INTERNAL_HEADERS.publicBase]: 'http://localhost:8080/t/acme',
      [INTERNAL_HEADERS.clientAddress]: '127.0.0.1',
      [INTERNAL_HEADERS.listener]: 'http',
    });
    expect(headers[INTERNAL_HEADERS.requestId]).toMatch(/^[0-9a-f-]{36}$/);
    // the trace goes on, by its id alone: span and flags are ours
    expect(headers['traceparent']).toMatch(/^00-1{32}-(?!2{16})[0-9a-f]{16}-01$/);
    for (const name of ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'x-strip']) expect(headers[name]).toBeUndefined();
  });

  it('S-53 answers unknown and suspended tenants, and a connection opened for another name', async () => {
    expect(await http('/t/nobody/v1/versions')).toMatchObject({ status: 404, code: 'TENANT_UNKNOWN' });
    expect(await http('/t/asleep/v1/versions')).toMatchObject({ status: 403, code: 'TENANT_SUSPENDED' });
    expect((await http(`/t/asleep${SOAP}`, { method: 'POST' })).body).toContain('<code>TENANT_SUSPENDED</code>');
    const tls = { ca: around.authority.certPem, servername: 'acme.cordboard.localhost' };
    const crossed = await ask(router.httpsPort, { path: '/v1/versions', headers: { host: 'other.cordboard.localhost' }, tls });
    expect([crossed.status, crossed.code]).toEqual([400, 'MALFORMED_REQUEST']);
    expect(foreign.received).toHaveLength(0);
  });

  it('streams answers, and a client that leaves a long poll makes its instance give it up', async () => {
    one.reply = (_received, response) => void response.write('first');
    const leaving = new AbortController();
    const poll = http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}/events?waitMs=60000`, { signal: leaving.signal }).catch(
      (error: Error) => error.name,
    );
    await eventually(() => one.received.length === 1, { deadlineMs: 5000, what: 'the poll arrives' });
    const before = one.abandoned();
    leaving.abort();
    await poll;
    await eventually(() => one.abandoned() === before + 1, {
      deadlineMs: 5000,
      what: 'the instance sees the client leave',
    });
  });

  it('a long poll outlives the time a request may take to arrive', async () => {
    one.reply = (_received, response) => void setTimeout(() => response.end('late'), 5000);
    expect((await http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}/events?waitMs=5000`)).body).toBe('late');
  }, 20_000);

  it('S-60 an incarnation older than the table, or another instance at the address, is not spoken to', async () => {
    const old = await around.standIn(acme, { epochMajor: 7, certificateEpoch: 6 });
    const next = await around.standIn(acme, { epochMajor: 7, certificateEpoch: 8 });
    for (const [instance, status] of [
      [old, 503],
      [next, 200],
      [{ ...old, endpoint: two.endpoint }, 503],
      [{ ...old, endpoint: { ...two.endpoint, serverName: 'localhost' } }, 503],
    ] as const) {
      await put(table({ one: { ...instance, epochMajor: 7 } }));
      expect((await http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}`)).status).toBe(status);
    }
    expect(old.received).toHaveLength(0);
    expect(two.received).toHaveLength(0);
  });

  it('a new epoch drops what is under way at the old one', async () => {
    const old = await around.standIn(acme, { epochMajor: 1 });
    old.reply = () => undefined;
    await put(table({ one: old }));
    const poll = http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}/events?waitMs=60000`, { method: 'POST' });
    await eventually(() => old.received.length === 1, { deadlineMs: 5000, what: 'the request arrives' });
    const successor = await around.standIn(acme, { instanceId: old.instanceId, epochMajor: 2 });
    await put(table({ one: successor }));
    expect((await poll).code).toBe('OUTCOME_UNKNOWN');
    expect((await http(`/t/acme/v1/sessions/${makeSessionId(1, 1)}`)).body).toBe(successor.instanceId);
  });

  it('a log-in that is tried elsewhere goes where the newest table leads', async () => {
    const pair = [await around.standIn(acme), await around.standIn(acme)] as const;
    let refuse = (): void => undefined;
    for (const instance of pair) {
      instance.reply = (received, response, request) =>
        void (refuse = () => refusing(429, 'SESSION_LIMIT')(received, response, request));
    }
    await put(table({ one: pair[0], two: pair[1] }));
    const login = http('/t/acme/v1/sessions', { method: 'POST' });
    await eventually(() => pair.some((instance) => instance.received.length === 1), { what: 'the log-in to arrive' });
    const [first, next] = pair[0].received.length === 1 ? pair : [pair[1], pair[0]];
    const successor = await around.standIn(acme, { instanceId: next.instanceId, epochMajor: 2 });
    await put(table({ one: first, two: successor }));
    refuse();
    expect((await login).body).toBe(successor.instanceId);
    expect(next.received).toHaveLength(0);
  });

  it('takes newer tables only, the same one again, and none that goes back an epoch or is ambiguous', async () => {
    const held = table();
    expect((await put(held)).status).toBe(200);
    expect(await put(held)).toMatchObject({ status: 200, body: JSON.stringify({ version: held.version }) });
    const stale = await put({ ...held, version: held.version - 1 });
    expect([stale.status, stale.code, (JSON.parse(stale.body) as { version: number }).version]).toEqual([
      409,
      'CONFLICT',
      held.version,
    ]);
    expect((await put({ ...held, tenants: [] })).status).toBe(409);
    const lowered = structuredClone(held);
    lowered.version = ++version;
    lowered.tenants[0]!.instances[0]!.epochMajor = 0;
    expect((await put(lowered)).status).toBe(409);
    const twice = { ...held, version: ++version, tenants: [...held.tenants, held.tenants[0]!] };
    for (const wrong of [twice, {}, [], null, 'x', { ...held, version: 0.5 }]) expect((await put(wrong)).status).toBe(422);
    for (const [body, status] of [
      ['{', 400],
      [Buffer.from([0xff, 0xfe]), 400],
    ] as const) {
      expect((await ask(router.adminPort, { method: 'PUT', path: '/v1/routing-table', body, tls: orchestrator })).status).toBe(
        status,
      );
    }
    expect(router.tableVersion()).toBe(held.version);
    expect((await http('/t/acme/v1/versions')).status).toBe(200);
  });

  it('R-ORC-07 takes the table of a later orchestrator: what it does not know is passed over, and kept on the disk', async () => {
    const held = table();
    const tenants = held.tenants.map((tenant) => ({
      ...tenant,
      colour: 'red',
      instances: tenant.instances.map((instance) => ({ ...instance, weight: 3 })),
    }));
    const later = { ...held, tenants, seasons: ['winter'] };
    expect((await put(later)).status).toBe(200);
    expect((await put(later)).status, 'the same again').toBe(200);
    expect((await put(held)).status, 'another one of the same version').toBe(409);
    expect((await http('/t/acme/v1/versions')).status).toBe(200);
    const { tableFile } = await around.settings();
    expect(JSON.parse(await readFile(tableFile, 'utf8'))).toEqual(later);
    const polluted = JSON.stringify({ ...held, version: ++version }).replace('{', '{"__proto__":{"status":"suspended"},');
    expect(
      (await ask(router.adminPort, { method: 'PUT', path: '/v1/routing-table', body: polluted, tls: orchestrator })).status,
    ).toBe(200);
    expect(({} as { status?: string }).status).toBeUndefined();
  });

  it("S-60 the admin interface is the orchestrator's alone", async () => {
    for (const name of ['router', 'worker', `instance:${one.instanceId}`, 'Orchestrator', 'orchestrator,CN=x'])
      expect((await put(table(), router.adminPort, await around.client(name))).code).toBe('FORBIDDEN');
    await expect(put(table(), router.adminPort, { ca: orchestrator.ca } as never)).rejects.toThrow();
    const health = await ask(router.adminPort, { path: '/v1/health', tls: orchestrator });
    expect(JSON.parse(health.body)).toMatchObject({ version: router.tableVersion(), tenants: 3, instances: 3 });
    expect((await ask(router.adminPort, { path: '/v1/health', method: 'POST', tls: orchestrator })).status).toBe(405);
    expect((await ask(router.adminPort, { path: '/v1/else', tls: orchestrator })).status).toBe(404);
  });

  it('starts from its table on disk with nobody there to push one, and says when the file cannot be used', async () => {
    const held = table();
    await put(held);
    const settings = await around.settings();
    const second = await startRouter(settings, logger);
    try {
      expect(second.tableVersion()).toBe(held.version);
      expect((await ask(second.httpPort, { path: '/t/acme/v1/versions' })).status).toBe(200);
    } finally {
      await second.close();
    }
    const spoiled = { ...settings, tableFile: `${settings.tableFile}.spoiled` };
    await writeFile(spoiled.tableFile, '{"schema":1,');
    const third = await startRouter(spoiled, logger);
    try {
      expect(third.tableVersion()).toBe(0);
      expect((await ask(third.httpPort, { path: '/t/acme/v1/versions' })).code).toBe('TENANT_UNKNOWN');
      expect((await put(held, third.adminPort)).status).toBe(200);
      expect((await ask(third.httpPort, { path: '/t/acme/v1/versions' })).status).toBe(200);
    } finally {
      await third.close();
    }
  });

  it('stops within 5 s, long polls included', async () => {
    one.reply = () => undefined;
    const own = await startRouter(await around.settings(), logger);
    const poll = ask(own.httpPort, { path: `/t/acme/v1/sessions/${makeSessionId(1, 1)}/events` }).catch((error: Error) => error);
    await eventually(() => one.received.length === 1, { deadlineMs: 5000, what: 'the poll arrives' });
    const started = Date.now();
    await own.close();
    expect(Date.now() - started).toBeLessThan(5000);
    expect(await poll).toBeInstanceOf(Error);
  }, 20_000);
});
