/**
 * R-RES-01 to R-RES-04: an application follows resilient phones, a hot desk user and an agent over the death and the return of their controller,
 * through a real router, a real gateway and two controllers of the simulator over TLS.
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callManagerSimSettings } from '#config/settings';
import type { ApplicationEvent } from '#contracts/application-api';
import { ensureCertificate } from '#pki/authority';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { ask, routerSurroundings, type RouterSurroundings } from '#testkit/routed-instances';
import { type RunningSimulator, startSimulator } from '../../apps/call-manager-sim/src/simulator.js';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import { CREDENTIALS, runInstance, type RunningInstance } from './running-instance.js';

const TENANT = randomUUID();
const ADMIN_KEY = 'a-key-of-this-test-only';
const EQUIPMENT = {
  controllers: [
    {
      phones: [
        { dn: '2001', name: 'Anna', secondary: 1 },
        { dn: '2002', name: 'Bert', secondary: 1, hotDesk: true },
        { dn: '2003', name: 'Carl', secondary: 1, hotDesk: true },
        { dn: '2004', name: 'Dora', secondary: 1 },
      ],
      users: [{ dn: '2070', name: 'Eva', secondary: 1 }],
      agents: [{ dn: '2075', name: 'Gerd', agentId: 'A1', secondary: 1 }],
      lines: [{ setDn: '2001', button: 2, dn: '2090', shared: 'key' }],
    },
    {},
  ],
};

let around: RouterSurroundings;
let block: LoopbackBlock;
let simulator: RunningSimulator;
let instance: RunningInstance;
let router: RunningRouter;
let version = 0;
const address = (controller: number) => block.address(100 + controller);
const json = { 'content-type': 'application/json' };

async function route(line: RunningInstance['line']): Promise<void> {
  version += 1;
  const tenants = [{ tenantId: TENANT, slug: 'acme', status: 'active', instances: [line] }];
  const table = { schema: 1, version, issuedAt: new Date().toISOString(), tenants };
  const tls = await around.client('orchestrator');
  const put = await ask(router.adminPort, {
    method: 'PUT',
    path: '/v1/routing-table',
    body: JSON.stringify(table),
    headers: json,
    tls,
  });
  expect(put.status).toBe(200);
}

beforeAll(async () => {
  [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  const controllers = await Promise.all(
    [1, 2].map(async (number) => ({
      name: `controller ${number}`,
      address: address(number),
      ...(await ensureCertificate(around.authority, around.dir, `controller-${number}`, {
        commonName: `controller:${address(number)}`,
        ipAddresses: [address(number)],
      })),
      extensions: { from: 1001 + 1000 * number, count: 10 },
    })),
  );
  const equipmentFile = join(around.dir, 'equipment.json');
  await writeFile(equipmentFile, JSON.stringify(EQUIPMENT));
  simulator = await startSimulator(
    callManagerSimSettings.parse({
      instanceCaFile: around.authority.certFile,
      admin: { host: block.address(100), port: 0, key: ADMIN_KEY },
      heartbeatMs: 1000,
      controllers,
      equipmentFile,
      logLevel: 'error',
    }),
  );
  instance = await runInstance(around, {
    tenantId: TENANT,
    address: block.address(1),
    slots: [0, 1],
    sessions: 10,
    controllers: [1, 2].map((icpId) => {
      const more = { port: 5320, enabled: true, release: '9.4', monitorsMax: 100 };
      return { icpId, name: `controller ${icpId}`, address: address(icpId), ...more };
    }),
  });
  router = await startRouter(await around.settings(), createLogger('router', 'silent'));
  await route(instance.line);
}, 60_000);
afterAll(async () => {
  await router?.close();
  await instance?.incarnation.stop();
  await simulator?.close();
  await around?.remove();
  await block?.release();
});

/** One session, with what it has read of its events so far. */
class Application {
  readonly events: ApplicationEvent[] = [];
  private cursor = '';
  private constructor(
    private readonly path: string,
    private readonly token: string,
  ) {}

