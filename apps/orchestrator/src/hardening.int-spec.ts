import { connect } from 'node:net';
import { ControlApiClient } from '#contracts/control-api-client';
import { openProducer } from '#jobs/producer';
import { createLogger } from '#telemetry/logger';
import { eventually } from '#testkit/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOrchestrator } from './start.js';
import { openBench, sampleTenant, type Bench } from './testing/bench.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Sends exactly these bytes and answers what comes until the server closes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(bench.orchestrator.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
const head = (...lines: string[]) =>
  [
    `POST /v1/tenants HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${bench.adminKey}`,
    'Content-Type: application/json',
    'Connection: close',
    ...lines,
    '',
    '',
  ].join('\r\n');

describe('S-51 S-20 the parser', () => {
  it('refuses requests whose end can be read in two ways', async () => {
    const body = '{"slug":"smuggled","companyName":"x"}';
    for (const lines of [
      [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'],
      [`Content-Length: ${body.length}`, 'Content-Length: 1'],
      ['Transfer-Encoding : chunked'],
      ['Transfer-Encoding: chunked, identity'],
    ]) {
      expect(await raw(head(...lines) + body), lines.join()).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(await raw(head(`X-Long: ${'x'.repeat(20_000)}`))).toMatch(/^HTTP\/1\.1 431 /);
    expect((await bench.admin.listTenants()).items).toEqual([]);
  });

  it('reads a body that does not tell its length up to the bound only', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const answer = await raw(`${head('Transfer-Encoding: chunked')}${chunk.repeat(5)}0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"BODY_TOO_LARGE"');
  });
});

describe('R-ORC-02 the bell', () => {
  it('is rung after the commit; what has been rung leaves the outbox', async () => {
    await sampleTenant(bench, 'rung');
    const left = async () => Number((await bench.sql<{ count: string }>('SELECT count(*) FROM outbox'))[0]!.count);
    await eventually(async () => (await left()) === 0, { what: 'an empty outbox' });
    const jobs = await bench.sql<{ data: unknown }>('SELECT data FROM bullmq.job');
    expect(jobs.length).toBeGreaterThan(0);
    // ids only: what is to be done stands in the record
    for (const { data } of jobs) {
      const payload = (typeof data === 'string' ? JSON.parse(data) : data) as Record<string, unknown>;
      expect(payload).toEqual({ instanceId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
    }
  });

  it('the queue is away: changes are accepted all the same and stay in the outbox', async () => {
    const producer = openProducer({ queueUrl: 'redis://127.0.0.1:1', timeoutMs: 200 });
    const deaf = await startOrchestrator({ settings: bench.settings, logger: createLogger('orchestrator', 'silent'), producer });
    try {
      const client = new ControlApiClient({ base: `http://127.0.0.1:${deaf.port}`, key: bench.adminKey });
      const [instance] = (await client.listInstances('rung')).items;
      const operation = await client.restartInstance('rung', instance!.id);
      expect(operation.state).toBe('pending');
      const rows = await bench.sql<{ payload: unknown }>('SELECT payload FROM outbox');
      expect(rows).toContainEqual({ payload: { instanceId: instance!.id } });
    } finally {
      await deaf.close();
    }
  });
});

describe('the database', () => {
  it('S-26 cut connections answer 503 or succeed, never 500, and heal by themselves', async () => {
    const cut = () =>
      bench.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [bench.database.appRole]);
    const statuses = new Set<number>();
    for (let round = 0; round < 10; round += 1) {
      const asked = Array.from({ length: 8 }, () =>
        fetch(`${bench.base}/v1/tenants/rung`, { headers: { authorization: `Bearer ${bench.adminKey}` } }),
      );
      await cut();
      for (const answer of await Promise.all(asked)) {
        statuses.add(answer.status);
        if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('2');
        expect(await answer.text()).not.toMatch(/terminat|select|stack/i);
      }
    }
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    await eventually(() => bench.admin.getTenant('rung'), { what: 'an answer after the cut' });
    // Notices come again over new connections: whoever waits for an operation is woken.
    const [operation] = (await bench.admin.listOperations()).items;
    const waiting = bench.admin.waitOperation(operation!.id, { timeoutSeconds: 20 });
    await bench.sql(`UPDATE operations SET state = 'succeeded', updated_at = now() WHERE id = $1`, [operation!.id]);
    expect(await waiting).toMatchObject({ state: 'succeeded' });
  });

  it('closing answers those who wait', async () => {
    const second = await startOrchestrator({
      settings: bench.settings,
      logger: createLogger('orchestrator', 'silent'),
      producer: openProducer({ queueUrl: bench.database.appUrl }),
    });
    const client = new ControlApiClient({ base: `http://127.0.0.1:${second.port}`, key: bench.adminKey });
    const pending = (await client.listOperations()).items.find(({ state }) => state === 'pending')!;
    const waiting = client.waitOperation(pending.id, { timeoutSeconds: 3 });
    await client.health();
    const [answer] = await Promise.all([waiting, second.close()]);
    expect(answer).toMatchObject({ id: pending.id, state: 'pending' });
  });
});
