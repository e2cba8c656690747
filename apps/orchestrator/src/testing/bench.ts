/** The real orchestrator on a real, fresh Postgres, for integration tests; nothing is replaced. */
import { UNLIMITED_LICENCES } from '#contracts/control-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orchestratorSettings } from '#config/settings';
import { ControlApiClient } from '#contracts/control-api-client';
import { openProducer } from '#jobs/producer';
import { generateApiKey } from '#pki/api-keys';
import { ensureDocumentKey } from '#pki/documents';
import { createLogger } from '#telemetry/logger';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import pg from 'pg';
import { runMigrations } from '../migrate.js';
import { startOrchestrator, type RunningOrchestrator, type StartOptions } from '../start.js';

export interface Bench {
  readonly base: string;
  readonly adminKey: string;
  readonly admin: ControlApiClient;
  readonly database: TestDatabase;
  readonly orchestrator: RunningOrchestrator;
  readonly documentPublicKey: string;
  readonly settings: StartOptions['settings'];
  client(key: string): ControlApiClient;
  /** As superuser: what row security would hide. */
  sql<R extends object>(text: string, values?: unknown[]): Promise<R[]>;
  /** One text for all that is in these tables: equal before and after what must change nothing. */
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

const TABLES = [
  'tenants',
  'clusters',
  'controllers',
  'instances',
  'instance_slots',
  'instance_status',
  'access_documents',
  'applications',
  'application_users',
  'licence_accounts',
  'licence_pools',
  'licence_grants',
  'api_keys',
  'operations',
  'idempotency_keys',
];

export async function openBench(extra: Record<string, unknown> = {}): Promise<Bench> {
  const database = await createTestDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-orchestrator-'));
  const logger = createLogger('orchestrator', 'silent');
  await runMigrations(
    { databaseOwnerUrl: database.ownerUrl, appRole: database.appRole, queueUrl: database.appUrl, logLevel: 'silent' },
    logger,
  );
  const key = await ensureDocumentKey(dir);
  const admin = generateApiKey('admin');
  const settings = orchestratorSettings.parse({
    home: dir,
    databaseUrl: database.appUrl,
    queueUrl: database.appUrl,
    listen: { host: '127.0.0.1', port: 0 },
    tls: { certFile: join(dir, 'none.crt'), keyFile: join(dir, 'none.key'), caFile: join(dir, 'none-ca.crt') },
    documentKeyFile: key.privateKeyFile,
    edge: { http: 'http://127.0.0.1:8080', https: 'https://127.0.0.1:8443' },
    bootstrapAdminKeySha256: admin.sha256,
    logLevel: 'silent',
    ...extra,
  });
  const orchestrator = await startOrchestrator({ settings, logger, producer: openProducer({ queueUrl: database.appUrl }) });
  const superuser = new pg.Pool({ connectionString: database.superuserUrl, max: 2 });
  superuser.on('error', () => undefined);
  const base = `http://127.0.0.1:${orchestrator.port}`;
  const sql = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
    (await superuser.query<R>(text, values)).rows;
  return {
    base,
    adminKey: admin.key,
    admin: new ControlApiClient({ base, key: admin.key }),
    database,
    orchestrator,
    documentPublicKey: key.publicKeyPem,
    settings,
    client: (of) => new ControlApiClient({ base, key: of }),
    sql,
    fingerprint: async () => {
      const columns = TABLES.map(
        (table) => `(SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM ${table} r) AS ${table}`,
      );
      return JSON.stringify(await sql(`SELECT ${columns.join(', ')}`));
    },
    close: async () => {
      await orchestrator.close();
      await superuser.end();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A tenant with one of everything, and a key of its own. */
export interface SampleTenant {
  readonly id: string;
  readonly slug: string;
  readonly key: string;
  readonly keyId: string;
  readonly clusterId: string;
  readonly controllerId: string;
  readonly instanceId: string;
  readonly applicationId: string;
  readonly userId: string;
  readonly operationId: string;
}

export async function sampleTenant(bench: Bench, slug: string): Promise<SampleTenant> {
  const { admin } = bench;
  const tenant = await admin.createTenant({ slug, companyName: `Company ${slug}`, licences: UNLIMITED_LICENCES });
  const cluster = await admin.createCluster(slug, { name: 'main' });
  const controller = await admin.createController(slug, {
    clusterId: cluster.id,
    name: 'one',
    address: '10.1.2.3',
    platform: 'virtual',
    release: '9.4',
  });
  const operation = await admin.createInstance(slug, { clusterId: cluster.id, name: 'gw-1' });
  const application = await admin.createApplication(slug, { name: 'crm', type: 'crm-integration', integration: 'salesforce' });
  const user = await admin.createApplicationUser(slug, application.id, { email: `user@${slug}.example` });
  const key = await admin.createKey(slug, { name: 'own' });
  return {
    id: tenant.id,
    slug,
    key: key.key!,
    keyId: key.id,
    clusterId: cluster.id,
    controllerId: controller.id,
    instanceId: operation.targetId,
    applicationId: application.id,
    userId: user.id,
    operationId: operation.id,
  };
}
