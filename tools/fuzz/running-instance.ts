/** A real gateway incarnation in this process, with its certificate, its access document and a journal, at an address of its own. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessDocument, InstanceConfig } from '#contracts/gateway-admin';
import type { RoutingTable } from '#contracts/routing';
import { INSTANCE_LIMITS } from '#domain/limits';
import { sha256Hex } from '#pki/api-keys';
import type { Authority } from '#pki/authority';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { ensureSecretsKey } from '#pki/sealing';
import { createLogger } from '#telemetry/logger';
import { startIncarnation, type Incarnation } from '../../apps/gateway/src/incarnation.js';
import type { InstanceLog } from '../../apps/gateway/src/instance-log.js';

/** What logs in at the instances made here. */
export const CREDENTIALS = {
  companyName: 'Acme',
  applicationName: 'crm',
  applicationPassword: 'app',
  localPassword: 'local',
} as const;

export interface RunningInstance {
  readonly incarnation: Incarnation;
  readonly document: AccessDocument;
  /** Its entry in a routing table. */
  readonly line: RoutingTable['tenants'][number]['instances'][number];
  /** Its next incarnation, from its journal; the one before has to have been stopped. */
  readonly startAgain: () => Promise<Pick<RunningInstance, 'incarnation' | 'line'>>;
}

/** The document key of the installation lies in `around.dir`. Stopping it is the caller's. */
export async function runInstance(
  around: { readonly dir: string; readonly authority: Authority },
  {
    tenantId,
    address,
    slots,
    sessions,
    controllers = [],
    more = {},
    log,
  }: {
    readonly tenantId: string;
    readonly address: string;
    readonly slots: readonly number[];
    readonly sessions: number;
    readonly controllers?: AccessDocument['controllers'];
    /** What its access document has otherwise. */
    readonly more?: Partial<AccessDocument>;
    /** Whose policy of numbers the document sets. */
    readonly log?: InstanceLog;
  },
): Promise<RunningInstance> {
  const id = randomUUID();
  const dir = join(around.dir, id);
  await mkdir(dir);
  const serverName = `i-${id}.cordboard.internal`;
  const { certPem, keyPem } = await around.authority.issue({
    commonName: `instance:${id}`,
    dnsNames: [serverName],
    ipAddresses: [address],
    uris: [`urn:cordboard:tenant:${tenantId}:instance:${id}:epoch:1`],
  });
  const document: AccessDocument = {
    schema: 1,
    serial: 1,
    tenantId,
    instanceId: id,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    tenantStatus: 'active',
    companyName: 'Acme',
    limits: { ...INSTANCE_LIMITS, sessions },
    applications: [
      {
        id: randomUUID(),
        name: 'crm',
        type: 'generic',
        advanced: false,
        allowed: true,
        applicationPasswordSha256: sha256Hex('app'),
        localPasswordSha256: sha256Hex('local'),
      },
    ],
    controllers,
    ...more,
  };
  const { privateKeyPem } = await ensureDocumentKey(around.dir);
  const [certFile, keyFile, accessDocumentFile] = ['cert.pem', 'key.pem', 'access-document.json'].map((name) => join(dir, name));
  await writeFile(certFile!, certPem);
  await writeFile(keyFile!, keyPem, { mode: 0o600 });
  await writeFile(accessDocumentFile!, JSON.stringify(signDocument(document, privateKeyPem)), { mode: 0o600 });
  const config: InstanceConfig = {
    schema: 1,
    tenant: { id: tenantId, slug: 'acme', companyName: 'Acme' },
    instance: { id, name: 'one' },
    epochMajor: 1,
    slots: [...slots],
    limits: INSTANCE_LIMITS,
    address,
    northboundPort: 0,
    adminPort: 0,
    callbackPorts: { from: 49500, to: 49600 },
    tls: {
      certFile: certFile!,
      keyFile: keyFile!,
      caFile: around.authority.certFile,
      controllerCaFile: around.authority.certFile,
    },
    peers: { router: 'router', worker: 'worker' },
    documentKeyFile: join(around.dir, 'documents.pub'),
    accessDocumentFile: accessDocumentFile!,
    secretsFile: (await ensureSecretsKey(around.dir)).file,
    journalDir: join(dir, 'journal'),
    logDir: join(dir, 'log'),
    timing: {
      sessionKeepAliveMs: 600_000,
      commandTimeoutMs: 1000,
      longPollMaxMs: 60_000,
      linkHeartbeatMs: 1000,
      linkSilenceMs: 6000,
      reconnectMinMs: 100,
      reconnectMaxMs: 1000,
    },
    eventLog: { perSessionMax: 100, retentionMs: 60_000 },
    monitorStartsPerSecond: 20,
  };
  const start = async (): Promise<Pick<RunningInstance, 'incarnation' | 'line'>> => {
    const incarnation = await startIncarnation(config, log?.logger ?? createLogger('gateway', 'silent'), log);
    const endpoint = { address, port: incarnation.ports.northbound, serverName };
    return { incarnation, line: { instanceId: id, epochMajor: 1, endpoint, acceptsLogins: true, slots: [...slots] } };
  };
  return { ...(await start()), document, startAgain: start };
}
