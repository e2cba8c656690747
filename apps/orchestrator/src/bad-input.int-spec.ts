import { Agent, request as send, type IncomingHttpHeaders } from 'node:http';
import { ERROR_KINDS, type ErrorCode } from '#contracts/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { badRequests, type BadControlRequest, type KnownIds } from '../../../tools/fuzz/bad-control.js';
import { isRightForAdmin } from '../../../tools/fuzz/bad-control-cases.js';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

const SEED = 20_261;
const PARSER_CODES: ReadonlySet<string> = new Set<ErrorCode>(['MALFORMED_REQUEST', 'UNSUPPORTED_MEDIA_TYPE', 'BODY_TOO_LARGE']);

let bench: Bench;
let ids: KnownIds;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const idsOf = (tenant: SampleTenant, adminKeyId: string) => ({
  tenant: tenant.slug,
  cluster: tenant.clusterId,
  controller: tenant.controllerId,
  instance: tenant.instanceId,
  application: tenant.applicationId,
  user: tenant.userId,
  operation: tenant.operationId,
  key: adminKeyId,
});
let mine: SampleTenant;

beforeAll(async () => {
  bench = await openBench();
  mine = await sampleTenant(bench, 'mine');
  const foreign = await sampleTenant(bench, 'foreign');
  ids = { mine: idsOf(mine, mine.keyId), foreign: { ...idsOf(foreign, foreign.keyId), tenant: foreign.id } };
});
afterAll(async () => {
  agent.destroy();
  await bench.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}
function ask(bad: BadControlRequest, key: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      ...bad.headers,
      ...(bad.body === undefined ? {} : { 'content-length': String(bad.body.length) }),
    };
    const call = send(`${bench.base}${bad.path}`, { method: bad.route.method, headers, agent, timeout: 20_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    call.on('error', reject);
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.end(bad.body);
  });
}

/** A tenant's key where its role allows, so that "of another tenant" means something; an admin's elsewhere. */
const keyFor = ({ route }: BadControlRequest): string =>
  route.role === 'admin' || route.role === 'any' ? bench.adminKey : mine.key;

it('every wrong request is refused with a type of its route, changes nothing and stops nobody', async () => {
  const cases = badRequests(ids, SEED, 300).filter((one) => !isRightForAdmin(one));
  const before = await bench.fingerprint();
  let past = 0;
  const wrong: string[] = [];
  const queue = [...cases.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, bad] = next;
      const where = `seed ${SEED} case ${index} ${bad.route.id}: ${bad.fault} (${bad.route.method} ${bad.path.slice(0, 120)})`;
      const answer = await ask(bad, keyFor(bad)).catch(
        (error: unknown) => ({ status: 0, headers: {}, text: String(error) }) as Answer,
      );
      const problem =
        answer.headers['content-type'] === 'application/problem+json'
          ? (JSON.parse(answer.text) as { code: ErrorCode; status: number; correlationId?: string })
          : undefined;
      const isTyped =
        problem !== undefined && ERROR_KINDS[problem.code]?.status === answer.status && problem.correlationId !== undefined;
      // A path made longer or shorter by its fault may be no route at all.
      const isOfRoute = problem !== undefined && (bad.route.errors.includes(problem.code) || problem.code === 'NOT_FOUND');
      const leaks = /\bat .+\.(ts|js):\d|select |insert into|node_modules/i.test(answer.text);
      if (answer.status < 400 || answer.status > 499 || !isTyped || !isOfRoute || leaks)
        wrong.push(`${where} → ${answer.status} ${answer.text.slice(0, 200)}`);
      if (problem !== undefined && !PARSER_CODES.has(problem.code)) past += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  const share = Math.round((100 * past) / cases.length);
  process.stdout.write(`bad-input control-api: ${cases.length} cases, ${past} past the first parser (${share} %)\n`);
  expect(wrong).toEqual([]);
  expect(await bench.fingerprint()).toBe(before);
  expect(({} as Record<string, unknown>)['admin'], 'Object.prototype is as it was').toBeUndefined();
  expect(await bench.admin.health()).toMatchObject({ status: 'ok' });
  expect(cases.length).toBeGreaterThan(1500);
  expect(share).toBeGreaterThanOrEqual(50);
}, 180_000);
