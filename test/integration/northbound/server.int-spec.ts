/** The door itself: who may come in, what of HTTP is refused, and how it closes. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuthority } from '#pki/authority';
import { ERROR_KINDS } from '#contracts/errors';
import { EVENT_STREAM_PATHS } from '#contracts/event-streams';
import { REST_OPERATIONS } from '#contracts/application-openapi';
import type { Engine } from '../../../apps/gateway/src/northbound-port.js';
import { envelope, postXml, requestElement, rest, textOf } from './clients.js';
import { CREDENTIALS, LittleEngine } from './little-engine.js';
import { INSTANCE, runNorthbound, TENANT, type RunningNorthbound } from './running-northbound.js';

let engine: LittleEngine;
let northbound: RunningNorthbound;
beforeAll(async () => {
  engine = new LittleEngine();
  northbound = await runNorthbound(engine, 60_000, {
    headersTimeoutMs: 300,
    requestTimeoutMs: 2000,
    connectionsCheckIntervalMs: 50,
  });
});
afterAll(() => northbound.close());

/** Writes bytes over TLS and gives everything that came until the server closed the connection; rejects when it was never let in. */
function raw(bytes: string, credentials: { cert?: string; key?: string; ca: string } = northbound.credentials): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket: TLSSocket = connect({ host: northbound.address, port: northbound.port, ...credentials }, () =>
      socket.write(bytes),
    );
    socket.setTimeout(10_000, () =>
      socket.destroy(new Error(`the server kept the connection open after ${JSON.stringify(text.slice(0, 200))}`)),
    );
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}
const head = (more = '', target = 'GET /v1/versions') =>
  `${target} HTTP/1.1\r\nHost: x\r\nx-cordboard-tenant: ${TENANT}\r\nx-cordboard-instance: ${INSTANCE}\r\n${more}`;

describe('S-57 nobody but the router comes in', () => {
  const letIn = (credentials: { cert?: string; key?: string; ca: string }) =>
    raw(head('Connection: close\r\n\r\n'), credentials).catch(() => '');

  it('the router does', async () => {
    expect(await letIn(northbound.credentials)).toMatch(/^HTTP\/1.1 200 /);
  });
  it('a certificate of another name, of another authority, or none does not', async () => {
    const ca = northbound.authority.certPem;
    for (const commonName of ['worker', 'Router', 'router2', `instance:${INSTANCE}`]) {
      const { certPem, keyPem } = await northbound.authority.issue({ commonName });
      expect(await letIn({ cert: certPem, key: keyPem, ca }), commonName).toBe('');
    }
    const dir = await mkdtemp(join(tmpdir(), 'cordboard-other-'));
    const { certPem, keyPem } = await (await openAuthority(dir)).issue({ commonName: 'router' });
    expect(await letIn({ cert: certPem, key: keyPem, ca }), 'another authority').toBe('');
    expect(await letIn({ ca }), 'no certificate').toBe('');
    await rm(dir, { recursive: true });
  });
});

it('S-60 a request meant for another tenant or instance is refused and carried out by nobody', async () => {
  const before = engine.contexts.length;
  for (const headers of [
    { 'x-cordboard-tenant': INSTANCE },
    { 'x-cordboard-instance': TENANT },
    { 'x-cordboard-tenant': undefined },
    { 'x-cordboard-instance': undefined },
  ]) {
    for (const path of ['/v1/sessions', '/axis2/services/SessionService']) {
      const answer = await northbound.send('POST', path, {
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(CREDENTIALS),
      });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'NOT_FOUND' });
    }
  }
  expect(engine.contexts.length).toBe(before);
});

