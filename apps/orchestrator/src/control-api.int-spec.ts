import { ControlApiError } from '#contracts/control-api-client';
import { CONTROL_ROUTE_LIST } from '#contracts/control-api';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROLLERS } from './orchestrator.module.js';
import { registeredRouteIds } from './rest/registered-routes.js';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

let bench: Bench;
let acme: SampleTenant;
beforeAll(async () => {
  bench = await openBench();
  acme = await sampleTenant(bench, 'acme');
});
afterAll(() => bench.close());

const refused = async (call: Promise<unknown>): Promise<ControlApiError> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ControlApiError);
  return error as ControlApiError;
};
const code = async (call: Promise<unknown>) => (await refused(call)).problem.code;
const http = () => request(bench.base);
const asAdmin = { authorization: '' };
beforeAll(() => void (asAdmin.authorization = `Bearer ${bench.adminKey}`));

describe('the contract', () => {
  it('S-28 every route is registered, every registered route is in the contract, each lists its errors and its role', () => {
    expect(registeredRouteIds(CONTROLLERS).sort()).toEqual(CONTROL_ROUTE_LIST.map(({ id }) => id).sort());
    const places = CONTROL_ROUTE_LIST.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(places).size).toBe(places.length);
    for (const route of CONTROL_ROUTE_LIST) {
      expect(route.errors.length, route.id).toBeGreaterThan(0);
      expect(route.idempotent, route.id).toBe(route.method === 'POST');
      if (route.method === 'PATCH') expect(route.ifMatch, route.id).toBe(true);
    }
  });

  it('serves itself as OpenAPI 3.1, and health, to anybody', async () => {
    const document = await http().get('/v1/openapi.json').expect(200);
    expect(document.body).toMatchObject({ openapi: '3.1.0' });
    expect(Object.keys(document.body.paths as object)).toContain('/v1/tenants/{tenant}/instances/{instance}/restart');
    await http().get('/v1/health').expect(200);
    expect(document.headers['x-powered-by']).toBeUndefined();
  });

  it('S-26 unknown paths and methods, broken paths and keys answer problem documents with a correlation id', async () => {
    const nothing = await http().get('/v1/nothing').expect(404).expect('content-type', 'application/problem+json');
    expect(nothing.body).toMatchObject({
      code: 'NOT_FOUND',
      type: expect.stringMatching(/^urn:/),
      correlationId: nothing.headers['x-correlation-id'],
    });
    const method = await http().put('/v1/tenants').set(asAdmin).expect(405);
    expect(method.body.code).toBe('METHOD_NOT_ALLOWED');
    const patch = await http().patch('/v1/tenants').set(asAdmin).expect(405);
    expect(patch.headers['allow']).toBe('POST, GET');
    await http().get('/v1/tenants/%ZZ').set(asAdmin).expect(400);
    for (const authorization of ['', 'Bearer', 'Bearer x', `Bearer ${bench.adminKey.slice(0, -1)}x`, `Basic ${bench.adminKey}`]) {
      const answer = await http().get('/v1/tenants').set({ authorization }).expect(401);
      expect(answer.body.code).toBe('UNAUTHENTICATED');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });
});

