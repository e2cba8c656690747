import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccessDocumentSchema,
  type AccessDocument,
  type InstanceStatusReport,
  type SignedDocument,
} from '#contracts/gateway-admin';
import { openProducer } from '#jobs/producer';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { verifyDocument } from '#pki/documents';
import { createLogger } from '#telemetry/logger';
import { eventually } from '#testkit/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOrchestrator, type RunningOrchestrator } from './start.js';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';
import { RouterWitness } from './testing/router-witness.js';

let dir: string;
let bench: Bench;
let acme: SampleTenant;
let router: RouterWitness;
let impostor: RouterWitness;

const witness = async (name: string, dnsName: string): Promise<RouterWitness> => {
  const authority = await openAuthority(dir);
  const { certFile, keyFile } = await ensureCertificate(authority, dir, name, {
    commonName: name,
    dnsNames: [dnsName],
    server: true,
  });
  return RouterWitness.open({
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
    ca: authority.certPem,
  });
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cordboard-publishing-'));
  const authority = await openAuthority(dir);
  const own = await ensureCertificate(authority, dir, 'orchestrator', { commonName: 'orchestrator', client: true });
  router = await witness('router', 'router');
  impostor = await witness('impostor', 'somebody-else');
  bench = await openBench({
    tls: { ...own, caFile: join(dir, 'ca.crt') },
    routers: [router, impostor].map(({ adminUrl }) => ({ adminUrl, serverName: 'router' })),
  });
  acme = await sampleTenant(bench, 'acme');
});
afterAll(async () => {
  await bench.close();
  await router.close();
  await impostor.close();
  await rm(dir, { recursive: true, force: true });
});

const latest = () => router.tables.at(-1)?.tenants.find(({ tenantId }) => tenantId === acme.id);
const setStatus = (instanceId: string, members: string) =>
  bench.sql(`UPDATE instance_status SET ${members} WHERE instance_id = $1`, [instanceId]);
const ENDPOINT = `{"address":"127.9.9.9","port":9443,"adminPort":9444,"serverName":"i-x.cordboard.internal"}`;

describe('R-ORC-03 the routing table', () => {
  it('reaches routers over mutual TLS as soon as something has changed', async () => {
    const known = await eventually(() => latest()?.instances[0], { what: 'a table with the instance' });
    expect(known).toMatchObject({ instanceId: acme.instanceId, endpoint: null, acceptsLogins: false });
    await setStatus(acme.instanceId, `state = 'running', epoch_major = 3, endpoint = '${ENDPOINT}'`);
    const running = await eventually(() => latest()?.instances.find(({ endpoint }) => endpoint !== null), {
      what: 'the endpoint',
    });
    expect(running).toMatchObject({ epochMajor: 3, acceptsLogins: true, endpoint: { address: '127.9.9.9', port: 9443 } });
    expect(running.slots).toHaveLength(16);
    expect([...router.peers]).toEqual(['orchestrator']);
    const versions = router.tables.map(({ version }) => version);
    expect(versions, 'versions only grow').toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(await bench.admin.getRoutingTable()).toEqual(router.tables.at(-1));
  });

  it('R-ORC-01 who has waited for an operation that succeeded finds it at the edge: routers are told before the answer', async () => {
    const instanceId = acme.instanceId;
    await setStatus(instanceId, `state = 'starting', endpoint = NULL`);
    const [ended] = await bench.sql<{ id: string }>(
      `UPDATE operations SET state = 'succeeded' WHERE id = $1 AND state = 'pending' RETURNING id`,
      [acme.operationId],
    );
    // no notice tells of this one: only the answer's own look can have made the table
    await bench.sql('ALTER TABLE instance_status DISABLE TRIGGER USER');
    try {
      await setStatus(instanceId, `state = 'running', epoch_major = 4, endpoint = '${ENDPOINT}'`);
      await bench.admin.waitOperation(ended!.id, { timeoutSeconds: 30 });
      expect(latest()?.instances[0]).toMatchObject({ epochMajor: 4, acceptsLogins: true });
    } finally {
      await bench.sql('ALTER TABLE instance_status ENABLE TRIGGER USER');
    }
  });

  it('takes no logins of a suspended tenant, nor at an instance that is to stop', async () => {
    await bench.admin.updateTenant('acme', { status: 'suspended' });
    await eventually(() => latest()?.status === 'suspended' && latest()?.instances[0]?.acceptsLogins === false, {
      what: 'suspension at the router',
    });
    await bench.admin.updateTenant('acme', { status: 'active' });
    await bench.admin.stopInstance('acme', acme.instanceId);
    await eventually(() => latest()?.status === 'active' && latest()?.instances[0]?.acceptsLogins === false, {
      what: 'no logins at a stopping instance',
    });
    await bench.admin.startInstance('acme', acme.instanceId);
    await eventually(() => latest()?.instances[0]?.acceptsLogins === true, { what: 'logins again' });
  });

  it('goes again to a router that has lost it, with the version it had', async () => {
    const before = router.tables.at(-1)!;
    router.forget();
    expect(await eventually(() => router.tables.at(-1), { what: 'the table again' })).toEqual(before);
  });

  it('S-60 is given to nobody whose certificate bears another name', () => {
    expect(impostor.peers.size).toBe(0);
    expect(impostor.tables).toHaveLength(0);
  });

  it('two orchestrators do not fight over it', async () => {
    const second = await another();
    try {
      await bench.admin.createTenant({ slug: 'newcomer', companyName: 'Newcomer' });
      await eventually(() => router.tables.at(-1)?.tenants.some(({ slug }) => slug === 'newcomer'), { what: 'the new tenant' });
      const looks = router.healthRequests + 6;
      await eventually(() => router.healthRequests >= looks, { deadlineMs: 20_000, what: 'three looks of each' });
      const settled = router.tables.length;
      const later = router.healthRequests + 6;
      await eventually(() => router.healthRequests >= later, { deadlineMs: 20_000, what: 'three more looks of each' });
      expect(router.tables.length, 'nothing has changed, nothing was sent').toBe(settled);
      const versions = router.tables.map(({ version }) => version);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    } finally {
      await second.close();
    }
  });
});

