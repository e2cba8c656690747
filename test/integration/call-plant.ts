/** A real router, a real gateway and the simulator, one of each, in this process: what an application sees of a tenant. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { callManagerSimSettings } from '#config/settings';
import type { AccessDocument } from '#contracts/gateway-admin';
import { ensureCertificate } from '#pki/authority';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { ask, routerSurroundings, type RouterSurroundings } from '#testkit/routed-instances';
import type { InstanceLog } from '../../apps/gateway/src/instance-log.js';
import { startSimulator } from '../../apps/call-manager-sim/src/simulator.js';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import { CREDENTIALS, runInstance } from './running-instance.js';

const ADMIN_KEY = 'a-key-of-this-test-only';

export interface CallPlant {
  readonly around: RouterSurroundings;
  readonly router: RunningRouter;
  /** Address of the one controller, whose id is 1; plain phones 2001 to 2010. */
  readonly controller: string;
  /** Of the tenant over HTTP, without a slash at the end. */
  readonly base: string;
  /** The simulator's admin interface: what an outside witness sees, and the hands of users. */
  witness<T>(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly body: T }>;
  /** The instance gets its next access document, with these applications alone. */
  allowOnly(applications: AccessDocument['applications']): Promise<void>;
  /** The instance stops in order; the router goes on. */
  stopInstance(): Promise<void>;
  close(): Promise<void>;
}

export async function startCallPlant({
  equipment,
  settings = {},
  release = '9.4',
  more = {},
  otherControllers = [],
  log,
}: {
  /** Of the controller, beside its plain phones. */
  readonly equipment?: object;
  /** What the simulator's settings have of the controller otherwise. */
  readonly settings?: object;
  readonly release?: string;
  /** What the access document has otherwise. */
  readonly more?: Partial<AccessDocument>;
  /** In the document beside the simulated one. */
  readonly otherControllers?: AccessDocument['controllers'];
  /** Of the instance; default: none. */
  readonly log?: InstanceLog;
} = {}): Promise<CallPlant> {
  const tenantId = randomUUID();
  const [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  const controller = block.address(101);
  const files = await ensureCertificate(around.authority, around.dir, 'controller', {
    commonName: `controller:${controller}`,
    ipAddresses: [controller],
  });
  const equipmentFile = join(around.dir, 'equipment.json');
  await writeFile(equipmentFile, JSON.stringify({ controllers: [equipment ?? {}] }));
  const simulator = await startSimulator(
    callManagerSimSettings.parse({
      instanceCaFile: around.authority.certFile,
      admin: { host: block.address(100), port: 8475, key: ADMIN_KEY },
      heartbeatMs: 1000,
      controllers: [{ name: 'one', address: controller, ...files, release, extensions: { from: 2001, count: 10 }, ...settings }],
      equipmentFile,
      logLevel: 'error',
    }),
  );
  const started = await runInstance(around, {
    tenantId,
    address: block.address(1),
    slots: [0, 1],
    sessions: 100,
    controllers: [
      { icpId: 1, name: 'one', address: controller, port: 5320, enabled: true, release, monitorsMax: 100 },
      ...otherControllers,
    ],
    more,
    ...(log === undefined ? {} : { log }),
  });
  const router = await startRouter(await around.settings(), createLogger('router', 'silent'));
  const tenants = [{ tenantId, slug: 'acme', status: 'active', instances: [started.line] }];
  const put = await ask(router.adminPort, {
    method: 'PUT',
    path: '/v1/routing-table',
    body: JSON.stringify({ schema: 1, version: 1, issuedAt: new Date().toISOString(), tenants }),
    headers: { 'content-type': 'application/json' },
    tls: await around.client('orchestrator'),
  });
  if (put.status !== 200) throw new Error(`the routing table was answered ${put.status}: ${put.body}`);
  await eventually(() => connected(router, controller), { what: 'the controller to be connected' });
  return {
    around,
    router,
    controller,
    base: `http://127.0.0.1:${router.httpPort}/t/acme`,
    witness: (method, path, body) => witness(simulator.adminBase, method, path, body),
    allowOnly: async (applications) => {
      const { privateKeyPem } = await ensureDocumentKey(around.dir);
      const body = JSON.stringify(signDocument({ ...started.document, serial: 2, applications }, privateKeyPem));
      const taken = await ask(started.incarnation.ports.admin, {
        method: 'PUT',
        path: '/v1/access-document',
        body,
        headers: { 'content-type': 'application/json' },
        tls: { ...(await around.client('worker')), host: block.address(1) },
      });
      if (taken.status !== 200) throw new Error(`the access document was answered ${taken.status}: ${taken.body}`);
    },
    stopInstance: () => started.incarnation.stop(),
    close: async () => {
      await router.close();
      await started.incarnation.stop();
      await simulator.close();
      await around.remove();
      await block.release();
    },
  };
}

/** Asked by an application of its own. */
async function connected({ httpPort }: RunningRouter, controller: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const login = await ask(httpPort, { method: 'POST', path: '/t/acme/v1/sessions', headers, body: JSON.stringify(CREDENTIALS) });
  const { sessionId, token } = JSON.parse(login.body) as { sessionId: number; token: string };
  const mine = { authorization: `Bearer ${token}` };
  const session = `/t/acme/v1/sessions/${sessionId}`;
  const found = await ask(httpPort, { path: `${session}/controllers?icpIpAddress=${controller}`, headers: mine });
  await ask(httpPort, { method: 'DELETE', path: session, headers: mine });
  return (JSON.parse(found.body) as { connectionState: string }).connectionState === 'CONNECTED';
}

function witness<T>(base: string, method: string, path: string, body?: object): Promise<{ status: number; body: T }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${ADMIN_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = request(base + path, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as T }),
      );
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
