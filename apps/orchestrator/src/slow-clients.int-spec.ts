/** S-54 against the control API: clients that send slowly, not at all, or do not read lose their connection; the others notice nothing. */
import { connect, type Socket } from 'node:net';
import { ControlApiClient } from '#contracts/control-api-client';
import { openProducer } from '#jobs/producer';
import { createLogger } from '#telemetry/logger';
import { eventually } from '#testkit/eventually';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startOrchestrator, type RunningOrchestrator } from './start.js';
import { openBench, type Bench } from './testing/bench.js';

const TIMES = { headersMs: 400, requestMs: 1200, keepAliveMs: 400, stalledMs: 1500, checkMs: 100 };
const PATIENCE = { deadlineMs: 30_000 };

let bench: Bench;
let strict: RunningOrchestrator;
let admin: ControlApiClient;
const sockets: Socket[] = [];
const drips: NodeJS.Timeout[] = [];

beforeAll(async () => {
  bench = await openBench();
  const producer = openProducer({ queueUrl: bench.database.appUrl });
  const logger = createLogger('orchestrator', 'silent');
  strict = await startOrchestrator({ settings: bench.settings, logger, producer, clientTimes: TIMES });
  admin = new ControlApiClient({ base: `http://127.0.0.1:${strict.port}`, key: bench.adminKey });
});
afterEach(() => {
  for (const drip of drips.splice(0)) clearInterval(drip);
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(async () => {
  await strict?.close();
  await bench?.close();
});

interface Slow {
  readonly socket: Socket;
  readonly answer: () => string;
  readonly closed: () => boolean;
}

/** A plain connection that sends `first`, then one byte of `rest` every 50 ms, for ever. */
function dripping(first: string, rest?: string): Slow {
  const socket = connect(strict.port, '127.0.0.1');
  sockets.push(socket);
  let [answer, closed] = ['', false];
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined).on('close', () => (closed = true));
  socket.write(first);
  if (rest !== undefined) drips.push(setInterval(() => !socket.destroyed && socket.write(rest), 50));
  return { socket, answer: () => answer, closed: () => closed };
}

const head = (...lines: string[]): string => ['POST /v1/tenants HTTP/1.1', 'Host: x', ...lines].join('\r\n') + '\r\n';
const authorized = (): string => `Authorization: Bearer ${bench.adminKey}`;
const allClosed = (slow: readonly Slow[], what: string): Promise<unknown> =>
  eventually(() => slow.every(({ closed }) => closed()), { ...PATIENCE, what });

const connections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    strict.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );

describe('S-54 slow clients', () => {
  it('headers that never end: 408 and closed, a hundred at once, while others are answered', async () => {
    const slow = Array.from({ length: 100 }, () => dripping(head(authorized()), 'x'));
    while (!slow.every(({ closed }) => closed())) expect((await admin.health()).status).toBe('ok');
    for (const { answer } of slow) expect(answer()).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('a connection that says nothing at all is closed', async () => {
    await allClosed(
      Array.from({ length: 20 }, () => dripping('')),
      'the end of silent connections',
    );
  });

  it('a body that never ends: closed, and nothing is made', async () => {
    const body = '{"slug":"slow","companyName":"';
    const declared = dripping(`${head(authorized(), 'Content-Type: application/json', 'Content-Length: 5000')}\r\n${body}`, 'x');
    const chunked = dripping(
      `${head(authorized(), 'Content-Type: application/json', 'Transfer-Encoding: chunked')}\r\n`,
      '1\r\nx\r\n',
    );
    await allClosed([declared, chunked], 'the end of slow bodies');
    for (const { answer } of [declared, chunked]) expect(answer()).not.toMatch(/^HTTP\/1\.1 2/);
    expect((await admin.listTenants()).items).toEqual([]);
  });

  it('an idle connection is closed after its answer, one that does not take its answer too', async () => {
    const idle = dripping('GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => idle.answer().startsWith('HTTP/1.1 200 '), { ...PATIENCE, what: 'the answer' });
    const deaf = dripping('GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200));
    deaf.socket.pause();
    await eventually(async () => (await connections()) >= 1, { ...PATIENCE, what: 'the deaf connection' });
    await allClosed([idle], 'the end of the idle connection');
    await eventually(async () => (await connections()) === 0, { ...PATIENCE, what: 'the server to let the deaf one go' });
  });
});
