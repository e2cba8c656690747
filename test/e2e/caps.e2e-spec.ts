/** R-LIM-13: at the last places a crowd asks at once; exactly the room is filled, everybody else is told limit, use and cap. Counted at the controllers. */
import { UNLIMITED_LICENCES } from '#contracts/control-api';
import { kill } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationResponse } from '#contracts/application-api';
import { eventually } from '#testkit/eventually';
import { adminClient, atEdge, runFile, TestSession, type Answer, type Credentials } from './system.js';
import { controllersSeen, isAlive, sessionBack } from './witness.js';

const SLUG = 'caps';
const CAPS = { sessions: 20, monitors: 30, monitorsPerController: 12 };
const client = () => adminClient();

interface Limited {
  readonly code: string;
  readonly limit: string;
  readonly used: number;
  readonly cap: number;
}

let credentials: Credentials;
let clusterId: string;
const instances: string[] = [];

async function addInstance(name: string): Promise<string> {
  const operation = await client().createInstance(SLUG, { clusterId, name, limits: CAPS });
  const ended = await client().waitOperation(operation.id, { timeoutSeconds: 60 });
  expect(ended).toMatchObject({ state: 'succeeded' });
  await linked(operation.targetId);
  instances.push(operation.targetId);
  return operation.targetId;
}

/** Its links stand, as the controllers see it. */
const linked = (instanceId: string) =>
  eventually(
    async () => {
      const links = (await controllersSeen()).map(({ links }) => links.filter((link) => link.instanceId === instanceId));
      return links.every((own) => own.some(({ state }) => state === 'up')) || undefined;
    },
    { deadlineMs: 40_000, what: 'the links of the instance' },
  );

/** Monitors that stand at the controllers, by controller, for these instances together. */
async function standing(...ids: readonly string[]): Promise<number[]> {
  return (await controllersSeen()).map(({ links }) =>
    links.filter(({ instanceId }) => ids.includes(instanceId)).reduce((sum, link) => sum + link.monitors, 0),
  );
}

beforeAll(async () => {
  const { controllers } = runFile().tenant;
  await client().createTenant({ slug: SLUG, companyName: 'Caps Company', licences: UNLIMITED_LICENCES });
  clusterId = (await client().createCluster(SLUG, { name: 'main' })).id;
  for (const [index, { address }] of controllers.entries())
    await client().createController(SLUG, { clusterId, name: `c${index}`, address, platform: 'virtual', release: '9.4' });
  const application = await client().createApplication(SLUG, { name: 'crowd' });
  credentials = {
    companyName: 'Caps Company',
    applicationName: 'crowd',
    applicationPassword: application.applicationPassword!,
    localPassword: application.localPassword!,
  };
  await addInstance('one');
});
afterAll(async () => {
  const operation = await client().deleteTenant(SLUG);
  await client().waitOperation(operation.id, { timeoutSeconds: 60 });
  await eventually(async () => (await standing(...instances)).every((count) => count === 0) || undefined, {
    deadlineMs: 30_000,
    what: 'nothing of the tenant at any controller',
  });
});

const logIn = () => atEdge<OperationResponse<'login'> & Limited>(SLUG, 'POST', '/v1/sessions', { body: credentials });
const split = <T>(answers: readonly Answer<T>[], good: number) => ({
  admitted: answers.filter(({ status }) => status === good),
  refused: answers.filter(({ status }) => status !== good),
});

async function crowdOfMonitors(asks: readonly { readonly session: TestSession; readonly objectId: number }[]) {
  const answers = await Promise.all(
    asks.map(async ({ session, objectId }) => ({ objectId, ...(await session.ask<Limited>('POST', '/monitors', { objectId })) })),
  );
  return {
    admitted: answers.filter(({ status }) => status === 200).map(({ objectId }) => objectId),
    refused: answers.filter(({ status }) => status !== 200).map(({ body }) => body),
  };
}

async function phonesOf(session: TestSession, count: number): Promise<number[][]> {
  return Promise.all(
    runFile().tenant.controllers.map(({ address, extensions }) =>
      Promise.all(extensions.slice(0, count).map((dn) => session.phone(address, dn))),
    ),
  );
}