describe('R-ORC-01 tenants', () => {
  it('are created, read by id and slug, renamed, suspended, resumed, listed in pages', async () => {
    const created = await bench.admin.createTenant({ slug: 'umbrella', companyName: 'Umbrella' });
    expect(created).toMatchObject({ status: 'active', version: 1, addresses: { https: 'https://127.0.0.1:8443/t/umbrella' } });
    expect(await bench.admin.getTenant(created.id)).toEqual(await bench.admin.getTenant('umbrella'));
    expect(await code(bench.admin.createTenant({ slug: 'umbrella', companyName: 'Other' }))).toBe('ALREADY_EXISTS');
    expect(await bench.admin.updateTenant('umbrella', { status: 'suspended' })).toMatchObject({
      status: 'suspended',
      version: 2,
    });
    expect(await bench.admin.updateTenant('umbrella', { status: 'active' })).toMatchObject({ status: 'active', version: 3 });
    for (let n = 0; n < 5; n += 1) await bench.admin.createTenant({ slug: `page-${n}`, companyName: `Page ${n}` });
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await bench.admin.listTenants({ limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ slug }) => slug));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(expect.arrayContaining(['acme', 'umbrella', 'page-0', 'page-4']));
    expect(new Set(seen).size).toBe(seen.length);
    expect(await code(bench.admin.listTenants({ limit: 501 }))).toBe('INVALID_ARGUMENT');
    expect(await code(bench.admin.listTenants({ cursor: 'AAAA' }))).toBe('INVALID_ARGUMENT');
  });

  it('a suspended tenant’s key reads but changes nothing', async () => {
    const tenant = await sampleTenant(bench, 'paused');
    await bench.admin.updateTenant('paused', { status: 'suspended' });
    const own = bench.client(tenant.key);
    expect(await own.getTenant('paused')).toMatchObject({ status: 'suspended' });
    expect(await code(own.createApplication('paused', { name: 'x' }))).toBe('TENANT_SUSPENDED');
  });

  it('are deleted by an operation: applications are out at once, instances wanted gone, changes refused', async () => {
    const tenant = await sampleTenant(bench, 'leaving');
    const operation = await bench.admin.deleteTenant('leaving');
    expect(operation).toMatchObject({ kind: 'tenant.delete', targetId: tenant.id, state: 'pending' });
    expect(await bench.admin.getInstance('leaving', tenant.instanceId)).toMatchObject({ desiredState: 'deleted' });
    expect(await code(bench.admin.createCluster('leaving', { name: 'x' }))).toBe('CONFLICT');
    expect(await code(bench.admin.deleteTenant('leaving'))).toBe('CONFLICT');
    const [row] = await bench.sql<{ document: { payload: string } }>(
      'SELECT document FROM access_documents WHERE instance_id = $1',
      [tenant.instanceId],
    );
    expect(JSON.parse(Buffer.from(row!.document.payload, 'base64url').toString())).toMatchObject({ tenantStatus: 'deleting' });
  });
});

describe('clusters and controllers', () => {
  it('R-CLU-01 R-CLU-02 R-CLU-07 are created, changed and removed', async () => {
    const cluster = await bench.admin.createCluster('acme', { name: 'north' });
    expect(await code(bench.admin.createCluster('acme', { name: 'north' }))).toBe('ALREADY_EXISTS');
    const make = (name: string, address: string) =>
      bench.admin.createController('acme', { clusterId: cluster.id, name, address, platform: 'cx-ii', release: '7.0' });
    const controller = await make('n1', '10.9.9.1');
    expect(controller).toMatchObject({ port: 5320, enabled: true });
    expect(await code(make('n2', '::ffff:10.9.9.1'))).toBe('ALREADY_EXISTS');
    expect(await code(make('n2', '0.0.0.0'))).toBe('INVALID_ARGUMENT');
    expect(await bench.admin.updateController('acme', controller.id, { enabled: false })).toMatchObject({
      enabled: false,
      version: 2,
    });
    expect(await code(bench.admin.deleteCluster('acme', cluster.id))).toBe('CONFLICT');
    const removed = await bench.admin.deleteController('acme', controller.id);
    const next = await make('n1', '10.9.9.1');
    expect(next.icpId, 'an icpId is never used again').toBeGreaterThan(removed.icpId);
    await bench.admin.deleteController('acme', next.id);
    await bench.admin.deleteCluster('acme', cluster.id);
    expect(await code(bench.admin.getCluster('acme', cluster.id))).toBe('NOT_FOUND');
  });

  it('R-CLU-01 a cluster of another tenant is unreachable', async () => {
    const other = await sampleTenant(bench, 'other-cluster');
    const body = { clusterId: other.clusterId, name: 'x', address: '10.5.5.5', platform: 'virtual' as const, release: '9' };
    expect(await code(bench.admin.createController('acme', body))).toBe('NOT_FOUND');
    expect(await code(bench.admin.createInstance('acme', { clusterId: other.clusterId, name: 'x' }))).toBe('NOT_FOUND');
  });
});

