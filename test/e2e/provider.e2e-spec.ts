import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { childEnvironment } from '#config/environment';
import { atEdge, runFile, simulator, systemHome, TestSession, type Credentials } from './system.js';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const api = () => supertest(runFile().control.base);
const admin = () => ({ authorization: `Bearer ${runFile().control.adminKey}` });

/** Waits over the API, as a provider does, until an operation has ended. */
async function ended(operation: string, key = admin()): Promise<Record<string, unknown>> {
  const answer = await api().get(`/v1/operations/${operation}/wait?timeoutSeconds=60`).set(key).expect(200);
  return answer.body as Record<string, unknown>;
}

describe('a hosting provider and a tenant of its own', () => {
  it('R-ORC-01 R-ORC-02 provisions a tenant from nothing to a call, scales it down to nothing, and nobody else notices', async () => {
    const slug = 'acme';
    await api().post('/v1/tenants').set(admin()).send({ slug, companyName: 'Acme' }).expect(201);
    const key = (await api().post(`/v1/tenants/${slug}/keys`).set(admin()).send({ name: 'own' }).expect(201)).body as {
      key: string;
    };
    const own = { authorization: `Bearer ${key.key}` };
    const cluster = (await api().post(`/v1/tenants/${slug}/clusters`).set(admin()).send({ name: 'main' }).expect(201)).body as {
      id: string;
    };
    const address = runFile().tenant.controllers[0]!.address;
    await api()
      .post(`/v1/tenants/${slug}/controllers`)
      .set(admin())
      .send({ clusterId: cluster.id, name: 'first', address, platform: 'virtual', release: '9.1' })
      .expect(201);
    const application = (await api().post(`/v1/tenants/${slug}/applications`).set(own).send({ name: 'Dialler' }).expect(201))
      .body as {
      id: string;
      applicationPassword: string;
      localPassword: string;
    };
    // the same key twice is the same instance once
    const create = () =>
      api()
        .post(`/v1/tenants/${slug}/instances`)
        .set({ ...admin(), 'idempotency-key': 'one-instance' })
        .send({ clusterId: cluster.id, name: 'gw', limits: { sessions: 3 } });
    const [first, second] = [await create().expect(202), await create().expect(202)];
    expect(second.body).toEqual(first.body);
    const operation = await ended((first.body as { id: string }).id);
    expect(operation).toMatchObject({ state: 'succeeded', progress: 100 });
    expect((operation['steps'] as unknown[]).length).toBeGreaterThan(1);

    // R-LIM-01, R-LIM-13: exactly three sessions, however many ask at once; the refusal names limit, use and cap
    const credentials: Credentials = {
      companyName: 'Acme',
      applicationName: 'Dialler',
      applicationPassword: application.applicationPassword,
      localPassword: application.localPassword,
    };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => atEdge(slug, 'POST', '/v1/sessions', { body: credentials })),
    );
    expect(answers.filter((a) => a.status === 201)).toHaveLength(3);
    const refused = answers.filter((a) => a.status !== 201);
    expect(refused.map((a) => [a.status, a.body['code'], a.body['used'], a.body['cap']])).toEqual(
      refused.map(() => [429, 'SESSION_LIMIT', 3, 3]),
    );

    // R-SES-01: what is freed is free
    const { sessionId, token } = answers.find((a) => a.status === 201)!.body as { sessionId: number; token: string };
    await atEdge(slug, 'DELETE', `/v1/sessions/${sessionId}`, { token });
    const again = await TestSession.open(slug, credentials);
    // another tenant's session is nobody's here, and the sample tenant's address knows nothing of it
    expect(
      (await atEdge(runFile().tenant.slug, 'POST', `/v1/sessions/${again.id}/keepalive`, { token: again.token, body: {} }))
        .status,
    ).toBe(401);

    // R-ACL-01: removal from the list closes its sessions
    await api().patch(`/v1/tenants/${slug}/applications/${application.id}`).set(own).send({ allowed: false }).expect(200);
    await expect.poll(async () => (await again.ask('POST', '/keepalive', {})).status, { timeout: 15_000 }).toBe(401);
    expect(await atEdge(slug, 'POST', '/v1/sessions', { body: credentials })).toMatchObject({
      status: 403,
      body: { code: 'NOT_AUTHORISED' },
    });

    const instance = String(operation['targetId']);
    for (const verb of ['stop', 'start'] as const) {
      const answer = await api().post(`/v1/tenants/${slug}/instances/${instance}/${verb}`).set(own).expect(202);
      expect(await ended((answer.body as { id: string }).id)).toMatchObject({ state: 'succeeded' });
    }
    const deletion = await api().delete(`/v1/tenants/${slug}`).set(admin()).expect(202);
    expect(await ended((deletion.body as { id: string }).id)).toMatchObject({ state: 'succeeded' });
    await api().get(`/v1/tenants/${slug}`).set(admin()).expect(404);
    expect((await TestSession.open()).id).toBeGreaterThan(0);
  });

  it('nothing of one tenant is visible to another’s key', async () => {
    const slug = `other-${Date.now().toString(36)}`;
    await api().post('/v1/tenants').set(admin()).send({ slug, companyName: 'Other' }).expect(201);
    const { key } = (await api().post(`/v1/tenants/${slug}/keys`).set(admin()).send({ name: 'own' }).expect(201)).body as {
      key: string;
    };
    const theirs = { authorization: `Bearer ${key}` };
    const { tenant } = runFile();
    const absent = await api().get('/v1/tenants/no-such-tenant/instances').set(theirs).expect(404);
    const foreign = await api().get(`/v1/tenants/${tenant.slug}/instances`).set(theirs).expect(404);
    const shape = ({ correlationId: _correlationId, ...rest }: Record<string, unknown>) =>
      JSON.stringify(rest).replaceAll(tenant.slug, 'X').replaceAll('no-such-tenant', 'X');
    expect(shape(foreign.body as Record<string, unknown>)).toBe(shape(absent.body as Record<string, unknown>));
    const list = await api().get('/v1/tenants').set(theirs).expect(200);
    expect((list.body as { items: { slug: string }[] }).items.map((t) => t.slug)).toEqual([slug]);
    await api().delete(`/v1/tenants/${slug}`).set(admin()).expect(202);
  });

  it('bad input at the control API is a problem document with the members named', async () => {
    const answer = await api().post('/v1/tenants').set(admin()).send({ slug: 'UPPER', extra: 1 });
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'INVALID_ARGUMENT', status: 422 });
    expect((answer.body as { errors: { path: string }[] }).errors.length).toBeGreaterThan(0);
    await api().get('/v1/tenants').expect(401);
  });
});

