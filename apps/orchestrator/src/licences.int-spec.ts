/** Licences over the control API on a real Postgres: set, granted in signed documents, recalled, given back; the sync; who may what. */
import { ControlApiError } from '#contracts/control-api-client';
import {
  AccessDocumentSchema,
  type AccessDocument,
  type InstanceStatusReport,
  type SignedDocument,
} from '#contracts/gateway-admin';
import { LICENCE_TIMES } from '#domain/licences';
import { openDatabase, type Database } from '#persistence/database';
import * as tenants from '#persistence/tenants';
import { verifyDocument } from '#pki/documents';
import { eventually } from '#testkit/eventually';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessDocumentIssuer } from './documents/access-document.issuer.js';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

let bench: Bench;
let database: Database;
let issuer: AccessDocumentIssuer;
beforeAll(async () => {
  bench = await openBench();
  database = await openDatabase({ url: bench.database.appUrl, poolMax: 20 });
  issuer = new AccessDocumentIssuer(await readFile(bench.settings.documentKeyFile, 'utf8'));
});
afterAll(async () => {
  await database.close();
  await bench.close();
});

interface Stored {
  readonly serial: number;
  readonly digest: string;
  readonly document: AccessDocument;
}
async function stored(instanceId: string): Promise<Stored> {
  const [row] = await bench.sql<{ serial: number; digest: string; document: SignedDocument }>(
    'SELECT serial, digest, document FROM access_documents WHERE instance_id = $1',
    [instanceId],
  );
  return { ...row!, document: AccessDocumentSchema.parse(verifyDocument(row!.document, bench.documentPublicKey)) };
}
const grantOf = async (instanceId: string, pool = 'standard') =>
  (await stored(instanceId)).document.licences?.pools.find((one) => one.pool === pool);

/** What the worker would write of an incarnation that runs under its newest document. */
async function report(instanceId: string, used: number, more: { short?: boolean; at?: Date } = {}): Promise<void> {
  const { document, digest, serial } = await stored(instanceId);
  const pools = (document.licences?.pools ?? []).map(({ pool, granted }) => ({
    pool,
    granted,
    used: pool === 'standard' ? used : 0,
    short: more.short ?? false,
  }));
  const observed = {
    instanceId,
    epoch: { major: 1, minor: 0 },
    state: 'serving',
    version: '0',
    pid: 1,
    startedAt: new Date().toISOString(),
    accessDocument: { serial, digest, expiresAt: document.expiresAt },
    sessions: { used: 0, cap: 1500 },
    monitors: { used, cap: 50_000 },
    licences: { state: 'current', syncedAt: document.issuedAt, graceUntil: document.expiresAt, pools },
    devices: { wanted: used, standing: used },
    recovery: null,
    journal: { durability: 'local', generation: [1, 0, 0], sizeBytes: 0, copiedBytes: 0, restored: null },
    controllers: [],
  } satisfies InstanceStatusReport;
  await bench.sql(
    `UPDATE instance_status SET state = 'running', epoch_major = 1, access_digest = $2, observed = $3::jsonb, updated_at = $4 WHERE instance_id = $1`,
    [instanceId, digest, JSON.stringify(observed), more.at ?? new Date()],
  );
}

async function renew(tenant: SampleTenant, now = Date.now()): Promise<number> {
  return database.withTenant(tenant.id, async (tx) =>
    issuer.renew({ tx, ring: () => undefined }, (await tenants.find(tx, tenant.id))!, { now }),
  );
}
const addInstance = async (tenant: SampleTenant, name: string): Promise<string> =>
  (await bench.admin.createInstance(tenant.slug, { clusterId: tenant.clusterId, name })).targetId;

describe('R-LIC-03 what nobody has granted', () => {
  it('is not there: a new tenant has none of a kind that it was not given, and is not limited where that was said', async () => {
    const { admin } = bench;
    await admin.createTenant({ slug: 'unlicensed', companyName: 'Unlicensed' });
    const shown = async (slug: string) => (await admin.getLicences(slug)).pools.map(({ pool, licences }) => [pool, licences]);
    expect(await shown('unlicensed')).toEqual([
      ['advanced', 0],
      ['google', 0],
      ['salesforce', 0],
      ['standard', 0],
    ]);
    await admin.createTenant({ slug: 'partly', companyName: 'Partly', licences: { standard: 5, salesforce: null } });
    expect(await shown('partly')).toEqual([
      ['advanced', 0],
      ['google', 0],
      ['standard', 5],
    ]);
    const cluster = await admin.createCluster('partly', { name: 'main' });
    const { targetId } = await admin.createInstance('partly', { clusterId: cluster.id, name: 'gw-1' });
    const granted = (await stored(targetId)).document.licences!.pools.map(({ pool, granted: units, full }) => [
      pool,
      units,
      full,
    ]);
    expect(granted, 'and so do its instances know').toEqual([
      ['advanced', 0, false],
      ['google', 0, false],
      ['standard', 10, false],
    ]);
    await admin.updateLicences('unlicensed', { standard: null });
    expect(await shown('unlicensed')).toHaveLength(3);
  });
});

