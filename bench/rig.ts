/**
 * One simulator, one gateway and the baselines, alone in a folder of their own: no database, no router, no control plane. The gateway and
 * the baselines face the same simulated controller over the same wire.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freeLoopbackBlock, type LoopbackBlock } from '#config/addresses';
import { readEnvironment } from '#config/environment';
import type { AccessDocument, InstanceConfig } from '#contracts/gateway-admin';
import { INTERNAL_HEADERS, type RoutingTable } from '#contracts/routing';
import { childEnvironment } from '#config/environment';
import { INSTANCE_ENVIRONMENT, INSTANCE_NODE_ARGUMENTS } from '#config/instance-process';
import { INSTANCE_LIMITS } from '#domain/limits';
import { sha256Hex } from '#pki/api-keys';
import { openAuthority } from '#pki/authority';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { ensureSecretsKey } from '#pki/sealing';
import type { SourceOrder } from './line-source.js';

export const TENANT_ID = '00000000-0000-4000-8000-00000000000a';
export const CREDENTIALS = {
  companyName: 'Bench',
  applicationName: 'Bench',
  applicationPassword: 'bench-application',
  localPassword: 'bench-local',
};
const TENANT_SLUG = 'bench';
const FRONT_PORT = 8080;
const READY_WITHIN_MS = 30_000;
export const serverNameOf = (instanceId: string): string => `i-${instanceId}.cordboard.internal`;
/** What the router adds to a request. */
export const trustedHeaders = (instanceId: string): Record<string, string> => ({
  [INTERNAL_HEADERS.tenant]: TENANT_ID,
  [INTERNAL_HEADERS.instance]: instanceId,
  [INTERNAL_HEADERS.clientAddress]: '127.0.0.1',
});
const program = (path: string) => resolve(readEnvironment().cloneRoot, 'dist', path);

interface Node {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}
const PLAIN_NODE: Node = { args: [], environment: {} };

export interface RigOptions {
  readonly phones: number;
  /** A source of events at a given rate stands where the simulated controller would. */
  readonly lineSource?: boolean;
  /** Recommended is 20 a second and controller, always enforced; a bench that sets thousands has to wait for it, so it monitors few. */
  readonly seed?: number;
}

interface Place {
  readonly instanceId: string;
  readonly address: string;
  readonly port: number;
  /** Session slots, where it is an instance. */
  readonly slots: readonly number[];
}
export interface Peer extends Place {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Milliseconds from the start of the process until it accepted a connection. */
  readonly startMs: number;
}

export interface Front extends Peer {
  readonly base: string;
}

export interface Rig {
  readonly block: LoopbackBlock;
  readonly dir: string;
  readonly controllerAddress: string;
  readonly extensions: readonly string[];
  /** Client side of the router, for talking to the gateway directly. */
  readonly routerTls: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly simulator: { readonly base: string; readonly key: string };
  gateway(options?: { readonly withController?: boolean }): Promise<Peer>;
  baseline(name: 'raw-gateway' | 'raw-push' | 'plain-node'): Promise<Peer>;
  /** The router with a table of this one instance; plain HTTP in front, the tenant's prefix in `base`. */
  router(gateway: Peer): Promise<Front>;
  /** R-plain in front of this instance. */
  plainProxy(gateway: Peer): Promise<Front>;
  traffic(callsPerHour: number | null): Promise<void>;
  /** So many events per second by the line source to this one; null: none. */
  emit(to: Peer, perSecond: number | null): Promise<void>;
  close(): Promise<void>;
}

