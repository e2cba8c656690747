/** What is read back: every resource alone and in pages, and the ledger with its steps; and the caps that tenants meet. */
import { ControlApiError } from '#contracts/control-api-client';
import {
  APPLICATION_USERS_PER_TENANT,
  APPLICATIONS_PER_TENANT,
  INSTANCES_PER_BORDER_GATEWAY,
  KEYS_PER_TENANT,
} from '#domain/limits';
import { generateApiKey } from '#pki/api-keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

let bench: Bench;
let acme: SampleTenant;
let other: SampleTenant;
const metricsKey = generateApiKey('admin');
beforeAll(async () => {
  bench = await openBench({ metrics: { listen: { host: '127.0.0.1', port: 0 }, keySha256: metricsKey.sha256 } });
  [acme, other] = [await sampleTenant(bench, 'acme'), await sampleTenant(bench, 'other')];
});
afterAll(() => bench.close());

interface PageLike {
  readonly items: readonly { readonly id: string; readonly name: string }[];
  readonly nextCursor: string | null;
}

/** Names of all items, read `limit` at a time; every page but the last is full. */
async function namesOf(read: (query: { limit: number; cursor?: string }) => Promise<PageLike>, limit = 2): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page: PageLike = await read({ limit, ...(cursor === null ? {} : { cursor }) });
    expect(page.items.length === limit || page.nextCursor === null).toBe(true);
    names.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return names;
}

const refusalOf = async (call: Promise<unknown>) => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ControlApiError);
  return (error as ControlApiError).problem;
};

describe('reading', () => {
  it('R-ORC-01 clusters, controllers, applications and admin keys are listed in pages, each once, the tenant’s own only', async () => {
    for (const n of [1, 2]) {
      await bench.admin.createCluster('acme', { name: `cluster-${n}` });
      await bench.admin.createApplication('acme', { name: `app-${n}` });
      await bench.admin.createAdminKey({ name: `admin-${n}` });
      await bench.admin.createController('acme', {
        clusterId: acme.clusterId,
        name: `controller-${n}`,
        address: `10.1.2.${100 + n}`,
        platform: 'mxe-iii',
        release: '9.4',
      });
    }
    const own = bench.client(acme.key);
    expect((await namesOf((query) => own.listClusters('acme', query))).sort()).toEqual(['cluster-1', 'cluster-2', 'main']);
    expect((await namesOf((query) => own.listControllers('acme', query))).sort()).toEqual([
      'controller-1',
      'controller-2',
      'one',
    ]);
    expect((await namesOf((query) => own.listApplications('acme', query))).sort()).toEqual(['app-1', 'app-2', 'crm']);
    const admins = await namesOf((query) => bench.admin.listAdminKeys(query));
    expect(admins).toEqual(expect.arrayContaining(['admin-1', 'admin-2']));
    expect(admins).not.toContain('own');
    expect((await refusalOf(own.listAdminKeys())).code).toBe('FORBIDDEN');
  });

  it('R-CLU-02 a controller is read alone as it is listed; another tenant’s is not there', async () => {
    const { items } = await bench.admin.listControllers('acme');
    for (const item of items) expect(await bench.admin.getController('acme', item.id)).toEqual(item);
    const one = await bench.admin.getController('acme', acme.controllerId);
    expect(one).toMatchObject({ name: 'one', address: '10.1.2.3', platform: 'virtual', enabled: true });
    expect((await refusalOf(bench.admin.getController('acme', other.controllerId))).code).toBe('NOT_FOUND');
  });

  it('R-ORC-02 an operation is read with its actor, cause, deadline and steps; a tenant reads its own only', async () => {
    const read = await bench.client(acme.key).getOperation(acme.operationId);
    expect(read).toMatchObject({
      id: acme.operationId,
      kind: 'instance.create',
      targetId: acme.instanceId,
      state: 'pending',
      cause: 'POST /v1/tenants/acme/instances',
      steps: [],
    });
    expect(Date.parse(read.deadlineAt)).toBeGreaterThan(Date.parse(read.createdAt));
    const at = new Date().toISOString();
    const steps = [{ name: 'address', state: 'done', startedAt: at, endedAt: at, detail: 'took 127.0.0.1' }];
    await bench.sql('UPDATE operations SET steps = $2 WHERE id = $1', [acme.operationId, JSON.stringify(steps)]);
    expect((await bench.admin.getOperation(acme.operationId)).steps).toEqual(steps);
    expect((await refusalOf(bench.client(other.key).getOperation(acme.operationId))).code).toBe('NOT_FOUND');
  });
});

