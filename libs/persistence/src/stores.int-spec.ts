import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTANCE_LIMITS, INSTANCES_PER_BORDER_GATEWAY } from '#domain/limits';
import { eventually } from '#testkit/eventually';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import * as accessDocuments from './access-documents.js';
import * as apiKeys from './api-keys.js';
import * as applications from './applications.js';
import * as borderGateway from './border-gateway.js';
import * as clusters from './clusters.js';
import * as controllers from './controllers.js';
import { openDatabase, type Database } from './database.js';
import * as idempotency from './idempotency.js';
import * as instanceStatus from './instance-status.js';
import * as instances from './instances.js';
import * as leases from './leases.js';
import { migrate } from './migrate.js';
import * as operations from './operations.js';
import * as outbox from './outbox.js';
import * as routingVersions from './routing-versions.js';
import * as tenants from './tenants.js';
import { mustAccept } from './testing/must-accept.js';

const SPEC = { limits: INSTANCE_LIMITS, desiredState: 'running' } as const;
const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));

describe('the stores', () => {
  let test: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrate(test);
    database = await openDatabase({ url: test.appUrl, poolMax: 20 });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const makeTenant = async () => {
    const slug = `t${randomBytes(5).toString('hex')}`;
    const tenant = mustAccept(await database.asPlatform((tx) => tenants.insert(tx, { slug, companyName: slug })));
    const cluster = mustAccept(await database.withTenant(tenant.id, (tx) => clusters.insert(tx, { name: 'main' })));
    return { tenantId: tenant.id, clusterId: cluster.id, slug };
  };
  const addInstance = (of: { tenantId: string; clusterId: string }, name: string) =>
    database.withTenant(of.tenantId, (tx) => instances.insert(tx, { ...SPEC, clusterId: of.clusterId, name }));
  const addController = (of: { tenantId: string; clusterId: string }, index: number) =>
    database.withTenant(of.tenantId, (tx) =>
      controllers.insert(tx, {
        clusterId: of.clusterId,
        name: `c${index}`,
        address: `127.9.${Math.floor(index / 250)}.${index % 250}`,
        port: 5320,
        platform: 'virtual',
        release: '9.4',
        enabled: true,
      }),
    );
  const fenceFor = async (name: string) =>
    (await database.asPlatform((tx) => leases.take(tx, { name, holder: 'w', ttlMs: 60_000 })))!;

  it('R-LIM-10 R-LIM-13 the border gateway serves fifty instances of tenants with remote applications, whoever comes at once', async () => {
    const cap = INSTANCES_PER_BORDER_GATEWAY;
    expect(cap).toBe(50);
    const addApplication = (tenantId: string, name: string, remote: boolean) => {
      const passwords = { applicationPasswordSha256: 'a'.repeat(64), localPasswordSha256: 'b'.repeat(64) };
      const more = { type: 'generic', allowed: true, advanced: false, remote, ...passwords } as const;
      return database.withTenant(tenantId, (tx) => applications.insert(tx, { name, ...more }));
    };
    const served = () => database.asPlatform((tx) => borderGateway.instancesServed(tx));
    const full = { refusal: { code: 'QUOTA_EXCEEDED', limit: 'borderGatewayInstances', used: cap, cap } };
    expect(await served()).toBe(0);
    // nine tenants with five instances each, and one with three: two places are left
    const remotes = await Promise.all(times(10, makeTenant));
    for (const [index, of] of remotes.entries()) {
      for (const name of times(index === 9 ? 3 : 5, (number) => `i${number}`)) mustAccept(await addInstance(of, name));
      mustAccept(await addApplication(of.tenantId, 'outside', true));
    }
    expect(await served()).toBe(48);
    const [{ tenantId }] = remotes as [(typeof remotes)[number]];
    const seen = await database.withTenant(tenantId, async (tx) => [
      await borderGateway.instancesServed(tx),
      (await instances.listAll(tx)).length,
    ]);
    expect(seen, 'the number is that of all tenants; what a tenant sees afterwards is its own').toEqual([48, 5]);
    const [inside, ...latecomers] = await Promise.all(times(7, makeTenant));
    for (const name of times(3, (number) => `i${number}`)) mustAccept(await addInstance(inside!, name));
    expect(await served(), 'who has no remote application needs no border gateway').toBe(48);
    // its three do not fit where two do
    expect(await addApplication(inside!.tenantId, 'outside', true)).toMatchObject({ refusal: { ...full.refusal, used: 48 } });
    const application = mustAccept(await addApplication(inside!.tenantId, 'inside', false));
    const update = (changes: { remote?: boolean; allowed?: boolean }) =>
      database.withTenant(inside!.tenantId, (tx) => applications.update(tx, application.id, undefined, changes));
    expect(await update({ remote: true })).toMatchObject({ refusal: { limit: 'borderGatewayInstances', used: 48, cap } });
    expect((await update({ allowed: false })).ok).toBe(true);

    for (const of of latecomers) mustAccept(await addApplication(of.tenantId, 'outside', true));
    const answers = await Promise.all(latecomers.map((of) => addInstance(of, 'late')));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
    for (const answer of answers) if (!answer.ok) expect(answer).toMatchObject(full);
    expect(await served()).toBe(cap);
    mustAccept(await addInstance(inside!, 'one more'));
    const [first] = await database.asPlatform((tx) => instances.listAll(tx, { clusterId: remotes[0]!.clusterId }));
    mustAccept(
      await database.withTenant(remotes[0]!.tenantId, (tx) =>
        instances.update(tx, first!.id, undefined, { desiredState: 'deleted' }),
      ),
    );
    expect(await addInstance(remotes[9]!, 'too early'), 'one that is being deleted is still there').toMatchObject(full);
  });

  it('R-LIM-13 R-LIM-05 twenty instances at once for the last place of a cluster: exactly one gets it', async () => {
    const home = await makeTenant();
    for (const name of ['a', 'b', 'c', 'd']) mustAccept(await addInstance(home, name));
    const answers = await Promise.all(times(20, (index) => addInstance(home, `last ${index}`)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    for (const answer of answers) {
      if (!answer.ok) expect(answer.refusal).toMatchObject({ code: 'QUOTA_EXCEEDED', limit: 'instances', used: 5, cap: 5 });
    }
  });

  it('R-LIM-13 R-LIM-02 twenty controllers at once for the last place: exactly one gets it, and no icpId twice', async () => {
    const home = await makeTenant();
    for (let index = 0; index < 249; index += 1) mustAccept(await addController(home, index));
    const answers = await Promise.all(times(20, (index) => addController(home, 300 + index)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(answers.find((answer) => !answer.ok)).toMatchObject({
      refusal: { code: 'QUOTA_EXCEEDED', limit: 'controllers', used: 250, cap: 250 },
    });
    const all = await database.withTenant(home.tenantId, (tx) => controllers.listOfCluster(tx, home.clusterId));
    expect(new Set(all.map((controller) => controller.icpId)).size).toBe(250);
  });

  it('an icpId is never used again', async () => {
    const home = await makeTenant();
    const first = mustAccept(await addController(home, 1));
    mustAccept(await database.withTenant(home.tenantId, (tx) => controllers.remove(tx, first.id, undefined)));
    expect(mustAccept(await addController(home, 1)).icpId).toBe(first.icpId + 1);
  });

  it('an instance has sixteen slots of its own; without free ones it is refused, and freed ones come back', async () => {
    const home = await makeTenant();
    const made: string[] = [];
    for (let cluster = 0; made.length < 64; cluster += 1) {
      const more = mustAccept(await database.withTenant(home.tenantId, (tx) => clusters.insert(tx, { name: `n${cluster}` })));
      for (let index = 0; index < 5 && made.length < 64; index += 1) {
        made.push(mustAccept(await addInstance({ ...home, clusterId: more.id }, `i${made.length}`)).id);
      }
    }
    const all = await database.withTenant(home.tenantId, (tx) => instances.listAll(tx));
    expect(all.every((instance) => instance.slots.length === 16)).toBe(true);
    expect(new Set(all.flatMap((instance) => instance.slots)).size).toBe(1024);
    expect(await addInstance(home, 'too many')).toMatchObject({
      ok: false,
      refusal: { code: 'QUOTA_EXCEEDED', limit: 'session slots' },
    });
    expect((await database.withTenant(home.tenantId, (tx) => instances.listAll(tx))).length).toBe(64);
    await database.withTenant(home.tenantId, async (tx) => {
      mustAccept(await instances.update(tx, made[7]!, undefined, { desiredState: 'deleted' }));
      expect(await instances.remove(tx, made[7]!)).toBe(true);
    });
    expect(mustAccept(await addInstance(home, 'fits')).slots).toEqual(all.find((instance) => instance.id === made[7])!.slots);
  });

  it('a write with an old version is refused and changes nothing; of concurrent ones with the same version one wins', async () => {
    const home = await makeTenant();
    const instance = mustAccept(await addInstance(home, 'a'));
    const stop = () =>
      database.withTenant(home.tenantId, (tx) =>
        instances.update(tx, instance.id, instance.version, { desiredState: 'stopped' }),
      );
    const answers = await Promise.all(times(8, stop));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(answers.find((answer) => !answer.ok)).toMatchObject({ refusal: { code: 'PRECONDITION_FAILED' } });
    const spec = await database.withTenant(home.tenantId, (tx) => instances.find(tx, instance.id));
    expect(spec).toMatchObject({ version: 2, desiredState: 'stopped', restartRevision: 0 });
  });

  it('a name taken by two at once is a refusal for one, never an error', async () => {
    const home = await makeTenant();
    const made = mustAccept(await addInstance(home, 'a'));
    const other = mustAccept(await addInstance(home, 'b'));
    const rename = (id: string) =>
      database.withTenant(home.tenantId, (tx) => instances.update(tx, id, undefined, { name: 'same' }));
    const answers = await Promise.all([rename(made.id), rename(other.id)]);
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.refusal.code)).sort()).toEqual(['ALREADY_EXISTS', 'ok']);
  });

  it('a returned refusal rolls back what the transaction wrote before', async () => {
    const home = await makeTenant();
    const answer = await database.withTenant(home.tenantId, async (tx) => {
      mustAccept(await clusters.insert(tx, { name: 'half' }));
      return clusters.insert(tx, { name: 'main' });
    });
    expect(answer).toMatchObject({ ok: false, refusal: { code: 'ALREADY_EXISTS' } });
    expect((await database.withTenant(home.tenantId, (tx) => clusters.list(tx, { limit: 10 }))).items).toHaveLength(1);
  });

  it('pages by cursor: every item once, in order, also when items are added meanwhile', async () => {
    const home = await makeTenant();
    for (let index = 0; index < 7; index += 1) mustAccept(await addController(home, index));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await database.withTenant(home.tenantId, (tx) =>
        controllers.list(tx, { limit: 3, ...(after ? { after } : {}) }),
      );
      seen.push(...page.items.map((controller) => controller.name));
      after = page.next ?? undefined;
      if (seen.length === 3) mustAccept(await addController(home, 7));
    } while (after);
    expect(seen).toEqual(times(8, (index) => `c${index}`));
  });

  it('R-ORC-05 a lease is held by one, its token grows with every take, and an old token writes nothing', async () => {
    const home = await makeTenant();
    const instance = mustAccept(await addInstance(home, 'a'));
    const name = `instance:${instance.id}`;
    const take = (holder: string, ttlMs: number) => database.asPlatform((tx) => leases.take(tx, { name, holder, ttlMs }));
    const old = (await take('first', 60_000))!;
    expect(await take('second', 60_000)).toBeUndefined();
    expect(await database.asPlatform((tx) => leases.renew(tx, old, -1))).toBe(true);
    const fresh = (await take('second', 60_000))!;
    expect(fresh.token).toBeGreaterThan(old.token);
    expect(await database.asPlatform((tx) => leases.renew(tx, old, 60_000))).toBe(false);
    const write = (fence: leases.Fence) =>
      database.asPlatform((tx) => instanceStatus.write(tx, fence, instance.id, { message: fence.token.toString() }));
    expect(await write(old)).toBe(false);
    expect(await database.asPlatform((tx) => instanceStatus.grantEpoch(tx, old, instance.id))).toBeUndefined();
    expect(await write(fresh)).toBe(true);
    const status = await database.asPlatform((tx) => instanceStatus.find(tx, instance.id));
    expect(status).toMatchObject({ message: fresh.token.toString(), epochMajor: 0, state: 'pending' });
    await database.asPlatform((tx) => leases.release(tx, fresh));
    expect((await take('first', 1000))!.token).toBeGreaterThan(fresh.token);
  });

  it('one of many takes a free lease', async () => {
    const name = randomBytes(6).toString('hex');
    const answers = await Promise.all(
      times(20, (index) => database.asPlatform((tx) => leases.take(tx, { name, holder: `w${index}`, ttlMs: 60_000 }))),
    );
    expect(answers.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('epochs are granted once each, whatever the concurrency', async () => {
    const home = await makeTenant();
    const instance = mustAccept(await addInstance(home, 'a'));
    const fence = await fenceFor(instance.id);
    const granted = await Promise.all(
      times(20, () => database.asPlatform((tx) => instanceStatus.grantEpoch(tx, fence, instance.id))),
    );
    expect([...granted].sort((a, b) => a! - b!)).toEqual(times(20, (index) => index + 1));
  });

  it('an address belongs to one instance of a home until that is deleted', async () => {
    const home = await makeTenant();
    const made = [
      mustAccept(await addInstance(home, 'a')),
      mustAccept(await addInstance(home, 'b')),
      mustAccept(await addInstance(home, 'c')),
    ];
    const claim = async (id: string) => {
      const fence = await fenceFor(id);
      return database.asPlatform((tx) => instanceStatus.claimAddress(tx, fence, id, home.slug, ['127.7.7.1', '127.7.7.2']));
    };
    const got = await Promise.all([claim(made[0]!.id), claim(made[1]!.id)]);
    expect([...got].sort()).toEqual(['127.7.7.1', '127.7.7.2']);
    expect(await claim(made[0]!.id)).toBe(got[0]);
    expect(await claim(made[2]!.id)).toBeUndefined();
  });

  it('an operation’s end is final and its progress only grows', async () => {
    const home = await makeTenant();
    const instance = mustAccept(await addInstance(home, 'a'));
    const advance = (id: string, changes: operations.OperationChanges) =>
      database.asPlatform((tx) => operations.advance(tx, id, changes));
    const operation = await database.withTenant(home.tenantId, (tx) =>
      operations.insert(tx, {
        kind: 'instance.create',
        targetType: 'instance',
        targetId: instance.id,
        targetVersion: 1,
        deadlineMs: 1000,
        actor: 'k',
        cause: 'c',
      }),
    );
    expect(await advance(operation.id, { state: 'running', progress: 60 })).toBe(true);
    expect(await advance(operation.id, { progress: 20, attempts: 2 })).toBe(true);
    expect(await advance(operation.id, { state: 'succeeded', progress: 100 })).toBe(true);
    expect(await advance(operation.id, { state: 'failed', error: { code: 'X', detail: '' } })).toBe(false);
    expect(await database.asPlatform((tx) => operations.find(tx, operation.id))).toMatchObject({
      state: 'succeeded',
      progress: 100,
      error: null,
    });
    expect(await database.asPlatform((tx) => operations.listOpen(tx, instance.id))).toEqual([]);
  });

  it('S-27 twenty equal requests at once have one effect and twenty equal answers', async () => {
    const home = await makeTenant();
    const request = { scope: home.tenantId, key: 'k', method: 'POST', path: '/x', bodySha256: 'b' };
    let effects = 0;
    const once = (body: string) =>
      database.withTenant(home.tenantId, async (tx) => {
        const verdict = await idempotency.begin(tx, { ...request, bodySha256: body });
        if (verdict.kind !== 'new') return verdict;
        effects += 1;
        await idempotency.finish(tx, request, { status: 201, body: { id: 7 } });
        return { kind: 'replay' as const, status: 201, body: { id: 7 } };
      });
    const answers = await Promise.all(times(20, () => once('b')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ kind: 'replay', status: 201, body: { id: 7 } })]),
    );
    expect(effects).toBe(1);
    expect(await once('other')).toEqual({ kind: 'mismatch' });
    const other = await makeTenant();
    expect(await database.withTenant(other.tenantId, (tx) => idempotency.begin(tx, request))).toEqual({ kind: 'mismatch' });
  });

  it('a key is found by its hash until it is revoked, and admin keys are the platform’s', async () => {
    const home = await makeTenant();
    const sha256 = randomBytes(32).toString('hex');
    const key = mustAccept(
      await database.withTenant(home.tenantId, (tx) => apiKeys.insert(tx, { name: 'k', prefix: 'cbk_x', sha256 })),
    );
    expect(key).toMatchObject({ role: 'tenant', tenantId: home.tenantId });
    expect((await database.asPlatform((tx) => apiKeys.findBySha256(tx, sha256)))?.id).toBe(key.id);
    mustAccept(await database.withTenant(home.tenantId, (tx) => apiKeys.revoke(tx, key.id, undefined)));
    expect(await database.asPlatform((tx) => apiKeys.findBySha256(tx, sha256))).toBeUndefined();
    const admin = mustAccept(
      await database.asPlatform((tx) => apiKeys.insert(tx, { name: 'a', prefix: 'p', sha256: randomBytes(32).toString('hex') })),
    );
    expect(admin).toMatchObject({ role: 'admin', tenantId: null });
    expect(await database.withTenant(home.tenantId, (tx) => apiKeys.find(tx, admin.id))).toBeUndefined();
  });

  it('an older access document does not replace a newer one', async () => {
    const home = await makeTenant();
    const instance = mustAccept(await addInstance(home, 'a'));
    const put = (serial: number) =>
      database.withTenant(home.tenantId, (tx) =>
        accessDocuments.put(tx, {
          instanceId: instance.id,
          serial,
          digest: `d${serial}`,
          contentSha256: 'c',
          document: { payload: 'p', signature: 's', keyId: 'k' },
          expiresAt: new Date(Date.now() + 1000),
        }),
      );
    expect([await put(1), await put(3), await put(2), await put(3)]).toEqual([true, true, false, false]);
    expect((await database.withTenant(home.tenantId, (tx) => accessDocuments.find(tx, instance.id)))?.digest).toBe('d3');
  });

  it('un-rung bells are found once they are old enough; the routing version only grows', async () => {
    const home = await makeTenant();
    const entry = await database.withTenant(home.tenantId, (tx) =>
      outbox.insert(tx, { job: 'instance.reconcile', payload: { instanceId: 'x' } }),
    );
    const unrung = (olderThanMs: number) => database.asPlatform((tx) => outbox.listUnrung(tx, { olderThanMs, limit: 10 }));
    expect(await unrung(60_000)).toEqual([]);
    expect(await unrung(0)).toEqual([entry]);
    await database.asPlatform((tx) => outbox.remove(tx, [entry.id]));
    expect(await unrung(0)).toEqual([]);
    const versions = await Promise.all(times(5, () => database.asPlatform((tx) => routingVersions.next(tx))));
    expect(new Set(versions).size).toBe(5);
    expect(await database.asPlatform((tx) => routingVersions.current(tx))).toBe(Math.max(...versions));
  });

  it('tells listeners of changes by id, and again after its connection was lost', async () => {
    const home = await makeTenant();
    const notices: string[] = [];
    const subscription = await database.listen('cordboard_instance_status', (payload) => notices.push(payload));
    const instance = mustAccept(await addInstance(home, 'a'));
    await eventually(() => notices.includes(`${home.tenantId} ${instance.id}`), { what: 'the notice' });
    const { default: pg } = await import('pg');
    const superuser = new pg.Client({ connectionString: test.superuserUrl });
    await superuser.connect();
    await superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cordboard listen cordboard_instance_status'`,
    );
    await superuser.end();
    await eventually(() => notices.includes(''), { what: 'the notice of a reconnect' });
    const before = notices.length;
    const fence = await fenceFor(instance.id);
    await database.asPlatform((tx) => instanceStatus.write(tx, fence, instance.id, { observed: { a: 1 }, message: 'quiet' }));
    await database.asPlatform((tx) => instanceStatus.write(tx, fence, instance.id, { state: 'running' }));
    await eventually(() => notices.length > before, { what: 'the notice after the reconnect' });
    expect(notices.length).toBe(before + 1);
    await subscription.close();
  });

  it('a tenant goes with everything it has, but not while it has instances', async () => {
    const home = await makeTenant();
    const instance = mustAccept(await addInstance(home, 'a'));
    mustAccept(await addController(home, 1));
    expect(await database.asPlatform((tx) => tenants.remove(tx, home.tenantId))).toBe(false);
    await database.asPlatform(async (tx) => {
      mustAccept(await instances.update(tx, instance.id, undefined, { desiredState: 'deleted' }));
      expect(await instances.remove(tx, instance.id)).toBe(true);
      expect(await tenants.remove(tx, home.tenantId)).toBe(true);
    });
    expect(await database.asPlatform((tx) => tenants.findByReference(tx, home.slug))).toBeUndefined();
  });
});