describe('R-ORC-02 gateway instances', () => {
  it('every change answers 202 with an operation, and writes spec, operation and bell together', async () => {
    const made = await http()
      .post('/v1/tenants/acme/instances')
      .set(asAdmin)
      .send({ clusterId: acme.clusterId, name: 'gw-2', limits: { sessions: 10 } })
      .expect(202);
    expect(made.headers['location']).toBe(`/v1/operations/${String(made.body.id)}`);
    const id = String(made.body.targetId);
    const instance = await bench.admin.getInstance('acme', id);
    expect(instance).toMatchObject({
      desiredState: 'running',
      version: 1,
      limits: { sessions: { used: null, cap: 10 }, monitors: { used: null, cap: 50_000 } },
      status: { state: 'pending' },
    });
    expect(instance.slots).toHaveLength(16);
    const kinds = [
      (await bench.admin.stopInstance('acme', id)).kind,
      (await bench.admin.startInstance('acme', id)).kind,
      (await bench.admin.restartInstance('acme', id)).kind,
    ];
    expect(kinds).toEqual(['instance.stop', 'instance.start', 'instance.restart']);
    expect(await bench.admin.getInstance('acme', id)).toMatchObject({ desiredState: 'running', restartRevision: 1, version: 4 });
    expect((await bench.admin.deleteInstance('acme', id)).kind).toBe('instance.delete');
    expect(await code(bench.admin.startInstance('acme', id))).toBe('CONFLICT');
    const operations = await bench.admin.listOperations({ limit: 5 });
    expect(operations.items.map(({ kind }) => kind)).toEqual([
      'instance.delete',
      'instance.restart',
      'instance.start',
      'instance.stop',
      'instance.create',
    ]);
    expect(operations.items[0]).toMatchObject({ cause: `DELETE /v1/tenants/acme/instances/${id}`, targetId: id });
  });

  it('R-LIM-01 limits may only lower; R-LIM-05 five instances per cluster, whatever the concurrency', async () => {
    expect(
      await code(bench.admin.createInstance('acme', { clusterId: acme.clusterId, name: 'big', limits: { sessions: 1501 } })),
    ).toBe('INVALID_ARGUMENT');
    const tenant = await sampleTenant(bench, 'crowded');
    const attempts = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        bench.admin.createInstance('crowded', { clusterId: tenant.clusterId, name: `more-${n}` }),
      ),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    const refusal = attempts.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect((refusal.reason as ControlApiError).problem).toMatchObject({ code: 'QUOTA_EXCEEDED', used: 5, cap: 5 });
  });

  it('R-LIM-04 grants of a cluster’s instances never sum above the controller’s cap', async () => {
    const rows = await bench.sql<{ document: { payload: string } }>(
      `SELECT d.document FROM access_documents d JOIN tenants t ON t.id = d.tenant_id WHERE t.slug = 'crowded'`,
    );
    expect(rows).toHaveLength(5);
    const grants = rows.map(
      ({ document }) =>
        (JSON.parse(Buffer.from(document.payload, 'base64url').toString()) as { controllers: { monitorsMax: number }[] })
          .controllers[0]!.monitorsMax,
    );
    expect(Math.max(...grants)).toBe(1000);
    expect(grants.reduce((sum, grant) => sum + grant, 0)).toBeLessThanOrEqual(5000);
  });
});