describe('caps of a tenant', () => {
  it('S-10 R-LIM-13 the last keys go to as many as there is room for, whatever the concurrency; a revoked one makes room', async () => {
    const room = 3;
    await bench.sql(
      `INSERT INTO api_keys (id, tenant_id, role, name, prefix, sha256)
       SELECT gen_random_uuid(), $1, 'tenant', 'filler ' || n, 'cbk_filler', encode(sha256(('filler ' || n)::bytea), 'hex')
         FROM generate_series(1, $2::int) n`,
      [acme.id, KEYS_PER_TENANT - room - 1],
    );
    const own = bench.client(acme.key);
    const attempts = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => own.createKey('acme', { name: `late-${n}` })));
    const made = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(made).toHaveLength(room);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected')
        expect((attempt.reason as ControlApiError).problem).toMatchObject({
          code: 'QUOTA_EXCEEDED',
          status: 409,
          limit: 'keys',
          used: KEYS_PER_TENANT,
          cap: KEYS_PER_TENANT,
        });
    }
    // neither other tenants nor admin keys are concerned
    await bench.client(other.key).createKey('other', { name: 'free' });
    await bench.admin.createAdminKey({ name: 'free' });
    await own.revokeKey('acme', made[0]!.id);
    expect((await own.createKey('acme', { name: 'after' })).name).toBe('after');
    expect((await refusalOf(own.createKey('acme', { name: 'too many' }))).code).toBe('QUOTA_EXCEEDED');
  });

  it('S-10 applications: at the cap the refusal names limit, use and cap, and nothing is made', async () => {
    await bench.sql(
      `INSERT INTO applications (id, tenant_id, name, type, advanced, allowed, application_password_sha256, local_password_sha256)
       SELECT gen_random_uuid(), $1, 'filler ' || n, 'generic', false, true, repeat('a', 64), repeat('b', 64)
         FROM generate_series(1, $2::int) n`,
      [other.id, APPLICATIONS_PER_TENANT - 1],
    );
    const full = { code: 'QUOTA_EXCEEDED', limit: 'applications', used: APPLICATIONS_PER_TENANT, cap: APPLICATIONS_PER_TENANT };
    expect(await refusalOf(bench.admin.createApplication('other', { name: 'one more' }))).toMatchObject(full);
    const names = await namesOf((query) => bench.admin.listApplications('other', query), 500);
    expect(names).toHaveLength(APPLICATIONS_PER_TENANT);
    expect(names).not.toContain('one more');
  });

  it('S-10 R-LIM-13 users of integrations: the last places go to as many as there is room for, over all integrations of the tenant', async () => {
    const integrations = await Promise.all(
      (['salesforce', 'google'] as const).map((integration) =>
        bench.admin.createApplication('acme', { name: integration, type: 'crm-integration', integration }),
      ),
    );
    const room = 2;
    await bench.sql(
      `INSERT INTO application_users (id, tenant_id, application_id, user_number, email, password_sha256)
       SELECT gen_random_uuid(), $1, $2, 100000 + n, n || '@filler.example', repeat('a', 64)
         FROM generate_series(1, $3::int - (SELECT count(*)::int FROM application_users WHERE tenant_id = $1)) n`,
      [acme.id, integrations[0]!.id, APPLICATION_USERS_PER_TENANT - room],
    );
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        bench.admin.createApplicationUser('acme', integrations[n % 2]!.id, { email: `late-${n}@acme.example` }).then(
          () => undefined,
          (reason: unknown) => (reason as ControlApiError).problem,
        ),
      ),
    );
    expect(answers.filter((problem) => problem === undefined)).toHaveLength(room);
    const cap = APPLICATION_USERS_PER_TENANT;
    for (const problem of answers)
      if (problem !== undefined)
        expect(problem).toMatchObject({ code: 'QUOTA_EXCEEDED', limit: 'applicationUsers', used: cap, cap });
  });

  it('R-LIM-13 R-LIM-05 are figures too: of each the highest use and the cap, and nothing of whose it is', async () => {
    const answer = await fetch(`http://127.0.0.1:${bench.orchestrator.metricsPort}/v1/metrics`, {
      headers: { authorization: `Bearer ${metricsKey.key}` },
    });
    const text = await answer.text();
    const figure = (kind: 'used' | 'cap', limit: string) =>
      Number(new RegExp(`^cordboard_record_limit_${kind}\\{limit="${limit}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
    const limits = [...text.matchAll(/^cordboard_record_limit_cap\{limit="(\w+)"\} (\d+)$/gm)];
    expect(limits.map(([, limit, cap]) => [limit, Number(cap)])).toEqual([
      ['instances', 5],
      ['controllers', 250],
      ['keys', KEYS_PER_TENANT],
      ['applications', APPLICATIONS_PER_TENANT],
      ['applicationUsers', APPLICATION_USERS_PER_TENANT],
      ['borderGatewayInstances', INSTANCES_PER_BORDER_GATEWAY],
    ]);
    // what the tests before have filled, at whichever tenant
    expect(figure('used', 'keys')).toBe(KEYS_PER_TENANT);
    expect(figure('used', 'applications')).toBe(APPLICATIONS_PER_TENANT);
    expect(figure('used', 'applicationUsers')).toBe(APPLICATION_USERS_PER_TENANT);
    const [most] = await bench.sql<{ instances: number; controllers: number }>(
      `SELECT (SELECT max(n)::int FROM (SELECT count(*) n FROM instances GROUP BY cluster_id) i) AS instances,
              (SELECT max(n)::int FROM (SELECT count(*) n FROM controllers GROUP BY cluster_id) c) AS controllers`,
    );
    expect([figure('used', 'instances'), figure('used', 'controllers')]).toEqual([most!.instances, most!.controllers]);
    expect(most!.instances).toBeGreaterThan(0);
    for (const { slug, id } of [acme, other]) expect(text).not.toMatch(new RegExp(`"${slug}"|${id}`));
  });
});
