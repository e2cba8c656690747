/** Many simulated controllers and one gateway whose journal holds monitors at all of them; alone in a folder of their own, no control plane. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { freeLoopbackBlock } from '#config/addresses';
import { childEnvironment, readEnvironment } from '#config/environment';
import { INSTANCE_ENVIRONMENT, INSTANCE_NODE_ARGUMENTS } from '#config/instance-process';
import {
  InstanceStatusReportSchema,
  type AccessDocument,
  type InstanceConfig,
  type InstanceStatusReport,
} from '#contracts/gateway-admin';
import { INTERNAL_HEADERS } from '#contracts/routing';
import { INSTANCE_LIMITS } from '#domain/limits';
import { makeSessionId } from '#domain/session-id';
import { sha256Hex } from '#pki/api-keys';
import { openAuthority } from '#pki/authority';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { ensureSecretsKey } from '#pki/sealing';
import { FileJournal } from '../apps/gateway/src/journal/file-journal.js';
import { CREDENTIALS } from './rig.js';

const TENANT_ID = '00000000-0000-4000-8000-00000000000a';
const INSTANCE_ID = '00000000-0000-4000-8000-000000000001';
const APPLICATION_ID = '00000000-0000-4000-8000-00000000000b';
const SESSIONS = 50;
const SLOT = 1;
const READY_WITHIN_MS = 60_000;
const NO_SECRET = '0'.repeat(64);
const program = (path: string) => resolve(readEnvironment().cloneRoot, 'dist', path);

export interface PlantSize {
  readonly controllers: number;
  readonly monitorsEach: number;
}

export interface FailoverPlant {
  /** Every phone of every controller: one of each controller in turn. */
  readonly objectIds: readonly number[];
  /** As the router talks to the incarnation that runs. */
  readonly northbound: {
    readonly base: string;
    readonly tls: { readonly ca: string; readonly cert: string; readonly key: string; readonly servername: string };
    readonly headers: Readonly<Record<string, string>>;
  };
  /** Starts the next incarnation. */
  start(): Promise<ChildProcess>;
  /** Undefined while it does not answer. */
  status(): Promise<InstanceStatusReport | undefined>;
  /** Monitors that stand at the controllers, and the most starts that any of them saw in a second, by their own count. */
  truth(): Promise<{ readonly standing: number; readonly startsPerSecondMax: number }>;
  close(): Promise<void>;
}

