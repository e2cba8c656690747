/** R-MON-02: a line appearance is monitored beside the prime line of its set, by a real router, gateway and simulator. Counted at the controller. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import { INSTANCE_LIMITS } from '#domain/limits';
import { sha256Hex } from '#pki/api-keys';
import { eventually } from '#testkit/eventually';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { CREDENTIALS, type Face, PUBLIC_KEY_PEM, RestFace, SoapFace } from './walk/faces.js';
import { World } from './walk/world.js';

/** The prime line and two appearances, and no monitor more. */
const MONITORS_MAX = 3;
const EQUIPMENT = {
  lines: [
    { setDn: '2001', button: 2, dn: '2201', shared: 'key' },
    { setDn: '2001', button: 3, dn: '2202', shared: 'multicall' },
  ],
};

let plant: CallPlant;
beforeAll(async () => {
  const application = {
    id: '00000000-0000-4000-8000-0000000000b1',
    name: CREDENTIALS.applicationName,
    type: 'generic',
    advanced: true,
    allowed: true,
    applicationPasswordSha256: sha256Hex('app'),
    localPasswordSha256: sha256Hex('local'),
    signing: { publicKeyPem: PUBLIC_KEY_PEM, legacy: false },
  } as const;
  const crm = { ...application, id: '00000000-0000-4000-8000-0000000000b2', name: 'crm', advanced: false, signing: undefined };
  plant = await startCallPlant({
    equipment: EQUIPMENT,
    more: { applications: [application, crm], limits: { ...INSTANCE_LIMITS, monitors: MONITORS_MAX } },
  });
}, 60_000);
afterAll(() => plant?.close());

describe('line appearances', () => {
  it.each(['REST', 'SOAP'])('R-MON-02 over %s: each is one more monitor beside the prime line’s, with calls of its own', async (name) => {
    const face: Face = name === 'REST' ? new RestFace(plant.base) : new SoapFace(plant.base);
    const world = new World(plant, face);
    world.sessionId = await face.login();
    const standing = async () =>
      (await plant.witness<{ controllers: { monitors: unknown }[] }>('GET', '/v1/controllers')).body.controllers[0]!.monitors;
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
    const full = await face.call('monitorObject', { sessionId: world.sessionId, ...(await world.device('2002')) });
    expect(full.ok).toBe(false);
    expect(full.text).toContain('MONITOR_LIMIT');
    expect(full.text).toMatch(/monitors:? 3 of 3 in use/);

    // who calls the key line rings there and nowhere else
    await world.ring('2003', '2201');
    const ringing = async () => {
      const page = await face.call(name === 'REST' ? 'getEvents' : 'getEvent', { sessionId: world.sessionId, timeout: 500 });
      return page.text;
    };
    const told: string[] = [];
    await eventually(async () => told.push(await ringing()) > 0 && /CALL_RECEIVED|CallReceived/i.test(told.at(-1)!), {
      what: 'the ringing of the key line',
    });
    const objectIds = name === 'REST' ? ringingAt(told.at(-1)!) : [Number(/objectId="?>?(\d+)/.exec(told.at(-1)!)?.[1])];
    expect(objectIds).toEqual([devices[1]!.objectId]);
    await world.tidy();

    for (const device of devices) await world.ask('stopMonitor', device);
    await eventually(async () => JSON.stringify(await standing()) === JSON.stringify({ total: 0, shared: 0 }), {
      what: 'no monitor at the controller',
    });
    await world.ask('logout');
  });
});

function ringingAt(page: string): number[] {
  const { events } = JSON.parse(page) as { events: ApplicationEvent[] };
  return events.flatMap((event) => (event.category === 'CALL_EVENT' && event.type === 'CALL_RECEIVED' ? [event.objectId] : []));
}
