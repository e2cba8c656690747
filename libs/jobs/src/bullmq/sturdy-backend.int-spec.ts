import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import { migrateQueue } from '../migrate.js';
import { chooseBackend } from './backend.js';
import { createSturdyPostgresBackend } from './sturdy-backend.js';

let test: TestDatabase;
let owner: pg.Client;
beforeEach(async () => {
  test = await createTestDatabase();
  await migrateQueue({ ownerUrl: test.ownerUrl, queueUrl: test.appUrl, appRole: test.appRole });
  owner = new pg.Client({ connectionString: test.ownerUrl });
  await owner.connect();
});
afterEach(async () => {
  await owner.end();
  await test.drop();
});

it('C9 a queue that could not be used at first is used when it can, and asking meanwhile lets everything else go on', async () => {
  await owner.query(`REVOKE USAGE ON SCHEMA bullmq FROM ${test.appRole}`);
  const connection = chooseBackend(test.appUrl, 2, 'consumer');
  const backend = createSturdyPostgresBackend('q', { connection } as never, { withBlockingConnection: true });
  backend.on('error', () => undefined);
  let beats = 0;
  const heart = setInterval(() => (beats += 1), 1);
  try {
    for (let ask = 1; ask <= 3; ask += 1) {
      const before = beats;
      await expect(backend.moveToActive('token')).rejects.toThrow();
      // a claim that fails without letting a timer run would, repeated as BullMQ repeats it, stop this process for ever
      expect(beats, `after claim ${ask}`).toBeGreaterThan(before);
    }
    await expect(backend.waitUntilReady()).rejects.toThrow();
    await owner.query(`GRANT USAGE ON SCHEMA bullmq TO ${test.appRole}`);
    await backend.waitUntilReady();
    expect(await backend.moveToActive('token')).toBeInstanceOf(Array);
  } finally {
    clearInterval(heart);
    await backend.close();
  }
});
