/** R-LOG-01 over the control API and the command line: read, paged, followed; by nobody but its tenant. */
import { homeLayout } from '#config/home';
import { createLogger } from '#telemetry/logger';
import { RotatingLog } from '#telemetry/rotating-log';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

let bench: Bench;
let acme: SampleTenant;
let other: SampleTenant;
let log: RotatingLog;
beforeAll(async () => {
  bench = await openBench();
  acme = await sampleTenant(bench, 'acme');
  other = await sampleTenant(bench, 'other');
  // as the instance itself writes it
  log = new RotatingLog({ dir: homeLayout(bench.settings.home).instance(acme.instanceId).log });
  const logger = createLogger('gateway', { destination: log });
  for (let at = 1; at <= 50; at += 1) logger[at % 10 === 0 ? 'warn' : 'info']({ at }, `entry ${at}`);
});
afterAll(async () => {
  await log.end();
  await bench.close();
});

describe('readInstanceLog', () => {
  it('R-LOG-01 answers the newest, by level, and goes on after them', async () => {
    const mine = bench.client(acme.key);
    const warned = await mine.readInstanceLog('acme', acme.instanceId, { level: 'WARN', limit: 2 });
    expect(warned.records.map(({ msg, level, facts }) => [msg, level, facts['at']])).toEqual([
      ['entry 40', 'WARN', 40],
      ['entry 50', 'WARN', 50],
    ]);
    const page = await mine.readInstanceLog('acme', acme.instanceId, { after: 10, limit: 3 });
    expect(page).toMatchObject({ last: 13, missing: 0, records: [{ n: 11 }, { n: 12 }, { n: 13 }] });
    expect((await mine.readInstanceLog('acme', acme.instanceId, { level: 'ERR', after: 0 })).records).toEqual([]);
  });

  it('R-LOG-01 follows: waits for the next record and answers it', async () => {
    const mine = bench.client(acme.key);
    const waiting = mine.readInstanceLog('acme', acme.instanceId, { after: 50, level: 'ERR', follow: 'true' });
    createLogger('gateway', { destination: log }).info('of no interest');
    createLogger('gateway', { destination: log }).error({ code: 'E' }, 'it broke');
    expect((await waiting).records).toMatchObject([{ n: 52, level: 'ERR', msg: 'it broke', facts: { code: 'E' } }]);
  });

  it('R-LOG-01 S-01 is its tenant’s alone; one without a log yet has none', async () => {
    const path = `/v1/tenants/acme/instances/${acme.instanceId}/logs`;
    await request(bench.base).get(path).set('authorization', `Bearer ${other.key}`).expect(404);
    await request(bench.base).get(path).expect(401);
    const swapped = `/v1/tenants/other/instances/${acme.instanceId}/logs`;
    await request(bench.base).get(swapped).set('authorization', `Bearer ${other.key}`).expect(404);
    const empty = await bench.client(other.key).readInstanceLog('other', other.instanceId);
    expect(empty).toEqual({ records: [], last: 0, missing: 0 });
    for (const query of ['level=DEBUG', 'after=-1', 'follow=yes', 'limit=501'])
      await request(bench.base).get(`${path}?${query}`).set('authorization', `Bearer ${acme.key}`).expect(422);
  });
});