describe('R-LIC-01 licences', () => {
  it('are set by an administrator alone, read by the tenant, one user licence as two monitors', async () => {
    const acme = await sampleTenant(bench, 'acme');
    const own = bench.client(acme.key);
    expect(await own.getLicences('acme')).toMatchObject({ version: 1, pools: [] });
    expect((await stored(acme.instanceId)).document.licences, 'nothing set: nothing limited').toBeUndefined();
    const refused: unknown = await own.updateLicences('acme', { standard: 1_000_000 }).catch((error: unknown) => error);
    expect((refused as ControlApiError).problem.code).toBe('FORBIDDEN');
    const applications = [{ applicationId: acme.applicationId, licences: 3 }];
    const set = await bench.admin.updateLicences('acme', { standard: 50, salesforce: 7, applications });
    expect(set.pools.map(({ pool, licences, unit, entitled, granted }) => [pool, licences, unit, entitled, granted])).toEqual([
      [`application:${acme.applicationId}`, 3, 'monitors', 6, 6],
      ['salesforce', 7, 'users', 7, 7],
      ['standard', 50, 'monitors', 100, 100],
    ]);
    expect(await grantOf(acme.instanceId)).toEqual({ pool: 'standard', granted: 100, entitled: 100, full: false });
    await report(acme.instanceId, 12);
    const read = await own.getLicences('acme');
    expect(read.pools.find(({ pool }) => pool === 'standard')).toMatchObject({ used: 12, granted: 100 });
    expect(read.syncs).toMatchObject([{ name: 'gw-1', state: 'current' }]);
    const lifted = await bench.admin.updateLicences('acme', { standard: null }, { ifMatch: read.version });
    expect(lifted.pools.map(({ pool }) => pool)).not.toContain('standard');
    const late: unknown = await bench.admin
      .updateLicences('acme', { standard: 1 }, { ifMatch: read.version })
      .catch((error: unknown) => error);
    expect((late as ControlApiError).problem.code).toBe('PRECONDITION_FAILED');
  });

  it('what an instance does not use is recalled for another that is short', async () => {
    const recall = await sampleTenant(bench, 'recall');
    const second = await addInstance(recall, 'gw-2');
    await bench.admin.updateLicences('recall', { standard: 50 });
    expect([await grantOf(recall.instanceId), await grantOf(second)]).toMatchObject([{ granted: 50 }, { granted: 50 }]);
    await report(recall.instanceId, 0);
    await report(second, 50, { short: true });
    await eventually(async () => (await grantOf(recall.instanceId))?.granted === 25, { what: 'the recall, on the notice alone' });
    expect(await grantOf(second), 'not before it is confirmed').toMatchObject({ granted: 50, full: false });
    await report(recall.instanceId, 0);
    await eventually(async () => (await grantOf(second))?.granted === 75, { what: 'the recalled licences' });
    const { pools } = await bench.admin.getLicences('recall');
    expect(pools[0]).toMatchObject({ entitled: 100, granted: 100 });
  });

  it('R-LIC-02 those of a dead instance come back when its last document has expired and the grace is over, not before', async () => {
    const mortal = await sampleTenant(bench, 'mortal');
    const second = await addInstance(mortal, 'gw-2');
    await bench.admin.updateLicences('mortal', { standard: 50 });
    const diedAt = Date.now();
    await report(mortal.instanceId, 30);
    await report(second, 50, { short: true });
    const [{ expiresAt }] = (await bench.sql<{ expiresAt: Date }>(
      'SELECT max(reserved_until) AS "expiresAt" FROM licence_grants WHERE instance_id = $1',
      [mortal.instanceId],
    )) as [{ expiresAt: Date }];
    const at = async (now: number) => {
      await report(second, (await grantOf(second))!.granted, { short: true, at: new Date(now) });
      await renew(mortal, now);
      await renew(mortal, now);
    };
    await at(diedAt + LICENCE_TIMES.syncEveryMs + 60_000);
    expect(await grantOf(mortal.instanceId), 'nothing more for it').toMatchObject({ granted: 0 });
    expect(await grantOf(second)).toMatchObject({ granted: 50 });
    await at(expiresAt.getTime() + LICENCE_TIMES.returnGraceMs - 60_000);
    expect(await grantOf(second), 'what it was granted may still be in force').toMatchObject({ granted: 50 });
    await at(expiresAt.getTime() + LICENCE_TIMES.returnGraceMs + 60_000);
    expect(await grantOf(second)).toMatchObject({ granted: 100 });
  });

  it('a deleted instance gives its own back at once', async () => {
    const gone = await sampleTenant(bench, 'gone');
    const second = await addInstance(gone, 'gw-2');
    await bench.admin.updateLicences('gone', { standard: 50 });
    await bench.sql('DELETE FROM instances WHERE id = $1', [gone.instanceId]);
    await report(second, 0);
    await renew(gone);
    expect(await grantOf(second)).toMatchObject({ granted: 100 });
  });

  it('R-LIM-13 thirty changes and renewals at once: never more reserved than entitled', async () => {
    const busy = await sampleTenant(bench, 'busy');
    const ids = [busy.instanceId];
    for (const name of ['gw-2', 'gw-3', 'gw-4']) ids.push(await addInstance(busy, name));
    await bench.admin.updateLicences('busy', { standard: 50, advanced: 30 });
    const over: string[] = [];
    let watching = true;
    const watch = async () => {
      while (watching) {
        const rows = await bench.sql<{ pool: string; sum: number }>(
          'SELECT pool, sum(reserved)::int AS sum FROM licence_grants WHERE tenant_id = $1 GROUP BY pool',
          [busy.id],
        );
        for (const { pool, sum } of rows) if (sum > (pool === 'standard' ? 100 : 60)) over.push(`${pool} ${sum}`);
      }
    };
    const watched = watch();
    for (let round = 0; round < 6; round += 1) {
      await Promise.all([
        ...ids.map(async (id, index) => {
          const granted = (await grantOf(id))?.granted ?? 0;
          await report(id, index === round % 4 ? granted : Math.min(granted, 5 * index), { short: index === round % 4 });
        }),
        ...Array.from({ length: 4 }, () => renew(busy)),
        bench.admin.syncTenant('busy'),
      ]);
    }
    watching = false;
    await watched;
    expect(over).toEqual([]);
    const { pools } = await bench.admin.getLicences('busy');
    for (const { granted, entitled } of pools) expect(granted).toBeLessThanOrEqual(entitled);
  });
});

