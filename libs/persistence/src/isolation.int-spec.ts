import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTANCE_LIMITS } from '#domain/limits';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import * as applications from './applications.js';
import * as clusters from './clusters.js';
import * as controllers from './controllers.js';
import { openDatabase, type Database, type Tx } from './database.js';
import * as instances from './instances.js';
import { migrate } from './migrate.js';
import * as operations from './operations.js';
import * as tenants from './tenants.js';
import { mustAccept } from './testing/must-accept.js';

const CONTROLLER = { name: 'one', address: '127.1.1.1', port: 5320, platform: 'virtual', release: '9.4', enabled: true } as const;

describe('tenants apart', () => {
  let test: TestDatabase;
  let database: Database;
  const ids: { tenant: string; cluster: string; instance: string }[] = [];

  beforeAll(async () => {
    test = await createTestDatabase();
    await migrate(test);
    // One connection, so that every transaction meets what the one before left on it.
    database = await openDatabase({ url: test.appUrl, poolMax: 1 });
    for (const slug of ['red', 'blue']) {
      const tenant = mustAccept(await database.asPlatform((tx) => tenants.insert(tx, { slug, companyName: slug })));
      const made = await database.withTenant(tenant.id, async (tx) => {
        const cluster = mustAccept(await clusters.insert(tx, { name: 'main' }));
        mustAccept(await controllers.insert(tx, { ...CONTROLLER, clusterId: cluster.id }));
        const spec = { clusterId: cluster.id, name: 'first', limits: INSTANCE_LIMITS, desiredState: 'running' } as const;
        const instance = mustAccept(await instances.insert(tx, spec));
        return { tenant: tenant.id, cluster: cluster.id, instance: instance.id };
      });
      ids.push(made);
    }
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });
  const [red, blue] = [() => ids[0]!, () => ids[1]!];

  const visible = async (tx: Tx) => ({
    tenants: (await tenants.list(tx, { limit: 100 })).items.map((tenant) => tenant.slug),
    clusters: (await clusters.list(tx, { limit: 100 })).items.length,
    controllers: (await controllers.list(tx, { limit: 100 })).items.length,
    instances: (await instances.listAll(tx)).length,
  });

  it('S-01 a transaction of a tenant sees its own rows, the platform’s sees all', async () => {
    expect(await database.withTenant(red().tenant, visible)).toEqual({
      tenants: ['red'],
      clusters: 1,
      controllers: 1,
      instances: 1,
    });
    expect(await database.asPlatform(visible)).toEqual({ tenants: ['red', 'blue'], clusters: 2, controllers: 2, instances: 2 });
    const foreign = await database.withTenant(red().tenant, async (tx) => [
      await tenants.find(tx, blue().tenant),
      await tenants.findByReference(tx, 'blue'),
      await clusters.find(tx, blue().cluster),
      await instances.find(tx, blue().instance),
      await instances.update(tx, blue().instance, undefined, { desiredState: 'stopped' }),
    ]);
    expect(foreign.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
    expect(foreign[4]).toMatchObject({ ok: false, refusal: { code: 'NOT_FOUND' } });
  });

  it('S-03 a connection that is bound to no tenant sees and writes nothing', async () => {
    const client = new pg.Client({ connectionString: test.appUrl });
    await client.connect();
    const look = async () => (await client.query('SELECT id FROM tenants UNION ALL SELECT id FROM instances')).rows;
    expect(await look()).toEqual([]);
    await client.query(`SELECT set_config('cordboard.tenant_id', '', false), set_config('cordboard.scope', '', false)`);
    expect(await look()).toEqual([]);
    await client.query(`SELECT set_config('cordboard.scope', 'PLATFORM ', false)`);
    expect(await look()).toEqual([]);
    await expect(
      client.query(`INSERT INTO tenants (id, slug, company_name) VALUES (gen_random_uuid(), 'thief', 'thief')`),
    ).rejects.toThrow(/row-level security/);
    expect((await client.query('UPDATE tenants SET slug = slug')).rowCount).toBe(0);
    expect((await client.query('DELETE FROM tenants')).rowCount).toBe(0);
    await client.end();
  });

  it('S-03 nothing of a transaction stays on its connection, also when it threw in the middle', async () => {
    for (let round = 0; round < 20; round += 1) {
      const boom = database.withTenant(red().tenant, async (tx) => {
        await clusters.insert(tx, { name: `half ${round}` });
        throw new Error('boom');
      });
      await expect(boom).rejects.toThrow('boom');
      expect((await database.withTenant(blue().tenant, visible)).tenants).toEqual(['blue']);
    }
    expect((await database.withTenant(red().tenant, visible)).clusters).toBe(1);
  });

  it('S-03 a transaction cannot be used after its end', async () => {
    let kept: Tx | undefined;
    await database.withTenant(red().tenant, async (tx) => {
      kept = tx;
    });
    await expect(tenants.list(kept!, { limit: 1 })).rejects.toThrow(/has ended/);
    await expect(database.withTenant(`${red().tenant}' OR true --`, visible)).rejects.toThrow(TypeError);
  });

  it('S-03 a thousand mixed transactions on few connections, some of which fail, see no foreign row', async () => {
    const busy = await openDatabase({ url: test.appUrl, poolMax: 3 });
    const look = async (index: number): Promise<string> => {
      const [own, tenantId] = index % 2 === 0 ? ['red', red().tenant] : ['blue', blue().tenant];
      const seen = await busy.withTenant(tenantId!, async (tx) => {
        const found = await visible(tx);
        if (index % 7 === 0) throw new Error('boom');
        return found;
      });
      return JSON.stringify(seen.tenants) === JSON.stringify([own]) && seen.instances === 1 ? 'own' : 'foreign';
    };
    const answers = await Promise.allSettled(Array.from({ length: 1000 }, (_, index) => look(index)));
    await busy.close();
    expect(answers.filter((answer) => answer.status === 'rejected')).toHaveLength(143);
    expect(new Set(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'boom')))).toEqual(
      new Set(['own', 'boom']),
    );
  });

  it('S-04 writes for another tenant and children of a foreign parent are refused', async () => {
    const answers = await database.withTenant(red().tenant, async (tx) => [
      await controllers.insert(tx, { ...CONTROLLER, name: 'two', address: '127.1.1.2', clusterId: blue().cluster }),
      await instances.insert(tx, { clusterId: blue().cluster, name: 'x', limits: INSTANCE_LIMITS, desiredState: 'running' }),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, refusal: { code: 'NOT_FOUND' } });

    const client = new pg.Client({ connectionString: test.appUrl });
    await client.connect();
    await client.query(`SELECT set_config('cordboard.tenant_id', $1, false)`, [red().tenant]);
    const insert = (tenant: string, cluster: string) =>
      client.query(
        `INSERT INTO instances (id, tenant_id, cluster_id, name, desired_state, limits) VALUES (gen_random_uuid(), $1, $2, 'y', 'running', '{}')`,
        [tenant, cluster],
      );
    await expect(insert(blue().tenant, blue().cluster)).rejects.toThrow(/row-level security/);
    await expect(insert(red().tenant, blue().cluster)).rejects.toThrow(/fk_instances_cluster/);
    await expect(client.query('UPDATE clusters SET tenant_id = $1', [blue().tenant])).rejects.toThrow(/row-level security/);
    await client.end();
  });

  it('S-04 names are taken per tenant, so a unique value tells nothing about another', async () => {
    const add = (tenantId: string) =>
      database.withTenant(tenantId, (tx) =>
        applications.insert(tx, {
          name: 'crm',
          type: 'generic',
          allowed: true,
          advanced: false,
          applicationPasswordSha256: 'a'.repeat(64),
          localPasswordSha256: 'b'.repeat(64),
        }),
      );
    expect(await add(red().tenant)).toMatchObject({ ok: true });
    expect(await add(blue().tenant)).toMatchObject({ ok: true });
    expect(await add(red().tenant)).toMatchObject({ ok: false, refusal: { code: 'ALREADY_EXISTS' } });
  });

  it('S-06 operations and their notices stay with their tenant', async () => {
    const operation = await database.withTenant(red().tenant, (tx) =>
      operations.insert(tx, {
        kind: 'instance.start',
        targetType: 'instance',
        targetId: red().instance,
        targetVersion: 1,
        deadlineMs: 60_000,
        actor: 'key',
        cause: 'test',
      }),
    );
    expect(await database.withTenant(blue().tenant, (tx) => operations.find(tx, operation.id))).toBeUndefined();
    expect(await database.withTenant(blue().tenant, (tx) => operations.advance(tx, operation.id, { state: 'failed' }))).toBe(
      false,
    );
    expect((await database.asPlatform((tx) => operations.find(tx, operation.id)))?.state).toBe('pending');
  });
});
