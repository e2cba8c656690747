/** R-SES-02: a controller tells which models its phones are; what the compatibility table restricts is refused, over both faces. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { APPLICATIONS, type Face, RestFace, SoapFace } from './walk/faces.js';

const MODELS = { '2001': '6905', '2002': '6920', '2003': 'ANALOGUE' };
const WITHOUT = '2004';
let plant: CallPlant;
beforeAll(async () => {
  const phones = Object.entries(MODELS).map(([dn, model]) => ({ dn, model }));
  plant = await startCallPlant({ release: '9.0 SP2', equipment: { phones }, more: { applications: APPLICATIONS } });
}, 60_000);
afterAll(() => plant?.close());

describe.each(['REST', 'SOAP'])('over %s', (name) => {
  const open = async () => {
    const face: Face = name === 'REST' ? new RestFace(plant.base) : new SoapFace(plant.base);
    const sessionId = await face.login();
    const ask = (operation: string, members: object) => face.call(operation, { sessionId, ...members });
    const device = async (dn: string) => {
      const { text } = await ask('getPhoneNumberId', { icpId: 1, primeDn: dn });
      return Number(/objectId"?[=:] ?"?(\d+)/.exec(text)?.[1]);
    };
    // models are known once the directory has been read
    await eventually(async () => (await ask('getAllTuples', { deiId: 2 })).text.includes('2010'), { what: 'the directory' });
    return { ask, device };
  };

  it('R-SES-02 monitors and commands of a family the release does not support are refused, both versions named', async () => {
    const { ask, device } = await open();
    const objectId = await device('2001');
    for (const [operation, members] of [
      ['monitorObject', { objectId }],
      ['makeCall', { objectId, number: '2002' }],
    ] as const) {
      const { ok, text } = await ask(operation, members);
      expect([operation, ok], text).toEqual([operation, false]);
      expect(text).toMatch(
        /model 6905 needs gateway 4\.1 SP3 and a controller of release 9\.0 SP3.*gateway 4\.1 SP5.*release 9\.0 SP2/,
      );
    }
    const analogue = await ask('monitorObject', { objectId: await device('2003') });
    expect([analogue.ok, analogue.code]).toEqual([false, name === 'REST' ? 'FEATURE_NOT_ALLOWED' : 'Feature not allowed']);
  });

  it('R-SES-02 a family it does support, and a phone of a model nobody told, are monitored', async () => {
    const { ask, device } = await open();
    for (const dn of ['2002', WITHOUT]) {
      const { ok, text } = await ask('monitorObject', { objectId: await device(dn) });
      expect(ok, text).toBe(true);
    }
  });
});