/** @param monitored the journal holds a monitor for every phone; else it is empty, and there are only the phones */
export async function openFailoverPlant({ controllers, monitorsEach }: PlantSize, monitored = true): Promise<FailoverPlant> {
  const block = await freeLoopbackBlock();
  const dir = mkdtempSync(join(tmpdir(), 'cordboard-failover-'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content, { mode: 0o600 });
    return join(dir, name);
  };
  const children = new Set<ChildProcess>();
  const authority = await openAuthority(join(dir, 'pki'), 'ca', 'bench');
  const controllerAuthority = await openAuthority(join(dir, 'pki'), 'controllers-ca', 'bench controllers');
  const documents = await ensureDocumentKey(join(dir, 'pki'));
  const address = block.address(1);
  const addresses = Array.from({ length: controllers }, (_, index) => block.address(index + 2));
  const caFile = file('ca.pem', authority.certPem);
  const adminKey = 'bench-simulator-key-0123456789';

  const described = await Promise.all(
    addresses.map(async (own, index) => {
      const issued = await controllerAuthority.issue({
        commonName: `controller:${own}`,
        ipAddresses: [own],
        client: true,
        server: true,
      });
      return {
        name: `c${index + 1}`,
        address: own,
        port: 5320,
        certFile: file(`c${index}.crt`, issued.certPem),
        keyFile: file(`c${index}.key`, issued.keyPem),
        extensions: { from: 1_000_000 + index * 10_000, count: monitorsEach },
      };
    }),
  );
  const settings = {
    seed: 7,
    instanceCaFile: caFile,
    admin: { host: '127.0.0.1', port: 0, key: adminKey },
    controllers: described,
    logLevel: 'error',
  };
  const simulator = fork(
    program('apps/call-manager-sim/src/main.js'),
    ['--settings', file('simulator.json', JSON.stringify(settings))],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  children.add(simulator);
  const [{ port }] = (await once(simulator, 'message', { signal: AbortSignal.timeout(READY_WITHIN_MS) })) as [{ port: number }];
  const seen = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/controllers`, { headers: { authorization: `Bearer ${adminKey}` } });
    return ((await answer.json()) as { controllers: SeenController[] }).controllers;
  };

  const home = join(dir, 'instance');
  mkdirSync(join(home, 'journal'), { recursive: true });
  const identity = await authority.issue({
    commonName: `instance:${INSTANCE_ID}`,
    dnsNames: ['bench.internal'],
    ipAddresses: [address],
    uris: [`urn:cordboard:tenant:${TENANT_ID}:instance:${INSTANCE_ID}:epoch:1`],
    client: true,
    server: true,
  });
  const worker = await authority.issue({ commonName: 'worker', dnsNames: ['worker'], client: true });
  const config: InstanceConfig = {
    schema: 1,
    tenant: { id: TENANT_ID, slug: 'bench', companyName: 'Bench' },
    instance: { id: INSTANCE_ID, name: 'bench' },
    epochMajor: 1,
    slots: [SLOT],
    limits: INSTANCE_LIMITS,
    address,
    northboundPort: 9443,
    adminPort: 9444,
    callbackPorts: { from: 49_500, to: 49_600 },
    tls: {
      certFile: file('instance.crt', identity.certPem),
      keyFile: file('instance.key', identity.keyPem),
      caFile,
      controllerCaFile: file('controllers-ca.pem', controllerAuthority.certPem),
    },
    peers: { router: 'router', worker: 'worker' },
    documentKeyFile: file('documents.pub', documents.publicKeyPem),
    accessDocumentFile: file(
      'access-document.json',
      JSON.stringify(signDocument(documentOf(addresses), documents.privateKeyPem)),
    ),
    secretsFile: (await ensureSecretsKey(join(dir, 'pki'))).file,
    journalDir: join(home, 'journal'),
    logDir: join(home, 'log'),
    timing: {
      sessionKeepAliveMs: 3_600_000,
      commandTimeoutMs: 10_000,
      longPollMaxMs: 60_000,
      linkHeartbeatMs: 1000,
      linkSilenceMs: 6000,
      reconnectMinMs: 250,
      reconnectMaxMs: 10_000,
    },
    eventLog: { perSessionMax: 10_000, retentionMs: 900_000 },
    monitorStartsPerSecond: 20,
  };
  const atFirst = await seen();
  if (monitored) await writeJournal(config.journalDir, atFirst);
  const router = await authority.issue({ commonName: 'router', dnsNames: ['router'], client: true });
  const configFile = file('instance.json', JSON.stringify(config));
  const dispatcher = new Agent({
    connect: { ca: authority.certPem, cert: worker.certPem, key: worker.keyPem, servername: 'bench.internal' },
  });

  return {
    objectIds: Array.from({ length: monitorsEach }, (_, place) =>
      atFirst.map(({ phones }, index) => objectIdOf(index, phones[place]!.handle)),
    ).flat(),
    northbound: {
      base: `https://${address}:9443`,
      tls: { ca: authority.certPem, cert: router.certPem, key: router.keyPem, servername: 'bench.internal' },
      headers: {
        [INTERNAL_HEADERS.tenant]: TENANT_ID,
        [INTERNAL_HEADERS.instance]: INSTANCE_ID,
        [INTERNAL_HEADERS.clientAddress]: '127.0.0.1',
      },
    },
    async start() {
      const child = spawn(
        process.execPath,
        [...INSTANCE_NODE_ARGUMENTS, program('gateway/gateway.mjs'), '--config', configFile],
        {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: childEnvironment(INSTANCE_ENVIRONMENT),
        },
      );
      children.add(child);
      await once(child, 'spawn');
      return child;
    },
    async status() {
      try {
        const answer = await request(`https://${address}:9444/v1/status`, { dispatcher, signal: AbortSignal.timeout(5000) });
        return InstanceStatusReportSchema.parse(await answer.body.json());
      } catch {
        return undefined;
      }
    },
    async truth() {
      const found = await seen();
      return {
        standing: found.reduce((sum, { monitors }) => sum + monitors.shared, 0),
        startsPerSecondMax: Math.max(...found.map(({ counters }) => counters.startMonitorPerSecondMax)),
      };
    },
    async close() {
      await dispatcher.destroy();
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      await block.release();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const objectIdOf = (controller: number, handle: number): number => (controller + 1) * 2 ** 32 + handle;

interface SeenController {
  readonly monitors: { readonly shared: number };
  readonly counters: { readonly startMonitorPerSecondMax: number };
  readonly phones: readonly { readonly handle: number }[];
}

/** What an incarnation would have left behind: sessions, and every phone monitored by one of them. */
async function writeJournal(folder: string, controllers: readonly SeenController[]): Promise<void> {
  const { journal } = await FileJournal.open(folder);
  const ids = Array.from({ length: SESSIONS }, (_, index) => makeSessionId(SLOT, index + 1));
  const application = { applicationId: APPLICATION_ID, applicationName: 'Bench' };
  await journal.append(ids.map((id) => ({ t: 'session' as const, id, tokenHash: NO_SECRET, ...application })));
  for (const [index, { phones }] of controllers.entries()) {
    await journal.append(
      phones.map(({ handle }, place) => ({
        t: 'monitor' as const,
        sessionId: ids[place % SESSIONS]!,
        objectId: objectIdOf(index, handle),
      })),
    );
  }
  await journal.close();
}

function documentOf(addresses: readonly string[]): AccessDocument {
  const now = Date.now();
  return {
    schema: 1,
    serial: 1,
    tenantId: TENANT_ID,
    instanceId: INSTANCE_ID,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 76 * 3_600_000).toISOString(),
    tenantStatus: 'active',
    companyName: 'Bench',
    limits: INSTANCE_LIMITS,
    applications: [
      {
        id: APPLICATION_ID,
        name: 'Bench',
        type: 'generic',
        advanced: false,
        allowed: true,
        applicationPasswordSha256: sha256Hex(CREDENTIALS.applicationPassword),
        localPasswordSha256: sha256Hex(CREDENTIALS.localPassword),
      },
    ],
    controllers: addresses.map((address, index) => ({
      icpId: index + 1,
      name: `c${index + 1}`,
      address,
      port: 5320,
      release: '9.4',
      enabled: true,
      monitorsMax: 5000,
    })),
  };
}

/** Resolves with what `attempt` answers as soon as it answers something. */
export async function until<T>(attempt: () => Promise<T | undefined>, withinMs: number, what: string): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${withinMs} ms`);
    await delay(100);
  }
}