export async function openRig(options: RigOptions): Promise<Rig> {
  const block = await freeLoopbackBlock();
  const dir = mkdtempSync(join(tmpdir(), 'cordboard-bench-'));
  const children = new Set<ChildProcess>();
  const authority = await openAuthority(join(dir, 'pki'), 'ca', 'bench');
  const controllers = await openAuthority(join(dir, 'pki'), 'controllers-ca', 'bench controllers');
  const documents = await ensureDocumentKey(join(dir, 'pki'));
  const secrets = await ensureSecretsKey(join(dir, 'pki'));
  const key = 'bench-simulator-key-0123456789';
  const controllerAddress = block.address(101);
  const extensions = Array.from({ length: options.phones }, (_, index) => String(10_000 + index));
  const files = fileWriter(dir);

  const controllerTls = await controllers.issue({
    commonName: `controller:${controllerAddress}`,
    ipAddresses: [controllerAddress],
    client: true,
    server: true,
  });
  const caFile = files('ca.pem', authority.certPem);
  const controllerCaFile = files('controllers-ca.pem', controllers.certPem);
  const certFile = files('controller.crt', controllerTls.certPem);
  const keyFile = files('controller.key', controllerTls.keyPem);
  const simulatorSettings = files(
    'simulator.json',
    JSON.stringify({
      seed: options.seed ?? 7,
      instanceCaFile: caFile,
      admin: { host: '127.0.0.1', port: 0, key },
      oneFramePerRecord: true,
      controllers: [
        {
          name: 'bench',
          address: controllerAddress,
          port: 5320,
          certFile,
          keyFile,
          extensions: { from: 10_000, count: options.phones },
        },
      ],
      logLevel: 'error',
    }),
  );
  const controller =
    options.lineSource === true
      ? fork(program('bench/line-source.js'), [
          files('source.json', JSON.stringify({ address: controllerAddress, certFile, keyFile, caFile })),
        ])
      : fork(program('apps/call-manager-sim/src/main.js'), ['--settings', simulatorSettings], {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
  children.add(controller);
  const simulatorPort = await portWhenReady(controller);
  const base = `http://127.0.0.1:${simulatorPort}`;
  const routerIdentity = await authority.issue({ commonName: 'router', dnsNames: ['router'], client: true, server: true });
  const routerFiles = {
    certFile: files('router.crt', routerIdentity.certPem),
    keyFile: files('router.key', routerIdentity.keyPem),
    caFile,
  };
  let next = 1;

  // what the person who measures has set (certificates that node reads at each start, 30 ms) would make ratios look better than they are
  const start = async (path: string, args: readonly string[], what: Place, node: Node = PLAIN_NODE): Promise<Peer> => {
    const since = performance.now();
    const child = spawn(process.execPath, [...node.args, path, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: childEnvironment(node.environment),
    });
    children.add(child);
    await accepting(child, what.address, what.port);
    return { ...what, process: child, pid: child.pid!, startMs: performance.now() - since };
  };
  const identityOf = async (instanceId: string, address: string) => {
    const issued = await authority.issue({
      commonName: `instance:${instanceId}`,
      dnsNames: [serverNameOf(instanceId)],
      ipAddresses: [address],
      uris: [`urn:cordboard:tenant:${TENANT_ID}:instance:${instanceId}:epoch:1`],
      client: true,
      server: true,
    });
    return { certFile: files(`${instanceId}.crt`, issued.certPem), keyFile: files(`${instanceId}.key`, issued.keyPem) };
  };

  return {
    block,
    dir,
    controllerAddress,
    extensions,
    routerTls: { cert: routerIdentity.certPem, key: routerIdentity.keyPem, ca: authority.certPem },
    simulator: { base, key },
    async gateway({ withController = true } = {}) {
      const number = next++;
      const instanceId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      const address = block.address(number);
      const home = join(dir, instanceId);
      mkdirSync(home);
      const config: InstanceConfig = {
        schema: 1,
        tenant: { id: TENANT_ID, slug: TENANT_SLUG, companyName: CREDENTIALS.companyName },
        instance: { id: instanceId, name: 'bench' },
        epochMajor: 1,
        slots: [number],
        limits: INSTANCE_LIMITS,
        address,
        northboundPort: 9443,
        adminPort: 9444,
        callbackPorts: { from: 49_500, to: 49_600 },
        tls: { ...(await identityOf(instanceId, address)), caFile, controllerCaFile },
        peers: { router: 'router', worker: 'worker' },
        documentKeyFile: files('documents.pub', documents.publicKeyPem),
        accessDocumentFile: join(home, 'access-document.json'),
        secretsFile: secrets.file,
        journalDir: join(home, 'journal'),
        logDir: join(home, 'log'),
        timing: {
          sessionKeepAliveMs: 300_000,
          commandTimeoutMs: 10_000,
          longPollMaxMs: 60_000,
          linkHeartbeatMs: 1000,
          linkSilenceMs: 6000,
          reconnectMinMs: 50,
          reconnectMaxMs: 1000,
        },
        eventLog: { perSessionMax: 10_000, retentionMs: 900_000 },
        monitorStartsPerSecond: 20,
      };
      const controllersOf = withController
        ? [{ icpId: 1, name: 'bench', address: controllerAddress, port: 5320, release: '9.4', enabled: true, monitorsMax: 5000 }]
        : [];
      writeFileSync(
        config.accessDocumentFile,
        JSON.stringify(signDocument(documentOf(instanceId, controllersOf), documents.privateKeyPem)),
      );
      const what = { instanceId, address, port: config.northboundPort, slots: config.slots };
      // as the worker's driver starts it
      return start(program('gateway/gateway.mjs'), ['--config', files(`${instanceId}.json`, JSON.stringify(config))], what, {
        args: INSTANCE_NODE_ARGUMENTS,
        environment: INSTANCE_ENVIRONMENT,
      });
    },
    async baseline(name) {
      const number = next++;
      const instanceId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      const address = block.address(number);
      const settings = {
        address,
        port: 9443,
        instanceId,
        controller: controllerAddress,
        caFile,
        controllerCaFile,
        ...(await identityOf(instanceId, address)),
      };
      return start(program(`bench/baselines/${name}.js`), [files(`${name}-${number}.json`, JSON.stringify(settings))], {
        instanceId,
        address,
        port: settings.port,
        slots: [],
      });
    },
    async router(gateway) {
      const table: RoutingTable = {
        schema: 1,
        version: 1,
        issuedAt: new Date().toISOString(),
        tenants: [
          {
            tenantId: TENANT_ID,
            slug: TENANT_SLUG,
            status: 'active',
            instances: [
              {
                instanceId: gateway.instanceId,
                epochMajor: 1,
                endpoint: { address: gateway.address, port: gateway.port, serverName: serverNameOf(gateway.instanceId) },
                acceptsLogins: true,
                slots: [...gateway.slots],
              },
            ],
          },
        ],
      };
      const address = block.address(next++);
      const settings = {
        listen: { http: { host: address, port: FRONT_PORT }, https: { host: address, port: FRONT_PORT + 1 } },
        admin: { host: address, port: FRONT_PORT + 2 },
        edgeDomain: 'bench.localhost',
        edgeTls: { certFile: routerFiles.certFile, keyFile: routerFiles.keyFile },
        tls: routerFiles,
        tableFile: files('table.json', JSON.stringify(table)),
        logLevel: 'error',
      };
      const args = ['--settings', files('router.json', JSON.stringify(settings))];
      const peer = await start(program('apps/router/src/main.js'), args, {
        instanceId: 'router',
        address,
        port: FRONT_PORT,
        slots: [],
      });
      return { ...peer, base: `http://${address}:${FRONT_PORT}/t/${TENANT_SLUG}` };
    },
    async plainProxy(gateway) {
      const address = block.address(next++);
      const settings = {
        address,
        port: FRONT_PORT,
        ...routerFiles,
        upstream: { address: gateway.address, port: gateway.port, serverName: serverNameOf(gateway.instanceId) },
        headers: trustedHeaders(gateway.instanceId),
      };
      const args = [files('plain-proxy.json', JSON.stringify(settings))];
      const path = program('bench/baselines/plain-proxy.js');
      const peer = await start(path, args, { instanceId: 'plain-proxy', address, port: FRONT_PORT, slots: [] });
      return { ...peer, base: `http://${address}:${FRONT_PORT}` };
    },
    async traffic(callsPerHour) {
      const answer = await fetch(`${base}/v1/traffic`, {
        method: callsPerHour === null ? 'DELETE' : 'PUT',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(callsPerHour === null ? {} : { body: JSON.stringify({ callsPerHour, ringMs: 200, talkMs: 300, seed: 11 }) }),
      });
      if (!answer.ok) throw new Error(`the simulator refused the traffic: ${await answer.text()}`);
    },
    async emit({ address: to }, perSecond) {
      const done = once(controller, 'message');
      controller.send({ to, perSecond } satisfies SourceOrder);
      await done;
    },
    async close() {
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

function documentOf(instanceId: string, controllers: AccessDocument['controllers']): AccessDocument {
  const now = Date.now();
  return {
    schema: 1,
    serial: 1,
    tenantId: TENANT_ID,
    instanceId,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 76 * 3_600_000).toISOString(),
    tenantStatus: 'active',
    companyName: CREDENTIALS.companyName,
    limits: INSTANCE_LIMITS,
    applications: [
      {
        id: '00000000-0000-4000-8000-00000000000b',
        name: CREDENTIALS.applicationName,
        type: 'generic',
        advanced: false,
        allowed: true,
        applicationPasswordSha256: sha256Hex(CREDENTIALS.applicationPassword),
        localPasswordSha256: sha256Hex(CREDENTIALS.localPassword),
      },
    ],
    controllers,
    // receivers of the bench are on this machine
    outbound: { http: true, ranges: ['127.0.0.0/8'] },
  };
}

function fileWriter(dir: string): (name: string, content: string) => string {
  return (name, content) => {
    writeFileSync(join(dir, name), content, { mode: 0o600 });
    return join(dir, name);
  };
}

async function portWhenReady(child: ChildProcess): Promise<number> {
  const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(READY_WITHIN_MS) })) as [{ port: number }];
  return message.port;
}

/** Resolves when a TCP connection is accepted; looks every millisecond, because starts of tens of milliseconds are measured. */
async function accepting(child: ChildProcess, host: string, port: number): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect({ host, port });
      socket.once('connect', () => done(true)).once('error', () => done(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (child.exitCode !== null) throw new Error('a program of the bench ended at its start');
    if (performance.now() > deadline) throw new Error('a program of the bench did not listen in time');
    await delay(1);
  }
}
