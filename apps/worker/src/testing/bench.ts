/** A real home, database, authority and loopback block for the worker's integration tests; nothing is replaced. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeLayout } from '#config/home';
import { workerSettings, type WorkerSettings } from '#config/settings';
import type { AccessDocument } from '#contracts/gateway-admin';
import { migrateQueue } from '#jobs/migrate';
import { INSTANCE_LIMITS } from '#domain/limits';
import type { InstanceSpec, InstanceStatus, Operation, OperationKind, Tenant } from '#domain/resources';
import * as accessDocuments from '#persistence/access-documents';
import * as clusters from '#persistence/clusters';
import { openDatabase, type Database } from '#persistence/database';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import { migrate } from '#persistence/migrate';
import * as operations from '#persistence/operations';
import type { StoreOutcome } from '#persistence/outcome';
import * as tenants from '#persistence/tenants';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { digestOf, ensureDocumentKey, signDocument } from '#pki/documents';
import { ensureSecretsKey } from '#pki/sealing';
import type { IncarnationHandle, RuntimeDriver } from '#runtime-drivers/runtime-driver';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import { openDriver, WorkerRuntime, type WorkerRuntimeOptions } from '../worker-runtime.js';

export interface WorkerBench {
  readonly settings: WorkerSettings;
  readonly database: Database;
  readonly test: TestDatabase;
  /** Sees what the worker starts. */
  readonly driver: RuntimeDriver;
  /** With another program it starts that one. */
  openWorker(options?: WorkerRuntimeOptions & { readonly program?: string }): Promise<WorkerRuntime>;
  addTenant(): Promise<Tenant>;
  /** With its access document and the operation that asks for it. */
  addInstance(tenant: Tenant): Promise<{ readonly id: string; readonly operation: Operation }>;
  /** What the control API does for one change. */
  ask(instanceId: string, kind: OperationKind, changes: instances.SpecChanges, deadlineMs?: number): Promise<Operation>;
  issueDocument(instanceId: string): Promise<string>;
  status(instanceId: string): Promise<InstanceStatus | undefined>;
  operation(id: string): Promise<Operation>;
  /** The ended operation. */
  ended(operation: Operation, deadlineMs?: number): Promise<Operation>;
  state(instanceId: string, state: InstanceStatus['state']): Promise<InstanceStatus>;
  /** Alive incarnations of one instance, by what the runtime says. */
  alive(instanceId: string): Promise<readonly IncarnationHandle[]>;
  /** Writes a program in place of the gateway and answers its path. */
  writeProgram(source: string): Promise<string>;
  close(): Promise<void>;
}

const must = <T>(outcome: StoreOutcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  return outcome.value;
};

