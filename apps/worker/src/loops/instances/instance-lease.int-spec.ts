import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#persistence/database';
import { migrate } from '#persistence/migrate';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import { InstanceLease, LeaseLost } from './instance-lease.js';

const HOLDER = 'worker of one home';

describe('the lease of an instance', () => {
  let test: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrate(test);
    database = await openDatabase({ url: test.appUrl, poolMax: 4 });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  /** The real store, to somebody who sleeps between its answers and hearing them: `asleep` happens then, once for each of them. */
  const sleeper = async (instanceId: string, asleep: (() => Promise<number> | number)[]) => {
    let nowMs = 0;
    let asked = 0;
    const late = Object.create(database, {
      asPlatform: {
        value: async (run: Parameters<Database['asPlatform']>[0]) => {
          asked += 1;
          const answer = await database.asPlatform(run);
          nowMs += (await asleep.shift()?.()) ?? 1;
          return answer;
        },
      },
    }) as Database;
    const lease = (await InstanceLease.take(late, instanceId, HOLDER, () => nowMs))!;
    return { lease, asked: () => asked, pass: (ms: number) => (nowMs += ms) };
  };

  it('I2 R-ORC-05 a worker that slept while its lease was confirmed does not go on when another has taken over meanwhile', async () => {
    const taken = async () => {
      expect(await InstanceLease.take(database, 'a', HOLDER)).toBeDefined();
      return 1500;
    };
    const { lease } = await sleeper('a', [() => 1, taken]);
    await expect(lease.confirm()).rejects.toThrow(LeaseLost);
  });

  it('I2 an answer that came late is asked for again, and trusted when it comes in time', async () => {
    const { lease, asked } = await sleeper('b', [() => 1, () => 1500]);
    await lease.confirm();
    expect(asked()).toBe(3);
  });

  it('I10 a store that answers too late for ever ends the trying', async () => {
    const { lease } = await sleeper(
      'c',
      Array.from({ length: 20 }, () => () => 1500),
    );
    await expect(lease.confirm()).rejects.toThrow('took more than 1000 ms');
  });

  it('I12 a lease lasts from the asking, not from the answer', async () => {
    const { lease, asked, pass } = await sleeper('d', [() => 9000]);
    await lease.keep();
    expect(asked()).toBe(1);
    pass(1500);
    await lease.keep();
    expect(asked()).toBe(2);
  });
});