describe('caps under concurrency', () => {
  const open: TestSession[] = [];
  const openSession = async () => {
    const session = await TestSession.open(SLUG, credentials);
    open.push(session);
    return session;
  };
  const logOutAll = () => Promise.all(open.splice(0).map((session) => session.ask('DELETE')));

  it('R-LIM-01 R-LIM-13 a hundred log-ins at once for the last ten sessions', async () => {
    await eventually(openSession, { deadlineMs: 30_000, what: 'the route to the new tenant' });
    while (open.length < CAPS.sessions - 10) await openSession();
    const { admitted, refused } = split(await Promise.all(Array.from({ length: 100 }, logIn)), 201);
    expect(admitted).toHaveLength(10);
    expect(new Set(admitted.map(({ body }) => body.sessionId)).size).toBe(10);
    for (const { status, body } of refused)
      expect([status, body]).toMatchObject([429, { code: 'SESSION_LIMIT', limit: 'sessions', used: 20, cap: 20 }]);
    const bodies = admitted.map(({ body }) => body);
    // One goes: one place, whoever asks.
    await open.pop()!.ask('DELETE');
    const again = split(await Promise.all(Array.from({ length: 20 }, logIn)), 201);
    expect(again.admitted).toHaveLength(1);
    for (const { sessionId, token } of [...bodies, again.admitted[0]!.body])
      await atEdge(SLUG, 'DELETE', `/v1/sessions/${sessionId}`, { token });
    await logOutAll();
  });

  it('R-LIM-03 R-LIM-13 the instance’s monitors, and the same count at the controllers after a kill -9 in the middle', async () => {
    const holders = [await openSession(), await openSession()];
    const devices = (await phonesOf(holders[0]!, 10)).flat();
    const asks = holders.flatMap((session) => devices.map((objectId) => ({ session, objectId })));
    const { admitted, refused } = await crowdOfMonitors(asks);
    expect(admitted).toHaveLength(CAPS.monitors);
    expect(refused).toHaveLength(2 * devices.length - CAPS.monitors);
    for (const body of refused) expect(body).toMatchObject({ code: 'MONITOR_LIMIT', limit: 'monitors', used: 30, cap: 30 });
    const distinct = new Set(admitted).size;
    const [id] = instances;
    const total = async () => (await standing(id!)).reduce((sum, count) => sum + count, 0);
    expect(await total()).toBe(distinct);

    const { pid } = (await client().getInstance(SLUG, id!)).status;
    kill(pid!, 'SIGKILL');
    await eventually(() => !isAlive(pid!), { deadlineMs: 10_000, what: 'its end' });
    for (const session of holders) await sessionBack(session);
    await eventually(async () => (await total()) === distinct, {
      deadlineMs: 40_000,
      what: 'as many monitors at the controllers as before',
    });
    const more = await crowdOfMonitors(devices.map((objectId) => ({ session: holders[0]!, objectId })));
    // What it held it holds: asking again is answered the same. There is no place for anything else.
    expect(more.refused.every(({ code }) => code === 'MONITOR_LIMIT')).toBe(true);
    expect(await total()).toBe(distinct);
    await logOutAll();
    await eventually(async () => (await total()) === 0, { deadlineMs: 30_000, what: 'no monitor left at the controllers' });
  });

  it('R-LIM-04 R-LIM-13 one controller’s monitors over two instances', async () => {
    const second = await addInstance('two');
    const slotOf = (session: TestSession) => Math.floor(session.id / 2 ** 43);
    const slots = await Promise.all(instances.map(async (id) => (await client().getInstance(SLUG, id)).slots));
    const sessionAt = (index: number) =>
      eventually(
        async () => {
          const session = await openSession();
          return slots[index]!.includes(slotOf(session)) ? session : undefined;
        },
        { deadlineMs: 30_000, what: `a session at instance ${index}` },
      );
    const pair = [await sessionAt(0), await sessionAt(1)];
    const asks = await Promise.all(
      pair.map(async (session) => (await phonesOf(session, 20))[0]!.map((objectId) => ({ session, objectId }))),
    );
    const { admitted, refused } = await crowdOfMonitors(asks.flat());
    expect(admitted).toHaveLength(2 * CAPS.monitorsPerController);
    expect(refused).toHaveLength(40 - 2 * CAPS.monitorsPerController);
    for (const body of refused)
      expect(body).toMatchObject({ code: 'MONITOR_LIMIT', limit: 'monitorsPerController', used: 12, cap: 12 });
    expect(await standing(instances[0]!, second)).toEqual([24, 0, 0]);
    expect(await standing(second)).toEqual([12, 0, 0]);
    await logOutAll();
    await eventually(async () => (await standing(...instances))[0] === 0, { deadlineMs: 30_000, what: 'no monitor left there' });
  });
});