describe('access documents', () => {
  const stored = async (instanceId: string): Promise<{ serial: number; digest: string; document: AccessDocument }> => {
    const [row] = await bench.sql<{ serial: number; digest: string; document: SignedDocument }>(
      'SELECT serial, digest, document FROM access_documents WHERE instance_id = $1',
      [instanceId],
    );
    return { ...row!, document: AccessDocumentSchema.parse(verifyDocument(row!.document, bench.documentPublicKey)) };
  };

  it('design 5: are signed, valid for 72 h at least, and hold what an instance needs to serve alone', async () => {
    const { document, serial } = await stored(acme.instanceId);
    expect(Date.parse(document.expiresAt) - Date.now()).toBeGreaterThan(72 * 3_600_000);
    expect(document).toMatchObject({
      serial,
      instanceId: acme.instanceId,
      tenantId: acme.id,
      companyName: 'Company acme',
      limits: { sessions: 1500 },
    });
    expect(document.applications).toHaveLength(1);
    expect(document.controllers).toMatchObject([{ address: '10.1.2.3', port: 5320, enabled: true, monitorsMax: 5000 }]);
  });

  it('R-LIM-04 a second instance gets its share when the first has confirmed the lower grant', async () => {
    const reported = ({ digest, document }: Awaited<ReturnType<typeof stored>>) =>
      `observed = '${JSON.stringify(reportOf(digest, document.controllers[0]!.icpId, 100))}'`;
    await setStatus(acme.instanceId, reported(await stored(acme.instanceId)));
    const operation = await bench.admin.createInstance('acme', { clusterId: acme.clusterId, name: 'gw-2' });
    const second = async () => (await stored(operation.targetId)).document.controllers[0]!.monitorsMax;
    const first = await stored(acme.instanceId);
    expect(first.document.controllers[0]!.monitorsMax).toBe(2550);
    expect(await second()).toBe(0);
    // That it was pushed says nothing; only its own report that it is in force does, with what is held by then.
    const before = (await stored(operation.targetId)).serial;
    await setStatus(acme.instanceId, `access_digest = '${first.digest}'`);
    await setStatus(acme.instanceId, `${reported(first)}, access_digest = 'told'`);
    await eventually(async () => (await second()) === 2450, { what: 'the share of the second' });
    expect((await stored(operation.targetId)).serial).toBe(before + 1);
    expect((await stored(operation.targetId)).document.controllers[0]!.shared).toEqual({
      startsPerSecond: 10,
      monitorsCap: 5000,
      refusedUpTo: 0,
    });
  });

  it('R-ACL-01 are signed anew before they grow old', async () => {
    const { serial } = await stored(acme.instanceId);
    await bench.sql(`UPDATE access_documents SET expires_at = expires_at - interval '5 hours' WHERE instance_id = $1`, [
      acme.instanceId,
    ]);
    const second = await another();
    try {
      await eventually(async () => (await stored(acme.instanceId)).serial > serial, { what: 'a newer document' });
    } finally {
      await second.close();
    }
  });
});

/** What the instance would report under this document with so many monitors. */
function reportOf(digest: string, icpId: number, monitors: number): InstanceStatusReport {
  const use = { used: monitors, cap: monitors };
  return {
    instanceId: acme.instanceId,
    epoch: { major: 1, minor: 0 },
    state: 'serving',
    version: '1',
    pid: 1,
    startedAt: new Date().toISOString(),
    journal: { durability: 'local', generation: [1, 0, 0], sizeBytes: 0, copiedBytes: 0, restored: null },
    accessDocument: { serial: 1, digest, expiresAt: new Date().toISOString() },
    sessions: use,
    monitors: use,
    devices: { wanted: monitors, standing: monitors },
    recovery: null,
    controllers: [
      {
        icpId,
        address: '10.1.2.3',
        state: 'CONNECTED',
        monitors: use,
        roundTripMs: null,
        refusedBackConnections: 0,
        shared: { startsPerSecond: 10, startsWanted: false, monitorsWanted: 0, askedUpTo: 0 },
      },
    ],
  };
}

function another(): Promise<RunningOrchestrator> {
  return startOrchestrator({
    settings: bench.settings,
    logger: createLogger('orchestrator', 'silent'),
    producer: openProducer({ queueUrl: bench.database.appUrl }),
  });
}