describe('clusters of one tenant', () => {
  it('R-LIM-06 an instance serves the controllers of its own cluster alone, whatever else the tenant has', async () => {
    const { admin } = bench;
    const first = await sampleTenant(bench, 'two-clusters');
    const cluster = await admin.createCluster('two-clusters', { name: 'second' });
    for (const [name, address] of [
      ['two', '10.1.2.4'],
      ['three', '10.1.2.5'],
    ] as const)
      await admin.createController('two-clusters', {
        clusterId: cluster.id,
        name,
        address,
        platform: 'virtual',
        release: '9.4',
      });
    const second = await admin.createInstance('two-clusters', { clusterId: cluster.id, name: 'gw-2' });
    const servedBy = async (instanceId: string) => {
      const [row] = await bench.sql<{ document: { payload: string } }>(
        'SELECT document FROM access_documents WHERE instance_id = $1',
        [instanceId],
      );
      const { controllers } = JSON.parse(Buffer.from(row!.document.payload, 'base64url').toString()) as {
        controllers: { address: string }[];
      };
      return controllers.map(({ address }) => address).sort();
    };
    expect(await servedBy(first.instanceId)).toEqual(['10.1.2.3']);
    expect(await servedBy(second.targetId)).toEqual(['10.1.2.4', '10.1.2.5']);
    // a controller that is added goes to the instances of its cluster and to no other
    await admin.createController('two-clusters', {
      clusterId: first.clusterId,
      name: 'four',
      address: '10.1.2.6',
      platform: 'virtual',
      release: '9.4',
    });
    expect(await servedBy(first.instanceId)).toEqual(['10.1.2.3', '10.1.2.6']);
    expect(await servedBy(second.targetId)).toEqual(['10.1.2.4', '10.1.2.5']);
  });
});

describe('operations', () => {
  it('wait answers as soon as the operation has ended, and as it stands when the time is over', async () => {
    expect(await bench.admin.waitOperation(acme.operationId, { timeoutSeconds: 0 })).toMatchObject({ state: 'pending' });
    const waiting = bench.admin.waitOperation(acme.operationId, { timeoutSeconds: 30 });
    await bench.sql(`UPDATE operations SET state = 'succeeded', progress = 100, updated_at = now() WHERE id = $1`, [
      acme.operationId,
    ]);
    expect(await waiting).toMatchObject({ state: 'succeeded', progress: 100 });
    expect(await code(bench.admin.waitOperation(acme.operationId, { timeoutSeconds: 61 }))).toBe('INVALID_ARGUMENT');
    expect(await code(bench.client(acme.key).waitOperation(acme.instanceId))).toBe('NOT_FOUND');
  });
});

describe('keys and applications', () => {
  it('a key is told once, works at once, and ends at once when revoked', async () => {
    const made = await bench.admin.createKey('acme', { name: 'ops' });
    const own = bench.client(made.key!);
    expect(await own.me()).toMatchObject({ role: 'tenant', keyId: made.id, tenant: { slug: 'acme' } });
    const listed = await own.listKeys('acme');
    expect(JSON.stringify(listed)).not.toContain(made.key);
    expect(await code(own.createTenant({ slug: 'x', companyName: 'x' }))).toBe('FORBIDDEN');
    expect(await bench.admin.revokeKey('acme', made.id)).toMatchObject({ revokedAt: expect.any(String) });
    expect(await code(own.me())).toBe('UNAUTHENTICATED');
    const me = await bench.admin.me();
    expect(await code(bench.admin.revokeAdminKey(me.keyId))).toBe('CONFLICT');
    expect(await code(bench.admin.revokeAdminKey(made.id)), 'a tenant’s key is not at this path').toBe('NOT_FOUND');
  });

  it('R-ACL-01 passwords are told once and kept as hashes; each change signs a newer access document', async () => {
    const serial = async () =>
      Number(
        (await bench.sql<{ serial: number }>('SELECT serial FROM access_documents WHERE instance_id = $1', [acme.instanceId]))[0]!
          .serial,
      );
    const before = await serial();
    const made = await bench.admin.createApplication('acme', { name: 'recorder' });
    expect(made.applicationPassword).toMatch(/^\w{32}$/);
    expect(await serial()).toBe(before + 1);
    expect(JSON.stringify(await bench.admin.getApplication('acme', made.id))).not.toContain(made.applicationPassword);
    const rotated = await bench.admin.rotateApplicationCredentials('acme', made.id);
    expect(rotated.applicationPassword).not.toBe(made.applicationPassword);
    await bench.admin.updateApplication('acme', made.id, { allowed: false });
    await bench.admin.deleteApplication('acme', made.id);
    expect(await serial()).toBe(before + 4);
    const dump = JSON.stringify(await bench.sql('SELECT * FROM applications, access_documents, idempotency_keys'));
    expect(dump).not.toContain(made.applicationPassword);
  });
});

