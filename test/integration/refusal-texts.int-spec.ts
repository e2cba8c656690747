/**
 * R-CLU-06 R-CLU-07 R-LIC-03 R-CC-06 The texts that applications written for the original compare with, to the letter, brought about by a real
 * controller's answers, silence and settings; and the codes of the same over REST.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { textOf } from './northbound/clients.js';
import { APPLICATIONS, type Face, type Members, RestFace, SoapFace } from './walk/faces.js';
import { World } from './walk/world.js';

const DISABLED = 2;
const [FORBIDDEN, SIP] = ['2005', '2012'];
let plant: CallPlant;
const worlds = new Map<string, World>();
beforeAll(async () => {
  plant = await startCallPlant({
    equipment: {
      phones: [
        { dn: FORBIDDEN, monitorable: false },
        { dn: SIP, sip: true },
      ],
    },
    more: {
      applications: APPLICATIONS,
      // of advanced sessions: one monitor in all
      licences: { pools: [{ pool: 'advanced', granted: 1, entitled: 1, full: true }] },
    },
    otherControllers: [
      { icpId: DISABLED, name: 'two', address: '127.0.0.9', port: 5320, enabled: false, release: '9.4', monitorsMax: 100 },
    ],
  });
  const faces: Face[] = [new RestFace(plant.base), new SoapFace(plant.base)];
  for (const face of faces) {
    const world = new World(plant, face);
    world.sessionId = await face.login();
    worlds.set(face.name, world);
  }
}, 60_000);
afterAll(() => plant?.close());

const stalled = async (during: () => Promise<void>): Promise<void> => {
  const faults = `/v1/controllers/${plant.controller}/faults`;
  await plant.witness('POST', faults, { kind: 'stall' });
  try {
    await during();
  } finally {
    await plant.witness('DELETE', faults);
  }
};
async function expectRefusal(face: string, operation: string, members: Members, code: string, text: string): Promise<void> {
  const { sessionId, face: asked } = worlds.get(face)!;
  const answer = await asked.call(operation, { sessionId, ...members });
  expect(answer.ok, answer.text).toBe(false);
  if (face === 'REST') expect(answer.code, answer.text).toBe(code);
  else expect(textOf(answer.text, 'errorDescription')).toBe(text);
}

describe.each(['REST', 'SOAP'])('refusals to the letter over %s', (face) => {
  const world = () => worlds.get(face)!;

  it('R-CLU-07 a device whose class of service forbids it, and one of a disabled controller: PRIVILEGE_VIOLATION', async () => {
    const forbidden = await world().device(FORBIDDEN!);
    await expectRefusal(face, 'monitorObject', forbidden, 'PRIVILEGE_VIOLATION', 'PRIVILEGE_VIOLATION');
    const { monitored } = await world().look();
    expect(monitored.calls, 'nothing was set').toEqual([]);
    const elsewhere = { objectId: forbidden.objectId + 2 ** 32 };
    await expectRefusal(face, 'monitorObject', elsewhere, 'PRIVILEGE_VIOLATION', 'PRIVILEGE_VIOLATION');
    await expectRefusal(
      face,
      'getPhoneNumberId',
      { icpId: DISABLED, primeDn: '3001' },
      'PRIVILEGE_VIOLATION',
      'PRIVILEGE_VIOLATION',
    );
  });

  it('R-CLU-06 a command that the controller does not answer in time: MCD_TIMEOUT_ERROR', async () => {
    const device = await world().device('2001');
    await stalled(() =>
      expectRefusal(face, 'makeCall', { ...device, number: '2002' }, 'CONTROLLER_TIMEOUT', 'MCD_TIMEOUT_ERROR'),
    );
    await world().tidy();
  });

  it('R-LIC-03 the monitor beyond the licences: No license available.', async () => {
    const [first, second] = [await world().device('2001'), await world().device('2002')];
    await world().ask('monitorObject', first);
    await expectRefusal(face, 'monitorObject', second, 'NO_LICENSE', 'No license available.');
    await world().ask('stopMonitor', first);
    await world().ask('monitorObject', second);
    await world().ask('stopMonitor', second);
  });

  it('R-CC-06 what a SIP device cannot do: Feature not allowed; no event in time: Timeout no event message available.', async () => {
    await world().ring('2003', SIP!);
    await expectRefusal(face, 'camponCall', await world().callAt(SIP!), 'FEATURE_NOT_ALLOWED', 'Feature not allowed');
    await world().tidy();
    if (face === 'REST') return;
    // what there is to be told comes first
    while ((await world().face.call('getEvent', { sessionId: world().sessionId, timeout: 0 })).ok);
    await expectRefusal(face, 'getEvent', { timeout: 50 }, '', 'Timeout no event message available.');
  });
});
