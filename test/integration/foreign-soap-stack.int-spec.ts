/**
 * R-SES-05 An application on a SOAP stack of another language (Python's zeep) knows only our WSDL: it logs in, finds its way, and follows a call
 * through a real router, a real gateway and the simulator.
 */
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callManagerSimSettings } from '#config/settings';
import { ensureCertificate } from '#pki/authority';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { ask, routerSurroundings, type RouterSurroundings } from '#testkit/routed-instances';
import { type RunningSimulator, startSimulator } from '../../apps/call-manager-sim/src/simulator.js';
import type { Incarnation } from '../../apps/gateway/src/incarnation.js';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import { CREDENTIALS, runInstance } from './running-instance.js';

const TENANT = randomUUID();
/** Debian's own interpreter is the one that its packages are for. */
const PYTHON = '/usr/bin/python3';
const PROGRAM = fileURLToPath(new URL('../fixtures/soap/seven-events.py', import.meta.url));
const hasZeep = spawnSync(PYTHON, ['-c', 'import zeep']).status === 0;
const run = promisify(execFile);

let around: RouterSurroundings;
let block: LoopbackBlock;
let simulator: RunningSimulator;
let instance: Incarnation;
let router: RunningRouter;
let controller: string;

async function startAll(): Promise<void> {
  [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  controller = block.address(101);
  const files = await ensureCertificate(around.authority, around.dir, 'controller', {
    commonName: `controller:${controller}`,
    ipAddresses: [controller],
  });
  simulator = await startSimulator(
    callManagerSimSettings.parse({
      instanceCaFile: around.authority.certFile,
      admin: { host: block.address(100), port: 8475, key: 'a-key-of-this-test-only' },
      heartbeatMs: 1000,
      controllers: [{ name: 'one', address: controller, ...files, extensions: { from: 2001, count: 10 } }],
      logLevel: 'error',
    }),
  );
  const started = await runInstance(around, {
    tenantId: TENANT,
    address: block.address(1),
    slots: [0, 1],
    sessions: 10,
    controllers: [{ icpId: 1, name: 'one', address: controller, port: 5320, enabled: true, release: '9.4', monitorsMax: 100 }],
  });
  instance = started.incarnation;
  router = await startRouter(await around.settings(), createLogger('router', 'silent'));
  const tenants = [{ tenantId: TENANT, slug: 'acme', status: 'active', instances: [started.line] }];
  const put = await ask(router.adminPort, {
    method: 'PUT',
    path: '/v1/routing-table',
    body: JSON.stringify({ schema: 1, version: 1, issuedAt: new Date().toISOString(), tenants }),
    headers: { 'content-type': 'application/json' },
    tls: await around.client('orchestrator'),
  });
  expect(put.status).toBe(200);
  await eventually(connected, { what: 'the controller to be connected' });
}

/** Asked by an application of its own. */
async function connected(): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const login = await ask(router.httpPort, {
    method: 'POST',
    path: '/t/acme/v1/sessions',
    headers,
    body: JSON.stringify(CREDENTIALS),
  });
  const { sessionId, token } = JSON.parse(login.body) as { sessionId: number; token: string };
  const mine = { authorization: `Bearer ${token}` };
  const session = `/t/acme/v1/sessions/${sessionId}`;
  const found = await ask(router.httpPort, { path: `${session}/controllers?icpIpAddress=${controller}`, headers: mine });
  await ask(router.httpPort, { method: 'DELETE', path: session, headers: mine });
  return (JSON.parse(found.body) as { connectionState: string }).connectionState === 'CONNECTED';
}

describe('R-SES-05 a SOAP stack of another language', () => {
  beforeAll(() => (hasZeep ? startAll() : undefined), 60_000);
  afterAll(async () => {
    await router?.close();
    await instance?.stop();
    await simulator?.close();
    await around?.remove();
    await block?.release();
  });

  for (const scheme of ['http', 'https'] as const) {
    it(`R-CC-02 follows the seven events of a call over ${scheme}`, async (context) => {
      if (!hasZeep) context.skip('Debian’s Python has no zeep (apt-get install python3-zeep)');
      const port = scheme === 'http' ? router.httpPort : router.httpsPort;
      const trusted = scheme === 'http' ? [] : [around.authority.certFile];
      const base = `${scheme}://localhost:${port}/t/acme/axis2/services/`;
      const { stdout } = await run(PYTHON, [PROGRAM, base, controller, '2001', '2002', ...trusted], { timeout: 60_000 });
      const told = JSON.parse(stdout) as { events: readonly (readonly string[])[] };
      const of = (who: string) => told.events.filter(([name]) => name === who).map(([, type, cause]) => `${type} ${cause}`);
      expect(of('caller').map((line) => line.split(' ')[0])).toEqual([
        'CALL_ORIGINATED',
        'CALL_DELIVERED',
        'CALL_ESTABLISHED',
        'CALL_CLEAR',
      ]);
      expect(of('caller').at(-1)).toBe('CALL_CLEAR CLEARED');
      expect(of('called').map((line) => line.split(' ')[0])).toEqual(['CALL_RECEIVED', 'CALL_ESTABLISHED', 'CALL_CLEAR']);
      expect(of('called').at(-1)).toBe('CALL_CLEAR CLEAR_INVOKED');
      expect(told).toMatchObject({
        wrongLogIn: [false, 'LOGIN_REFUSED: company, application or one of the passwords is wrong'],
        controller: ['CONNECTED', true],
        refused: false,
        caller: ['2001'],
        nothing: 'Timeout no event message available.',
        controllers: [{ icpId: '1', address: controller, name: 'one' }],
        others: 0,
        left: true,
      });
    }, 90_000);
  }
});