describe('S-51 what two parsers could read in two ways is refused and the connection closed', () => {
  const chunked = '5\r\nhello\r\n0\r\n\r\n';
  it.each([
    ['CL and TE', head(`Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`, 'POST /v1/sessions')],
    ['two CL', head('Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!', 'POST /v1/sessions')],
    ['TE that is not chunked', head(`Transfer-Encoding: xchunked\r\n\r\n${chunked}`, 'POST /v1/sessions')],
    ['folded header', head('X-A: 1\r\n 2\r\n\r\n')],
    ['space before the colon', head('X-A : 1\r\n\r\n')],
    ['bare CR', head('X-A: 1\rX-B: 2\r\n\r\n')],
    ['negative CL', head('Content-Length: -1\r\n\r\n', 'POST /v1/sessions')],
    ['CL in hex', head('Content-Length: 0x5\r\n\r\nhello', 'POST /v1/sessions')],
    ['too many bytes of headers', head(`X-A: ${'a'.repeat(40_000)}\r\n\r\n`)],
    ['no host', `GET /v1/versions HTTP/1.1\r\n\r\n`],
    ['not HTTP', 'hello\r\n\r\n'],
  ])('%s', async (_name, bytes) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(answer.match(/HTTP\/1.1 /g)).toHaveLength(1);
  });
  it.each([
    ['http://evil/v1/versions'],
    ['//v1/versions'],
    ['/v1/../v1/versions'],
    ['/v1\\versions'],
    ['/v1/versions%00'],
    ['*'],
  ])('S-53 target %s', async (target) => {
    expect(await raw(head('Connection: close\r\n\r\n', `GET ${target}`))).toMatch(/^HTTP\/1.1 40[04] /);
  });
});

it('S-26 what is expected of us beyond 100-continue changes nothing: the answer is of our own kind', async () => {
  const answer = await raw(head('Expect: a miracle\r\nConnection: close\r\n\r\n', 'GET /v1/nothing'));
  expect(answer).toMatch(/^HTTP\/1.1 404 /);
  expect(answer).toContain('application/problem+json');
});

it('S-54 a peer that sends its headers or its body too slowly is cut off', async () => {
  expect(await raw(head('X-A: 1\r\n'))).toMatch(/^(HTTP\/1.1 4\d\d .*)?/);
  expect(await raw(head('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"', 'POST /v1/sessions'))).toMatch(
    /^(HTTP\/1.1 4\d\d .*)?/,
  );
});

