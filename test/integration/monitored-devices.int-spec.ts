/**
 * R-MON-02, R-MON-05, R-LIM-09: line appearances beside the prime line of their set, and users and agents wherever they are logged in, monitored by a
 * real router, gateway and simulator. Counted at the controller.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import { INSTANCE_LIMITS } from '#domain/limits';
import { eventually } from '#testkit/eventually';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { attributeOf } from './northbound/clients.js';
import { APPLICATIONS, type Face, RestFace, SoapFace } from './walk/faces.js';
import { World } from './walk/world.js';

/** The prime line and two appearances, and no monitor more. */
const MONITORS_MAX = 3;
const USERS_MAX = 2;
const EQUIPMENT = {
  phones: [{ dn: '2011', hotDesk: true }],
  users: [{ dn: '2101', pin: '4711' }],
  externalUsers: [{ dn: '2102', pin: '4713', responseMs: 1 }],
  agents: [{ dn: '2110', agentId: 'A1', pin: '4714' }],
  lines: [
    { setDn: '2001', button: 2, dn: '2201', shared: 'key' },
    { setDn: '2001', button: 3, dn: '2202', shared: 'multicall' },
  ],
};

let plant: CallPlant;
beforeAll(async () => {
  plant = await startCallPlant({
    equipment: EQUIPMENT,
    more: { applications: APPLICATIONS, limits: { ...INSTANCE_LIMITS, monitors: MONITORS_MAX, hotDeskUsers: USERS_MAX } },
  });
}, 60_000);
afterAll(() => plant?.close());

const standing = async () =>
  (await plant.witness<{ controllers: { monitors: unknown }[] }>('GET', '/v1/controllers')).body.controllers[0]!.monitors;
const noneStands = () =>
  eventually(async () => JSON.stringify(await standing()) === JSON.stringify({ total: 0, shared: 0 }), {
    what: 'no monitor at the controller',
  });

async function worldOf(name: string): Promise<World> {
  const face: Face = name === 'REST' ? new RestFace(plant.base) : new SoapFace(plant.base);
  const world = new World(plant, face);
  world.sessionId = await face.login();
  return world;
}

/** Ids of the devices that were told to ring, until one was. */
async function ringing({ face, sessionId }: World): Promise<number[]> {
  return eventually(
    async () => {
      const { text } = await face.call('getEvent', { sessionId, timeout: 500 });
      const found =
        face.name === 'REST' ? ringingAt(text) : /type>CALL_RECEIVED</.test(text) ? [Number(attributeOf(text, 'objectId'))] : [];
      return found.length > 0 ? found : undefined;
    },
    { what: 'something to ring' },
  );
}

function ringingAt(page: string): number[] {
  const { events } = JSON.parse(page) as { events: ApplicationEvent[] };
  return events.flatMap((event) => (event.category === 'CALL_EVENT' && event.type === 'CALL_RECEIVED' ? [event.objectId] : []));
}

describe('line appearances', () => {
  it.each(['REST', 'SOAP'])(
    'R-MON-02 over %s: each is one more monitor beside the prime line’s, with calls of its own',
    async (name) => {
      const world = await worldOf(name);
      const devices = [
        await world.device('2001'),
        { objectId: await world.id('getLineAppearanceId', { primeDn: '2001', buttonNum: 2 }) },
        { objectId: await world.id('getLineAppearanceId', { primeDn: '2001', buttonNum: 3 }) },
      ];
      expect(new Set(devices.map(({ objectId }) => objectId)).size).toBe(3);
      for (const [index, device] of devices.entries()) {
        await world.ask('monitorObject', device);
        expect(await standing()).toEqual({ total: index + 1, shared: index + 1 });
      }
      // each counts as one of the instance
      const full = await world.face.call('monitorObject', { sessionId: world.sessionId, ...(await world.device('2002')) });
      expect(full.ok).toBe(false);
      expect(full.text).toContain('MONITOR_LIMIT');
      expect(full.text).toMatch(/monitors:? 3 of 3 in use/);

      // who calls the key line rings there and nowhere else
      await world.ring('2003', '2201');
      expect(await ringing(world)).toEqual([devices[1]!.objectId]);
      await world.tidy();

      for (const device of devices) await world.ask('stopMonitor', device);
      await noneStands();
      await world.ask('logout');
    },
  );
});

describe('users and agents', () => {
  const hand = (dn: string, key: string, more: object) => (world: World) => world.hand(dn, key, more);
  const outside = async (world: World): Promise<void> => {
    await world.ask('loginExtHotDeskUser', { ...(await world.device('2102')), pin: '4713' });
  };
  const byHand = (world: World, number: string) => world.ring('2003', number);
  const byApplication = async (world: World, number: string) =>
    void (await world.ask('makeCall', { ...(await world.device('2003')), number }));
  // an external user is found after a while: nothing else happens at the controller meanwhile
  it.each([
    ['REST', 'a hot desk user', '2101', hand('2011', 'hot-desk-log-in', { number: '2101', text: '4711' }), byHand],
    ['SOAP', 'a hot desk agent', '2110', hand('2011', 'agent-log-in', { number: '2110', text: '4714' }), byApplication],
    ['REST', 'an external hot desk user', '2102', outside, byHand],
    ['SOAP', 'an external hot desk user', '2102', outside, byApplication],
  ])(
    'R-MON-05 R-CC-07 over %s: %s is monitored by number before the log-in, and rings after it',
    async (name, _who, dn, logIn, call) => {
      const world = await worldOf(name);
      const device = await world.device(dn);
      await world.ask('monitorObject', device);
      expect(await standing()).toEqual({ total: 1, shared: 1 });
      await logIn(world);
      await call(world, dn);
      expect(await ringing(world)).toEqual([device.objectId]);
      await world.tidy();
      await plant.witness('POST', `/v1/phones/${dn}/external-log-out`, {});
      await world.ask('stopMonitor', device);
      await noneStands();
      await world.ask('logout');
    },
  );

  it('R-LIM-09 R-LIM-13 count among the users of the instance, as a set where they log in does not', async () => {
    const world = await worldOf('REST');
    const monitor = async (dn: string) =>
      world.face.call('monitorObject', { sessionId: world.sessionId, ...(await world.device(dn)) });
    for (const dn of ['2101', '2110']) expect((await monitor(dn)).ok).toBe(true);
    const full = await eventually(
      async () => {
        const { ok, text } = await monitor('2102');
        expect(ok).toBe(false);
        return text.includes('MONITOR_LIMIT') ? text : undefined;
      },
      { what: 'both to be known as users' },
    );
    expect(JSON.parse(full)).toMatchObject({ limit: 'hotDeskUsers', used: USERS_MAX, cap: USERS_MAX });
    expect((await monitor('2011')).ok, 'a set where users log in').toBe(true);
    expect(await standing()).toEqual({ total: 3, shared: 3 });
    await world.ask('logout');
    await noneStands();
  });
});
