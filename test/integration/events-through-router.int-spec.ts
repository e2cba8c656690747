/** Streams of events through a real router in front of a real incarnation: nothing held back, protocols changed on known routes only. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { ask, routerSurroundings, type RouterSurroundings } from '#testkit/routed-instances';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import { CREDENTIALS, runInstance, type RunningInstance } from './running-instance.js';

const TENANT = randomUUID();
let around: RouterSurroundings;
let block: LoopbackBlock;
let router: RunningRouter;
const instances: RunningInstance[] = [];
let version = 0;

const table = async (lines: readonly RunningInstance['line'][]) => {
  version += 1;
  const tenants = [{ tenantId: TENANT, slug: 'acme', status: 'active', instances: lines }];
  const put = await ask(router.adminPort, {
    method: 'PUT',
    path: '/v1/routing-table',
    body: JSON.stringify({ schema: 1, version, issuedAt: new Date().toISOString(), tenants }),
    headers: { 'content-type': 'application/json' },
    tls: await around.client('orchestrator'),
  });
  expect(put.status).toBe(200);
};

beforeAll(async () => {
  [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  for (const at of [0, 1, 2])
    instances.push(await runInstance(around, { tenantId: TENANT, address: block.address(at + 1), slots: [at], sessions: 50 }));
  router = await startRouter(await around.settings(), createLogger('router', 'silent'));
});
afterAll(async () => {
  await router?.close();
  for (const { incarnation } of instances) await incarnation.stop();
  await around?.remove();
  await block?.release();
});

async function session(at: number): Promise<{ path: string; token: string }> {
  await table([instances[at]!.line]);
  const answer = await ask(router.httpPort, {
    method: 'POST',
    path: '/t/acme/v1/sessions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(CREDENTIALS),
  });
  const { sessionId, token } = JSON.parse(answer.body) as { sessionId: number; token: string };
  return { path: `/t/acme/v1/sessions/${sessionId}/events`, token };
}

function follow(web: WebSocket) {
  const seen = { messages: [] as string[], code: 0, refused: '' };
  web.on('message', (data: Buffer) => seen.messages.push(data.toString()));
  web.on('close', (code) => (seen.code = code));
  web.on('error', (error) => (seen.refused = error.message));
  return seen;
}
const open = (path: string, token?: string) =>
  new WebSocket(`ws://127.0.0.1:${router.httpPort}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}`, 'x-cordboard-tenant': randomUUID() },
  });

async function raw(bytes: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: router.httpPort });
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.write(bytes);
  await once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
  return text;
}

describe('through the router', () => {
  it('server-sent events come as they are told, and say that the instance stops', async () => {
    const { path, token } = await session(0);
    const outgoing = request({ port: router.httpPort, path: `${path}/stream`, headers: { authorization: `Bearer ${token}` } });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    await eventually(() => text.includes('retry:'), { what: 'the first bytes, with the stream still open' });
    const stopped = instances[0]!.incarnation.stop();
    await eventually(() => text.includes('OIG_SHUTDOWN') && text.includes('event: end\ndata: {"reason":"stopping"}'), {
      what: 'the end',
    });
    await stopped;
  });

  it('a WebSocket is carried to the instance of its session, and ends with the reason', async () => {
    const { path, token } = await session(1);
    const web = open(`${path}/socket`, token);
    const seen = follow(web);
    await eventually(() => seen.messages.length === 1, { what: 'the greeting' });
    expect(JSON.parse(seen.messages[0]!)).toMatchObject({ type: 'open' });
    await instances[1]!.incarnation.stop();
    await eventually(() => seen.code !== 0, { what: 'the end' });
    expect(seen.messages.at(-1)).toContain('OIG_SHUTDOWN');
    expect(seen.code).toBe(1012);
    const late = follow(open(`${path}/socket`, token));
    await eventually(() => late.refused !== '', { what: 'the refusal' });
    expect(late.refused).toContain('503');
  });

  it('a table that leads to the incarnation no more cuts its sockets; refusals of the gateway reach the client', async () => {
    const { path, token } = await session(2);
    const seen = follow(open(`${path}/socket`, token));
    await eventually(() => seen.messages.length === 1, { what: 'the greeting' });
    const refused = follow(open(`${path}/socket`));
    await eventually(() => refused.refused !== '', { what: 'the refusal' });
    expect(refused.refused).toContain('401');
    await table([{ ...instances[2]!.line, epochMajor: 2 }]);
    await eventually(() => seen.code !== 0, { what: 'the cut' });
    expect(seen.code).toBe(1006);
  });

  it('S-56 no other route changes its protocol, and nothing rides behind a handshake', async () => {
    // decided before anybody is asked: the session need not be
    const [path, token] = ['/t/acme/v1/sessions/17592186044417/events', 'x'];
    const handshake = (target: string, more = '') =>
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`;
    for (const target of [path, `${path}/stream`, '/t/acme/v1/sessions', '/t/acme/axis2/services/StandardCCService'])
      expect(await raw(handshake(target)), target).toMatch(/^HTTP\/1\.1 405 /);
    expect(await raw(handshake(`${path}/socket`, 'Content-Length: 5\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(handshake(`${path}/socket`).replace('Upgrade: websocket', 'Upgrade: h2c'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(handshake(`${path}/../socket`))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(handshake(`/t/nobody${path.slice(7)}/socket`))).toMatch(/^HTTP\/1\.1 404 /);
    // what a refused handshake carries behind itself is not a request
    const smuggled = await raw(`${handshake(path)}GET /t/acme/v1/versions HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(smuggled.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});