describe('preconditions and idempotency', () => {
  it('an ETag that is not the resource’s changes nothing (412)', async () => {
    const read = await http().get(`/v1/tenants/acme/controllers/${acme.controllerId}`).set(asAdmin).expect(200);
    const etag = String(read.headers['etag']);
    expect(etag).toBe(`"${String(read.body.version)}"`);
    const patch = (ifMatch: string) =>
      http()
        .patch(`/v1/tenants/acme/controllers/${acme.controllerId}`)
        .set(asAdmin)
        .set('if-match', ifMatch)
        .send({ release: '9.5' });
    for (const wrong of ['"99"', 'W/"1"', 'rubbish'])
      expect((await patch(wrong).expect(412)).body.code).toBe('PRECONDITION_FAILED');
    const changed = await patch(etag).expect(200);
    expect(changed.headers['etag']).not.toBe(etag);
    await patch('*').expect(200);
    await http()
      .get(`/v1/tenants/acme/controllers/${acme.controllerId}`)
      .set(asAdmin)
      .set('if-none-match', String(changed.headers['etag']))
      .expect(200);
  });

  it('I7 S-27 a hundred equal requests at once have one effect and one answer; its secret is told once', async () => {
    const send = () =>
      http().post('/v1/tenants/acme/applications').set(asAdmin).set('idempotency-key', 'hundred').send({ name: 'once' });
    const answers = await Promise.all(Array.from({ length: 100 }, send));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 201));
    expect(new Set(answers.map(({ body }) => String(body.id))).size).toBe(1);
    expect(answers.filter(({ body }) => body.applicationPassword !== undefined)).toHaveLength(1);
    const [row] = await bench.sql<{ count: string }>(`SELECT count(*) FROM applications WHERE name = 'once'`);
    expect(row!.count).toBe('1');
    const [kept] = await bench.sql<{ response: object }>(`SELECT response FROM idempotency_keys WHERE key = 'hundred'`);
    expect(kept!.response).not.toHaveProperty('applicationPassword');
  });

  it('S-27 the same key with another request is refused; with another caller it is another key', async () => {
    const send = (name: string, path = '/v1/tenants/acme/clusters') =>
      http().post(path).set(asAdmin).set('idempotency-key', 'k-1').send({ name });
    const first = await send('east').expect(201);
    const again = await send('east').expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await send('west').expect(422)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await send('east', '/v1/tenants/umbrella/clusters').expect(422)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    const other = await bench.admin.createAdminKey({ name: 'second' });
    const theirs = await http()
      .post('/v1/tenants/umbrella/clusters')
      .set('authorization', `Bearer ${other.key}`)
      .set('idempotency-key', 'k-1')
      .send({ name: 'east' });
    expect(theirs.status).toBe(201);
    expect(
      (
        await http()
          .post('/v1/tenants')
          .set(asAdmin)
          .set('idempotency-key', 'a b')
          .send({ slug: 'z', companyName: 'z' })
          .expect(422)
      ).body.code,
    ).toBe('INVALID_ARGUMENT');
  });

  it('a refused request leaves its key free', async () => {
    const send = (name: string) =>
      http().post('/v1/tenants/acme/clusters').set(asAdmin).set('idempotency-key', 'k-2').send({ name });
    await send('main').expect(409);
    await send('south').expect(201);
  });
});