describe('S-20 bodies are bounded at 65,536 bytes', () => {
  const body = (length: number) => `{"companyName":"${'x'.repeat(length - 18)}"}`;
  it('the last byte that fits and the first that does not, on both faces', async () => {
    expect((await rest(northbound, 'POST', '/v1/sessions', { body: body(65_536) })).status).toBe(422);
    for (const length of [65_537, 900_000, 3_000_000]) {
      const answer = await rest(northbound, 'POST', '/v1/sessions', { body: body(length) }).catch(() => undefined);
      // A body far above the bound is not read to its end, so the connection may be gone before the answer is.
      if (length < 1_000_000) expect(answer?.status).toBe(413);
      else expect([413, undefined]).toContain(answer?.status);
    }
    const xml = envelope(requestElement('login', CREDENTIALS));
    const padded = (length: number) => xml.replace('</e:Body>', `</e:Body>${' '.repeat(length - xml.length)}`);
    expect((await postXml(northbound, 'SessionService', padded(65_536))).status).toBe(200);
    expect((await postXml(northbound, 'SessionService', padded(65_537))).status).toBe(413);
  });
  it('one without a length is bounded too', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const answer = await raw(
      head(
        `Connection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`,
        'POST /v1/sessions',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe('methods and documents', () => {
  it('405 names what is allowed, HEAD has no body, OPTIONS no CORS', async () => {
    const put = await rest(northbound, 'PUT', '/v1/sessions');
    expect(put).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
    expect(JSON.parse(put.text)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    expect(await rest(northbound, 'HEAD', '/v1/versions')).toMatchObject({
      status: 405,
      text: '',
      headers: { allow: 'GET, OPTIONS' },
    });
    const options = await rest(northbound, 'OPTIONS', '/v1/sessions/5/events', { headers: { origin: 'https://evil.example' } });
    expect(options).toMatchObject({ status: 204, headers: { allow: 'GET, DELETE, OPTIONS' } });
    expect(Object.keys(options.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(
      (await rest(northbound, 'POST', '/v1/sessions', { headers: { 'x-http-method-override': 'GET' }, body: CREDENTIALS }))
        .status,
    ).toBe(201);
    for (const method of ['PUT', 'DELETE', 'HEAD'])
      expect((await northbound.send(method, '/axis2/services/SessionService')).status).toBe(405);
    expect((await northbound.send('GET', '/axis2/services/SessionService')).status).toBe(405);
    expect((await northbound.send('GET', '/axis2/services/AdminService?wsdl')).status).toBe(404);
  });
  it('S-28 the OpenAPI document has exactly the routes there are', async () => {
    const { paths } = JSON.parse((await rest(northbound, 'GET', '/v1/openapi.json')).text) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = REST_OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    const streams = Object.values(EVENT_STREAM_PATHS).map((path) => `GET ${path}`);
    expect(documented.sort()).toEqual([...routes, ...streams].sort());
    for (const { method, path } of REST_OPERATIONS) {
      const answer = await rest(northbound, method, path.replace(/\{\w+\}/g, '5'));
      expect((JSON.parse(answer.text) as { code: string }).code, `${method} ${path}`).not.toMatch(
        /^(NOT_FOUND|METHOD_NOT_ALLOWED)$/,
      );
    }
    expect(JSON.parse((await rest(northbound, 'GET', '/v1/versions')).text)).toMatchObject({ contract: '4.0' });
  });
  it('the token is asked for, and an idempotency key may be there once', async () => {
    const { sessionId, token } = JSON.parse((await rest(northbound, 'POST', '/v1/sessions', { body: CREDENTIALS })).text) as {
      sessionId: number;
      token: string;
    };
    const path = `/v1/sessions/${sessionId}/keepalive`;
    const without = await rest(northbound, 'POST', path);
    expect(without).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    for (const authorization of ['Basic eDp5', 'Bearer', `Bearer ${token} x`, `Token ${token}`]) {
      expect((await northbound.send('POST', path, { headers: { authorization } })).status).toBe(401);
    }
    expect((await rest(northbound, 'POST', path, { token })).status).toBe(200);
    const call = { token, body: { number: '1002' }, headers: { 'idempotency-key': 'one' } };
    expect((await rest(northbound, 'POST', `/v1/sessions/${sessionId}/devices/1001/calls`, call)).status).toBe(200);
    const inBody = await rest(northbound, 'POST', `/v1/sessions/${sessionId}/devices/1001/calls`, {
      token,
      body: { number: '1002', idempotencyKey: 'x' },
    });
    expect(JSON.parse(inBody.text)).toMatchObject({ code: 'INVALID_ARGUMENT', errors: [{ path: 'idempotencyKey' }] });
  });
});

it('one connection serves many requests, refused ones among them', async () => {
  const get = (more = '') => head(`${more}\r\n`);
  const bad = head('Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello', 'POST /v1/sessions');
  const answer = await raw(get() + bad + get('Connection: close\r\n'));
  expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 415', 'HTTP/1.1 200']);
});

describe('ADR 0096 plain requests are answered as all others are', () => {
  /** A connection that is written to bit by bit. */
  async function open(to: RunningNorthbound) {
    const socket = connect({ host: to.address, port: to.port, ...to.credentials });
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1'))).on('error', () => undefined);
    await once(socket, 'secureConnect');
    const answers = () => text.split(/(?=HTTP\/1\.1 )/).filter((one) => one !== '');
    return { socket, answers, write: (bytes: string) => void socket.write(bytes) };
  }
  const plain = head('\r\n');
  const notPlain = head('X-Tabbed:\t1\r\n\r\n');

  it('the same, whoever reads the request and writes the answer', async () => {
    const { socket, answers, write } = await open(northbound);
    for (const [count, bytes] of [plain, notPlain, plain].entries()) {
      write(bytes);
      await expect.poll(() => answers().length).toBe(count + 1);
    }
    const [first, second, third] = answers().map((answer) => {
      const [lines, body] = answer.split('\r\n\r\n') as [string, string];
      const names = lines.split('\r\n').map((line) => line.replace(/^[\w-]+:/, (name) => name.toLowerCase()));
      return [...names.map((line) => line.replace(/^date: .* GMT$/, 'date')).sort(), body];
    });
    expect(first).toContain('date');
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    socket.destroy();
  });

  it('what comes before an answer is out waits for it, and a poll whose application goes away is given up', async () => {
    const own = new LittleEngine();
    const other = await runNorthbound(own);
    const { sessionId, token } = JSON.parse((await rest(other, 'POST', '/v1/sessions', { body: CREDENTIALS })).text) as {
      sessionId: number;
      token: string;
    };
    const poll = head(`Authorization: Bearer ${token}\r\n\r\n`, `GET /v1/sessions/${sessionId}/events?wait=30`);
    const seen = own.contexts.length;
    const leaving = await open(other);
    leaving.write(poll);
    await expect.poll(() => own.contexts.length).toBe(seen + 1);
    expect(own.contexts.at(-1)?.signal?.aborted).toBe(false);
    leaving.socket.destroy();
    await expect.poll(() => own.contexts.at(-1)?.signal?.aborted).toBe(true);

    const { socket, answers, write } = await open(other);
    write(poll);
    await expect.poll(() => own.contexts.length).toBe(seen + 2);
    write(plain);
    write(notPlain);
    own.emit({});
    await expect.poll(() => answers().length).toBe(3);
    expect(answers()[0]).toContain('"events":[{');
    for (const answer of answers().slice(1)) expect(answer).toContain('"contract":"4.0"');
    socket.destroy();
    await other.close();
  });

  it('S-54 a connection that nobody uses is ended, whether it was used before or not', async () => {
    const other = await runNorthbound(engine, 60_000, {
      headersTimeoutMs: 300,
      keepAliveTimeoutMs: 200,
      connectionsCheckIntervalMs: 50,
    });
    for (const bytes of ['', plain]) {
      const { socket, answers, write } = await open(other);
      const closed = once(socket, 'close', { signal: AbortSignal.timeout(5000) });
      if (bytes !== '') write(bytes);
      await closed;
      expect(answers()).toHaveLength(bytes === '' ? 0 : 1);
    }
    await other.close();
  });
});

it('S-26 S-35 S-74 an engine that breaks is an internal error without its inside, on both faces', async () => {
  const broken: Engine = {
    execute: () => Promise.reject(new Error('secret inside')),
    nextEvent: () => Promise.reject(new Error('secret inside')),
    nextRestEvent: () => Promise.reject(new Error('secret inside')),
    readEvents: () => Promise.reject(new Error('secret inside')),
    openReader: () => {
      throw new Error('secret inside');
    },
  };
  const other = await runNorthbound(broken);
  const overRest = await rest(other, 'POST', '/v1/sessions', { body: CREDENTIALS });
  expect(overRest.status).toBe(ERROR_KINDS.INTERNAL.status);
  expect(JSON.parse(overRest.text)).toMatchObject({ code: 'INTERNAL', correlationId: 'test-1' });
  const overSoap = await postXml(other, 'SessionService', envelope(requestElement('login', CREDENTIALS)));
  expect(overSoap.status).toBe(500);
  expect(textOf(overSoap.text, 'faultcode')).toBe('soapenv:Server');
  const [sessionId, restSessionId] = [52_776_558_133_249, 52_776_558_133_250];
  const mine = { token: 'a-token' };
  for (const path of [`/v1/sessions/${sessionId}/versions`, `/v1/rest-sessions/${restSessionId}/event?wait=0`])
    expect((await rest(other, 'GET', path, mine)).status).toBe(500);
  for (const { text } of [overRest, overSoap]) expect(text).not.toContain('secret');
  expect(other.logged).toHaveLength(4);
  // over SOAP it would be enough to have read the log
  expect(JSON.stringify(other.logged)).not.toMatch(/5277655813|a-token/);
  await other.close();
});

it('close lets a request under way finish, takes nothing new, and may be called twice', async () => {
  const own = new LittleEngine();
  const other = await runNorthbound(own);
  const { sessionId, token } = JSON.parse((await rest(other, 'POST', '/v1/sessions', { body: CREDENTIALS })).text) as {
    sessionId: number;
    token: string;
  };
  const seen = own.contexts.length;
  const waiting = rest(other, 'GET', `/v1/sessions/${sessionId}/events?wait=30`, { token });
  await expect.poll(() => own.contexts.length).toBe(seen + 1);
  const closed = other.stop();
  own.emit({});
  expect(await waiting).toMatchObject({ status: 200, headers: { connection: 'close' } });
  await closed;
  await other.stop();
  await expect(rest(other, 'GET', '/v1/versions')).rejects.toThrow();
  await other.close();
});