describe('the command line', () => {
  const cordboard = (...words: string[]) =>
    run(process.execPath, [resolve(root, 'dist/apps/cli/src/main.js'), ...words], {
      env: childEnvironment({ CORDBOARD_HOME: systemHome() }),
      timeout: 60_000,
    });

  it('status, instances and operations as text and as JSON', async () => {
    expect((await cordboard('status')).stdout).toContain('running');
    const instances = JSON.parse((await cordboard('instances', '--tenant', runFile().tenant.slug, 'list', '--json')).stdout) as
      { items: { name: string }[] } | { name: string }[];
    expect(JSON.stringify(instances)).toContain('gateway-1');
    expect((await cordboard('failovers', 'list')).stdout).toMatch(/DETECTED.*FENCE.*RESTORE/);
    expect((await cordboard('--help')).stdout).toMatch(/tenants[\s\S]*instances[\s\S]*operations[\s\S]*events/);
  });

  it('operations watch follows a restart to its end', async () => {
    const { tenant } = runFile();
    const answer = await api()
      .post(`/v1/tenants/${tenant.slug}/instances/${tenant.instances[0]!.id}/restart`)
      .set(admin())
      .expect(202);
    const watched = await cordboard('operations', 'watch', (answer.body as { id: string }).id);
    expect(watched.stdout).toContain('succeeded');
  });

  it('events tail prints what happens at a phone', async () => {
    const { controllers } = runFile().tenant;
    const dn = controllers[0]!.extensions[45]!;
    const tail = cordboard('events', 'tail', '--extension', dn, '--json', '--max', '2');
    const printed = tail.then(({ stdout }) => stdout);
    await expect
      .poll(
        async () => {
          await simulator('POST', `/v1/phones/${dn}/call`, { number: controllers[0]!.extensions[46]! });
          await simulator('POST', `/v1/phones/${dn}/clear`);
          return Promise.race([printed, new Promise((done) => setTimeout(() => done(''), 500))]);
        },
        { timeout: 30_000 },
      )
      .toContain(dn);
  });
});