export async function openBench(gatewayProgram: string): Promise<WorkerBench> {
  const home = await mkdtemp(join(tmpdir(), 'cordboard-worker-'));
  const layout = homeLayout(home);
  await mkdir(layout.pki, { recursive: true });
  const [test, block] = [await createTestDatabase(), await freeLoopbackBlock()];
  await migrate(test);
  await migrateQueue({ ownerUrl: test.ownerUrl, queueUrl: test.appUrl, appRole: test.appRole });
  const authority = await openAuthority(layout.pki);
  await openAuthority(layout.pki, 'controllers-ca');
  await ensureCertificate(authority, layout.pki, 'worker', { commonName: 'worker' });
  const documentKey = await ensureDocumentKey(layout.pki);
  await ensureSecretsKey(layout.pki);
  const settings = workerSettings.parse({
    home,
    databaseUrl: test.appUrl,
    queueUrl: test.appUrl,
    gatewayProgram,
    addressRange: `${block.prefix}.128/26`,
    authorityDir: layout.pki,
    controllerCaFile: layout.controllersCaFile,
    documentPublicKeyFile: layout.documentPublicKeyFile,
    secretsKeyFile: layout.secretsKeyFile,
    tls: { ...layout.certificate('worker'), caFile: layout.caFile },
    sweepIntervalMs: 200,
    logLevel: 'silent',
  });
  const database = await openDatabase({ url: test.appUrl, poolMax: 5 });
  const driver = openDriver(settings);
  const workers: WorkerRuntime[] = [];

  const issueDocument = async (instanceId: string): Promise<string> =>
    database.asPlatform(async (tx) => {
      const spec = (await instances.find(tx, instanceId))!;
      const tenant = (await tenants.find(tx, spec.tenantId))!;
      const serial = ((await accessDocuments.lock(tx, instanceId))?.serial ?? 0) + 1;
      const expiresAt = new Date(Date.now() + 76 * 3_600_000);
      const payload: AccessDocument = {
        schema: 1,
        serial,
        tenantId: tenant.id,
        instanceId,
        issuedAt: new Date().toISOString(),
        expiresAt: expiresAt.toISOString(),
        tenantStatus: tenant.status,
        companyName: tenant.companyName,
        limits: spec.limits,
        applications: [],
        controllers: [],
      };
      const document = signDocument(payload, documentKey.privateKeyPem);
      const digest = digestOf(document);
      await accessDocuments.put(tx, { instanceId, serial, digest, contentSha256: digest, document, expiresAt });
      return digest;
    });

  const record = (spec: InstanceSpec, kind: OperationKind, deadlineMs: number): Promise<Operation> =>
    database.withTenant(spec.tenantId, (tx) =>
      operations.insert(tx, {
        kind,
        targetType: 'instance',
        targetId: spec.id,
        targetVersion: spec.version,
        deadlineMs,
        actor: 'test',
        cause: 'test',
      }),
    );

  const bench: WorkerBench = {
    settings,
    database,
    test,
    driver,
    issueDocument,
    openWorker: async ({ program, ...options } = {}) => {
      const used = program === undefined ? settings : { ...settings, gatewayProgram: program };
      const worker = await WorkerRuntime.open(used, createLogger('worker', settings.logLevel), options);
      workers.push(worker);
      return worker;
    },
    addTenant: async () => {
      const slug = `t${randomBytes(5).toString('hex')}`;
      const tenant = must(await database.asPlatform((tx) => tenants.insert(tx, { slug, companyName: slug })));
      must(await database.withTenant(tenant.id, (tx) => clusters.insert(tx, { name: 'main' })));
      return tenant;
    },
    addInstance: async (tenant) => {
      const spec = must(
        await database.withTenant(tenant.id, async (tx) => {
          const clusterId = (await clusters.list(tx, { limit: 1 })).items[0]!.id;
          const name = randomBytes(4).toString('hex');
          return instances.insert(tx, { clusterId, name, limits: INSTANCE_LIMITS, desiredState: 'running' });
        }),
      );
      // with its document it may be started at once: by then the operation must be there to be told of it
      const operation = await record(spec, 'instance.create', 30_000);
      await issueDocument(spec.id);
      return { id: spec.id, operation };
    },
    ask: async (instanceId, kind, changes, deadlineMs = 30_000) =>
      record(must(await database.asPlatform((tx) => instances.update(tx, instanceId, undefined, changes))), kind, deadlineMs),
    status: (instanceId) => database.asPlatform((tx) => instanceStatus.find(tx, instanceId)),
    operation: async (id) => (await database.asPlatform((tx) => operations.find(tx, id)))!,
    ended: (operation, deadlineMs = 20_000) =>
      eventually(
        async () => {
          const now = await bench.operation(operation.id);
          return now.state === 'succeeded' || now.state === 'failed' ? now : undefined;
        },
        { what: `the end of ${operation.kind}`, deadlineMs },
      ),
    state: (instanceId, state) =>
      eventually(
        async () => {
          const status = await bench.status(instanceId);
          return status?.state === state ? status : undefined;
        },
        { what: `the state ${state}`, deadlineMs: 20_000 },
      ),
    alive: async (instanceId) => (await driver.list()).filter((handle) => handle.instanceId === instanceId),
    writeProgram: async (source) => {
      const file = join(home, `program-${randomBytes(4).toString('hex')}.mjs`);
      await writeFile(file, source);
      return file;
    },
    close: async () => {
      for (const worker of workers) {
        await worker.stop();
        await worker.close();
      }
      await Promise.all((await driver.list()).map((handle) => driver.stop(handle, 0)));
      driver.close();
      await database.close();
      await test.drop();
      await block.release();
      await rm(home, { recursive: true, force: true });
    },
  };
  return bench;
}
