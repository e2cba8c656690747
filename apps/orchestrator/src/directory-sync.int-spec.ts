/** R-CLU-08 The directory sync on demand over the control API, on a real Postgres: how instances learn of it and what is answered of it. */
import { ControlApiError } from '#contracts/control-api-client';
import { AccessDocumentSchema, type SignedDocument } from '#contracts/gateway-admin';
import { verifyDocument } from '#pki/documents';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

let bench: Bench;
let acme: SampleTenant;
beforeAll(async () => {
  bench = await openBench();
  acme = await sampleTenant(bench, 'acme');
});
afterAll(() => bench.close());

async function documentOf(instanceId: string) {
  const [row] = await bench.sql<{ digest: string; document: SignedDocument }>(
    'SELECT digest, document FROM access_documents WHERE instance_id = $1',
    [instanceId],
  );
  return { ...row!, said: AccessDocumentSchema.parse(verifyDocument(row!.document, bench.documentPublicKey)) };
}

/** What the worker would write of an incarnation that runs. */
async function report(instanceId: string, directory: object | undefined): Promise<void> {
  const { digest, said } = await documentOf(instanceId);
  const observed = {
    instanceId,
    epoch: { major: 1, minor: 0 },
    state: 'serving',
    version: '0',
    pid: 1,
    startedAt: new Date().toISOString(),
    accessDocument: { serial: said.serial, digest, expiresAt: said.expiresAt },
    sessions: { used: 0, cap: 1500 },
    monitors: { used: 0, cap: 50_000 },
    devices: { wanted: 0, standing: 0 },
    recovery: null,
    journal: { durability: 'local', generation: [1, 0, 0], sizeBytes: 0, copiedBytes: 0, restored: null },
    controllers: [
      {
        icpId: said.controllers[0]!.icpId,
        address: said.controllers[0]!.address,
        state: 'CONNECTED',
        monitors: { used: 0, cap: 5000 },
        roundTripMs: 1,
        refusedBackConnections: 0,
        ...(directory === undefined ? {} : { directory }),
      },
    ],
  };
  await bench.sql(
    `UPDATE instance_status SET state = 'running', epoch_major = 1, access_digest = $2, observed = $3::jsonb WHERE instance_id = $1`,
    [instanceId, digest, JSON.stringify(observed)],
  );
}
const code = async (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'granted',
    (error: unknown) => (error as ControlApiError).problem.code,
  );

it('R-CLU-08 is asked for by the tenant, told in the next document, and read as far as it is', async () => {
  const own = bench.client(acme.key);
  expect(await own.getDirectorySync('acme', acme.clusterId)).toEqual({
    clusterId: acme.clusterId,
    revision: 0,
    askedAt: null,
    state: 'none',
    instances: [{ instanceId: acme.instanceId, name: 'gw-1', running: false, controllers: [] }],
  });
  expect((await documentOf(acme.instanceId)).said.directorySync, 'nothing asked: nothing said').toBeUndefined();
  await report(acme.instanceId, undefined);
  const asked = await own.syncDirectories('acme', acme.clusterId);
  expect(asked).toMatchObject({
    revision: 1,
    state: 'waiting',
    instances: [{ running: true, controllers: [{ state: 'waiting' }] }],
  });
  expect((await documentOf(acme.instanceId)).said.directorySync).toEqual({ revision: 1 });
  const stateAfter = async (directory: object) => {
    await report(acme.instanceId, directory);
    const { state, instances } = await own.getDirectorySync('acme', acme.clusterId);
    return [state, instances[0]!.controllers[0]!.state];
  };
  const before = { revision: 0, syncedAt: null, entries: 0, failure: null };
  expect(await stateAfter({ ...before, state: 'idle' }), 'idle before it heard of it').toEqual(['waiting', 'waiting']);
  expect(await stateAfter({ ...before, state: 'reading' })).toEqual(['running', 'reading']);
  expect(await stateAfter({ ...before, state: 'away' })).toEqual(['waiting', 'away']);
  const syncedAt = new Date().toISOString();
  expect(await stateAfter({ revision: 1, state: 'idle', syncedAt, entries: 61, failure: null })).toEqual(['done', 'done']);
  const { instances } = await own.getDirectorySync('acme', acme.clusterId);
  expect(instances[0]!.controllers[0]).toMatchObject({ syncedAt, entries: 61, failure: null });
});

it('R-ORC-07 the report of an instance of a later release is read for what is known of it', async () => {
  const known = { revision: 1, state: 'idle', syncedAt: null, entries: 62, failure: null };
  await report(acme.instanceId, { ...known, colour: 'red' });
  await bench.sql(`UPDATE instance_status SET observed = observed || '{"seasons": ["winter"]}' WHERE instance_id = $1`, [
    acme.instanceId,
  ]);
  const { instances } = await bench.admin.getDirectorySync('acme', acme.clusterId);
  expect(instances[0]).toMatchObject({ running: true, controllers: [{ entries: 62 }] });
  expect((await bench.admin.getInstance('acme', acme.instanceId)).status).toMatchObject({ pid: 1, softwareVersion: '0' });
});

it('R-CLU-08 not again within five seconds, and not of what is not there', async () => {
  const own = bench.client(acme.key);
  expect(await code(own.syncDirectories('acme', acme.clusterId))).toBe('RATE_LIMITED');
  const before = await bench.fingerprint();
  expect(await code(own.syncDirectories('acme', acme.instanceId))).toBe('NOT_FOUND');
  expect(await code(own.getDirectorySync('acme', acme.instanceId))).toBe('NOT_FOUND');
  expect(await bench.fingerprint()).toBe(before);
  await bench.sql(`UPDATE clusters SET directory_sync_asked_at = now() - interval '6 seconds' WHERE id = $1`, [acme.clusterId]);
  expect(await own.syncDirectories('acme', acme.clusterId)).toMatchObject({ revision: 2, state: 'waiting' });
});