describe('R-LIC-02 R-ACL-01 the sync', () => {
  it('on demand signs every document anew, also when nothing has changed', async () => {
    const eager = await sampleTenant(bench, 'eager');
    const before = await stored(eager.instanceId);
    expect(await bench.client(eager.key).syncTenant('eager')).toEqual({ documents: 1 });
    expect((await stored(eager.instanceId)).serial).toBe(before.serial + 1);
  });

  it('happens every four hours by itself, and documents outlive 72 h from then', async () => {
    const steady = await sampleTenant(bench, 'steady');
    const { document, serial } = await stored(steady.instanceId);
    const issued = Date.parse(document.issuedAt);
    expect(await renew(steady, issued + LICENCE_TIMES.syncEveryMs - 1000)).toBe(0);
    expect(await renew(steady, issued + LICENCE_TIMES.syncEveryMs)).toBe(1);
    const next = await stored(steady.instanceId);
    expect(next.serial).toBe(serial + 1);
    expect(Date.parse(next.document.expiresAt) - Date.parse(next.document.issuedAt) - LICENCE_TIMES.syncEveryMs).toBe(
      72 * 3_600_000,
    );
  });

  it('R-SES-04 R-SES-06 R-CC-10 how an application comes in stands in the document', async () => {
    const ways = await sampleTenant(bench, 'ways');
    const certificate = bench.documentPublicKey;
    const made = await bench.admin.createApplication('ways', { name: 'far', advanced: true, remote: true, certificate });
    expect(made).toMatchObject({ remote: true, certificateSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    const { document } = await stored(ways.instanceId);
    expect(document.applications.find(({ name }) => name === 'far')).toMatchObject({
      advanced: true,
      remote: true,
      signing: { publicKeyPem: certificate, legacy: false },
    });
    const crm = document.applications.find(({ name }) => name === 'crm')!;
    expect(crm).toMatchObject({ integration: 'salesforce', users: [{ userId: 1, email: 'user@ways.example' }] });
    await bench.admin.deleteApplicationUser('ways', ways.applicationId, ways.userId);
    expect((await stored(ways.instanceId)).document.applications.find(({ name }) => name === 'crm')).not.toHaveProperty('users');
    expect((await bench.admin.listApplicationUsers('ways', ways.applicationId)).items).toEqual([]);
    const again = await bench.admin.createApplicationUser('ways', ways.applicationId, { email: 'user@ways.example' });
    expect(again, 'a number is never used again').toMatchObject({ userId: 2, password: expect.any(String) as string });
    expect((await bench.client(ways.key).listApplicationUsers('ways', ways.applicationId)).items).toMatchObject([
      { id: again.id, userId: 2, email: 'user@ways.example' },
    ]);
    const wrong: unknown = await bench.admin
      .updateApplication('ways', made.id, { certificate: 'A'.repeat(64) })
      .catch((error: unknown) => error);
    expect((wrong as ControlApiError).problem).toMatchObject({
      code: 'INVALID_ARGUMENT',
      errors: [{ path: 'body.certificate' }],
    });
  });
});
