/** The control API as a face under bad input: the orchestrator on a real store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { orchestratorSettings } from '#config/settings';
import { CONTROL_ROUTE_LIST, UNLIMITED_LICENCES } from '#contracts/control-api';
import { ControlApiClient } from '#contracts/control-api-client';
import { openProducer } from '#jobs/producer';
import { generateApiKey } from '#pki/api-keys';
import { ensureDocumentKey } from '#pki/documents';
import { createLogger } from '#telemetry/logger';
import { runMigrations } from '../../apps/orchestrator/src/migrate.js';
import { startOrchestrator } from '../../apps/orchestrator/src/start.js';
import { controlCases } from './bad-control-cases.js';
import type { BadRequest } from './bad-http.js';
import type { Face, Verdict } from './cases.js';
import type { HttpAnswer } from './http-connection.js';
import { httpFace, PARSER_CODES, wrongProblem } from './http-face.js';
import { watchedOperations } from './watched-operations.js';

/** A store with both roles, empty. */
export interface Store {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly appRole: string;
  /** Past the row security. */
  readonly superuserUrl: string;
}

const LANES = 8;
/** @param drop gives the store back */
export async function controlFace(store: Store, drop: () => Promise<void>): Promise<Face<BadRequest>> {
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-bad-control-'));
  const { appUrl, appRole, ownerUrl } = store;
  const failures: unknown[] = [];
  const logger = createLogger('orchestrator', { level: 'error', destination: { write: (line) => void failures.push(line) } });
  await runMigrations({ databaseOwnerUrl: ownerUrl, appRole, queueUrl: appUrl, logLevel: 'silent' }, logger);
  const { privateKeyFile } = await ensureDocumentKey(dir);
  const admin = generateApiKey('admin');
  const settings = orchestratorSettings.parse({
    home: dir,
    databaseUrl: appUrl,
    queueUrl: appUrl,
    listen: { host: '127.0.0.1', port: 0 },
    tls: { certFile: join(dir, 'none.crt'), keyFile: join(dir, 'none.key'), caFile: join(dir, 'none-ca.crt') },
    documentKeyFile: privateKeyFile,
    edge: { http: 'http://127.0.0.1:8080', https: 'https://127.0.0.1:8443' },
    bootstrapAdminKeySha256: admin.sha256,
    logLevel: 'silent',
  });
  const operations = watchedOperations();
  const orchestrator = await startOrchestrator({ settings, logger, producer: openProducer({ queueUrl: appUrl }) });
  const superuser = new pg.Pool({ connectionString: store.superuserUrl, max: 2 });
  superuser.on('error', (error) => failures.push(error));
  const client = new ControlApiClient({ base: `http://127.0.0.1:${orchestrator.port}`, key: admin.key });
  const [mine, foreign] = [await tenantOf(client, 'mine'), await tenantOf(client, 'foreign')];
  const make = controlCases(
    { mine: mine.ids, foreign: { ...foreign.ids, tenant: foreign.tenantId } },
    { admin: admin.key, tenant: mine.key },
  );
  const judge = (answer: HttpAnswer): Verdict => {
    const wrong = wrongProblem(answer);
    if (wrong !== undefined) return { reached: 'parser', wrong };
    const { code, correlationId } = JSON.parse(answer.body) as { code: string; correlationId?: string };
    if (correlationId === undefined) return { reached: 'parser', wrong: `nothing to find it by: ${answer.body}` };
    const reached = operations.took(correlationId);
    return { reached: reached ? 'handler' : PARSER_CODES.has(code) ? 'parser' : 'checks' };
  };
  return httpFace({
    name: 'control-api',
    lanes: LANES,
    operations: CONTROL_ROUTE_LIST.length,
    open: () => connect(orchestrator.port, '127.0.0.1').setNoDelay(true),
    make,
    judge,
    good: {
      method: 'GET',
      path: `/v1/tenants/foreign/clusters/${foreign.ids['cluster']}`,
      headers: [
        ['host', 'control.example'],
        ['authorization', `Bearer ${foreign.key}`],
      ],
    },
    isGood: ({ status, body }) => status === 200 && body.includes(foreign.ids['cluster']!),
    state: () => fingerprint(superuser),
    failures: () => failures,
    close: async () => {
      operations.unwatch();
      await orchestrator.close();
      await superuser.end();
      await drop();
      await rm(dir, { recursive: true, force: true });
    },
  });
}

/** A tenant with one of everything. */
async function tenantOf(client: ControlApiClient, slug: string) {
  const tenant = await client.createTenant({ slug, companyName: `Company ${slug}`, licences: UNLIMITED_LICENCES });
  const cluster = await client.createCluster(slug, { name: 'main' });
  const controller = await client.createController(slug, {
    clusterId: cluster.id,
    name: 'one',
    address: '10.1.2.3',
    platform: 'virtual',
    release: '9.4',
  });
  const operation = await client.createInstance(slug, { clusterId: cluster.id, name: 'gw-1' });
  const application = await client.createApplication(slug, { name: 'crm', type: 'crm-integration', integration: 'salesforce' });
  const user = await client.createApplicationUser(slug, application.id, { email: `user@${slug}.example` });
  const key = await client.createKey(slug, { name: 'own' });
  const ids: Record<string, string> = {
    tenant: slug,
    cluster: cluster.id,
    clusterName: cluster.name,
    controller: controller.id,
    instance: operation.targetId,
    application: application.id,
    user: user.id,
    operation: operation.id,
    key: key.id,
  };
  return { tenantId: tenant.id, key: key.key!, ids };
}

/** Everything in the store but what the queue of jobs keeps, and how often a limit was asked. */
async function fingerprint(superuser: pg.Pool): Promise<string> {
  const { rows: tables } = await superuser.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const sums: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await superuser.query<{ sum: string }>(
      `SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) AS sum FROM ${name} r`,
    );
    sums[name] = rows[0]!.sum;
  }
  return JSON.stringify(sums);
}
