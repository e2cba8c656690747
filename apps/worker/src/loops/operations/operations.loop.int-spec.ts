import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperationSpans } from '#domain/operation-spans';
import { openDatabase, type Database } from '#persistence/database';
import { migrate } from '#persistence/migrate';
import * as operations from '#persistence/operations';
import { createLogger } from '#telemetry/logger';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import { sweepOperations } from './operations.loop.js';

const SPAN_MS = 60_000;

describe('the sweep of operations', () => {
  let test: TestDatabase;
  let database: Database;
  let superuser: pg.Client;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrate(test);
    database = await openDatabase({ url: test.appUrl, poolMax: 2 });
    superuser = new pg.Client({ connectionString: test.superuserUrl });
    await superuser.connect();
  });
  afterAll(async () => {
    await superuser.end();
    await database.close();
    await test.drop();
  });

  it.each([
    ['forward an hour', '-1 hour'],
    ['back an hour', '1 hour'],
  ])('I12 I10 the clock is set %s: an operation ends after its span and not before', async (_name, datesMove) => {
    let nowMs = 1000;
    const worker = { database, logger: createLogger('worker', 'silent'), spans: new OperationSpans(), nowMs: () => nowMs };
    const { id } = await database.asPlatform((tx) =>
      operations.insert(tx, {
        kind: 'tenant.delete',
        targetType: 'tenant',
        targetId: randomUUID(),
        targetVersion: 2,
        deadlineMs: SPAN_MS,
        actor: 'test',
        cause: 'test',
      }),
    );
    const stateAfter = async (ms: number) => {
      nowMs += ms;
      await sweepOperations(worker);
      return (await database.asPlatform((tx) => operations.find(tx, id)))!.state;
    };
    expect(await stateAfter(0)).toBe('pending');
    // what was dated before lies an hour off for a clock that was set
    await superuser.query(
      `UPDATE operations SET created_at = created_at + $2::interval, deadline_at = deadline_at + $2::interval WHERE id = $1`,
      [id, datesMove],
    );
    expect(await stateAfter(SPAN_MS - 5000)).toBe('pending');
    expect(await stateAfter(5000)).toBe('failed');
  });
});