  static async logIn(): Promise<Application> {
    const answer = await ask(router.httpPort, {
      method: 'POST',
      path: '/t/acme/v1/sessions',
      headers: json,
      body: JSON.stringify(CREDENTIALS),
    });
    const { sessionId, token } = JSON.parse(answer.body) as { sessionId: number; token: string };
    return new Application(`/t/acme/v1/sessions/${sessionId}`, token);
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await ask(router.httpPort, {
      method,
      path: `${this.path}${path}`,
      headers: { authorization: `Bearer ${this.token}`, ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body === '' ? '{}' : answer.body) as T;
  }

  async monitor(path: string, icpId = 1): Promise<number> {
    const { objectId } = await this.call<{ objectId: number }>('GET', `/controllers/${icpId}/${path}`);
    await this.call('POST', '/monitors', { objectId });
    return objectId;
  }

  /** Long polls until the events of the device are told so far, each once and in order. */
  async until(what: string, isThere: (event: ApplicationEvent) => boolean): Promise<ApplicationEvent> {
    return await eventually(
      async () => {
        const after = this.cursor === '' ? '' : `&after=${this.cursor}`;
        const page = await this.call<{ events: ApplicationEvent[]; cursor: string }>('GET', `/events?waitMs=500${after}`);
        this.cursor = page.cursor;
        this.events.push(...page.events);
        return this.events.findLast(isThere);
      },
      { what },
    );
  }

  /** Type, and for resilience the cause, with an apostrophe where the secondary controller told it. */
  told(objectId: number): string[] {
    return this.events.flatMap((event) => {
      if (event.category !== 'CALL_EVENT' || event.objectId !== objectId) return [];
      return [`${event.type === 'RESILIENT_DEVICE' ? event.cause : event.type}${event.icpRole === 'secondary' ? "'" : ''}`];
    });
  }
}

async function admin<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${simulator.adminBase}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text === '' ? '{}' : text) as T;
}
const hand = (dn: string, key: string, body?: unknown) => admin('POST', `/v1/phones/${dn}/${key}`, body);
const restart = (controller: number, downMs: number) =>
  admin('POST', `/v1/controllers/${address(controller)}/faults`, { kind: 'restart', downMs });

interface View {
  readonly links: readonly { readonly state: string }[];
  readonly monitors: { readonly total: number; readonly shared: number };
  readonly counters: { readonly startMonitorPerSecondMax: number };
}
const views = async () => (await admin<{ controllers: View[] }>('GET', '/v1/controllers')).controllers;
const standing = async () => (await views()).map(({ monitors }) => [monitors.total, monitors.shared]);
const stands = (counts: readonly number[]) =>
  eventually(async () => JSON.stringify(await standing()) === JSON.stringify(counts.map((count) => [count, count])), {
    what: `${counts.join(' and ')} monitors at the controllers`,
  });
const linked = () =>
  eventually(async () => (await views()).every(({ links }) => links.some(({ state }) => state === 'up')), {
    what: 'both links to stand',
  });
const isType = (objectId: number, type: string) => (event: ApplicationEvent) =>
  event.category === 'CALL_EVENT' && event.objectId === objectId && event.type === type;
const isCause = (objectId: number, cause: string) => (event: ApplicationEvent) =>
  event.category === 'CALL_EVENT' && event.objectId === objectId && event.cause === cause;
const movedTo = (objectId: number, icpId: number) => (event: ApplicationEvent) =>
  isCause(objectId, 'RESILIENT_INFO_UPDATE')(event) && event.category === 'CALL_EVENT' && event.icpId === icpId;

describe('resilient phones, users and agents', () => {
  it('R-RES-01, R-RES-03 are followed: in a call when the controller goes, over at the other one, back when idle; each event once, in order', async () => {
    await linked();
    await hand('2002', 'hot-desk-log-in', { number: '2070' });
    await hand('2003', 'agent-log-in', { number: '2075' });
    const app = await Application.logIn();
    const [phone, user, agent] = [
      await app.monitor('phones/2001'),
      await app.monitor('phones/2070'),
      await app.monitor('phones/2075'),
    ];
    const line = await app.monitor('phones/2001/lines/2');
    const plain = await app.monitor('phones/2009');
    for (const objectId of [phone, user, agent])
      await app.until('the secondary monitor', isCause(objectId, 'SECONDARY_MONITOR_SET'));
    await stands([5, 3]);
    for (const objectId of [line, plain])
      expect(await app.call('GET', `/devices/${objectId}/resilience`)).toMatchObject({ isResilient: false, activeIcpId: 1 });

    await hand('3001', 'call', { number: '2001' });
    await hand('2001', 'answer');
    await app.until('the call to be answered', isType(phone, 'CALL_ESTABLISHED'));
    await restart(1, 600_000);
    // who is in no call goes at once; who is stays, though nobody sees the call any more
    for (const objectId of [user, agent]) await app.until('the move', movedTo(objectId, 2));
    await app.until('the link to be told', ({ type }) => type === 'ICP_COMMUNICATION_EVENT');
    const between = await app.call('GET', `/devices/${phone}/resilience`);
    expect(between).toMatchObject({ isResilient: true, secondaryIcpId: 2, activeIcpId: 1, callStatePrimary: 'UNAVAILABLE' });
    expect(app.told(phone).at(-1)).toBe('CALL_ESTABLISHED');
    await hand('2001', 'clear');
    await app.until('the move when the call has ended', movedTo(phone, 2));
    await app.until('the end of the call', isType(phone, 'CALL_CLEAR'));

    const { localCallId } = await app.call<{ localCallId: number }>('POST', `/devices/${phone}/calls`, { number: '3002' });
    await hand('3002', 'answer');
    await app.until('the call at the secondary controller', (event) => isCause(phone, 'ANSWERED')(event));
    await hand('3003', 'call', { number: '2070' });
    await app.until('a call to the user', isType(user, 'CALL_RECEIVED'));
    await hand('3004', 'call', { number: '2075' });
    await app.until('a call to the agent', isType(agent, 'CALL_RECEIVED'));
    expect(await app.call('GET', `/devices/${phone}/resilience`)).toMatchObject({
      activeIcpId: 2,
      callStateSecondary: 'ESTABLISHED',
    });
    await hand('3003', 'clear');
    await hand('3004', 'clear');

    await restart(1, 1);
    await stands([5, 3]);
    expect(app.told(phone).filter((told) => told.startsWith('RESILIENT_INFO_UPDATE'))).toHaveLength(1);
    await app.call('POST', `/devices/${phone}/calls/${localCallId}/clear`);
    for (const objectId of [phone, user, agent]) await app.until('the way back', movedTo(objectId, 1));
    await hand('3001', 'call', { number: '2001' });
    await app.until('a call at the primary controller', isType(phone, 'CALL_RECEIVED'));
    await hand('3001', 'clear');
    await app.until(
      'its end',
      (event) => isCause(phone, 'CLEARED')(event) && event.category === 'CALL_EVENT' && event.icpId === 1,
    );

    expect(app.told(phone)).toEqual([
      ...['MONITOR_SET', "SECONDARY_MONITOR_SET'", 'CALL_RECEIVED', 'CALL_ESTABLISHED'],
      ...["RESILIENT_INFO_UPDATE'", 'CALL_CLEAR', "CALL_ORIGINATED'", "CALL_DELIVERED'", "CALL_ESTABLISHED'"],
      ...['MONITOR_SET', "CALL_CLEAR'", 'RESILIENT_INFO_UPDATE', 'CALL_RECEIVED', 'CALL_CLEAR'],
    ]);
    for (const objectId of [user, agent]) {
      const told = app.told(objectId).filter((word) => word !== 'MONITOR_SET');
      const calls = ["CALL_RECEIVED'", "CALL_CLEAR'"];
      expect(told).toEqual(["SECONDARY_MONITOR_SET'", "RESILIENT_INFO_UPDATE'", ...calls, 'RESILIENT_INFO_UPDATE']);
    }
    expect(new Set(app.events.map(({ eventId }) => eventId)).size).toBe(app.events.length);
    expect(app.events.map(({ seq }) => seq)).toEqual(app.events.map((_, at) => at + 1));
    for (const { counters } of await views()) expect(counters.startMonitorPerSecondMax).toBeLessThanOrEqual(20);
  }, 60_000);

  it('R-RES-01, R-RES-03 a phone found at its secondary controller is followed all the same, and is one with the phone found at its primary one', async () => {
    const [there, here] = [await Application.logIn(), await Application.logIn()];
    const otherId = await there.monitor('phones/2004', 2);
    await there.until('the primary controller to confirm it', isCause(otherId, 'SECONDARY_MONITOR_SET'));
    await stands([6, 4]);
    const objectId = await here.monitor('phones/2004');
    expect(objectId).not.toBe(otherId);
    await stands([6, 4]);
    expect(await there.call('GET', `/devices/${otherId}/resilience`)).toMatchObject({
      followed: true,
      primaryIcpId: 1,
      activeIcpId: 1,
    });

    await hand('3001', 'call', { number: '2004' });
    await hand('2004', 'answer');
    await there.until('the call to be answered', isType(otherId, 'CALL_ESTABLISHED'));
    await restart(1, 600_000);
    await there.until('the link to be told', ({ type }) => type === 'ICP_COMMUNICATION_EVENT');
    await hand('2004', 'clear');
    await there.until('the move when the call has ended', movedTo(otherId, 2));
    const { localCallId } = await there.call<{ localCallId: number }>('POST', `/devices/${otherId}/calls`, { number: '3002' });
    await hand('3002', 'answer');
    await there.until('the call at the secondary controller', isCause(otherId, 'ANSWERED'));
    await restart(1, 1);
    await stands([6, 4]);
    await there.call('POST', `/devices/${otherId}/calls/${localCallId}/clear`);
    await there.until('the way back', movedTo(otherId, 1));
    await here.until('the way back', movedTo(objectId, 1));

    const told = ['CALL_RECEIVED', 'CALL_ESTABLISHED', "RESILIENT_INFO_UPDATE'", 'CALL_CLEAR', "CALL_ORIGINATED'"];
    const back = ["CALL_DELIVERED'", "CALL_ESTABLISHED'", 'MONITOR_SET', "CALL_CLEAR'", 'RESILIENT_INFO_UPDATE'];
    expect(there.told(otherId)).toEqual(['MONITOR_SET', "SECONDARY_MONITOR_SET'", ...told, ...back]);
    expect(here.told(objectId)).toEqual(['MONITOR_SET', ...told, ...back]);
    expect([there.told(objectId), here.told(otherId)], 'each by its own id alone').toEqual([[], []]);
    for (const { events } of [there, here]) expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
    for (const app of [there, here]) await app.call('DELETE', '');
    await stands([5, 3]);
  }, 60_000);

  it('R-RES-02 the next incarnation knows the secondary controllers from its journal, and sets the monitors there without the primary', async () => {
    await restart(1, 600_000);
    await instance.incarnation.stop();
    await stands([0, 0]);
    instance = { ...instance, ...(await instance.startAgain()) };
    await route(instance.line);
    await stands([0, 3]);
    await restart(1, 1);
    await stands([5, 3]);
    for (const { counters } of await views()) expect(counters.startMonitorPerSecondMax).toBeLessThanOrEqual(20);
  }, 60_000);
});
