/** R-CC-06: what an application can do with a SIP device, over both faces, at a real router, gateway and simulator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { APPLICATIONS, type Face, RestFace, SoapFace } from './walk/faces.js';
import { World } from './walk/world.js';

const SIP = '2012';
let plant: CallPlant;
beforeAll(async () => {
  plant = await startCallPlant({ equipment: { phones: [{ dn: SIP, sip: true }] }, more: { applications: APPLICATIONS } });
}, 60_000);
afterAll(() => plant?.close());

describe('SIP devices', () => {
  it.each(['REST', 'SOAP'])(
    'R-CC-06 over %s: a call is granted and wants the user’s hand; camp-on and call-me-back are “Feature not allowed” to the letter',
    async (name) => {
      const face: Face = name === 'REST' ? new RestFace(plant.base) : new SoapFace(plant.base);
      const world = new World(plant, face);
      world.sessionId = await face.login();
      const device = await world.device(SIP);
      const made = await world.ask('makeCall', { ...device, number: '2003' });
      if (name === 'REST') expect(JSON.parse(made)).toMatchObject({ requiresUserAction: true });
      expect((await world.phone('2003')).calls, 'nothing rings before the user has acted').toEqual([]);
      await world.hand(SIP, 'answer');
      expect((await world.phone('2003')).calls).toHaveLength(1);

      const call = await world.callAt(SIP);
      for (const operation of ['camponCall', 'setCallMeBack', 'sendCallMeBackMsgForCall']) {
        const { ok, code } = await face.call(operation, { sessionId: world.sessionId, ...call });
        expect([operation, ok, code]).toEqual([
          operation,
          false,
          name === 'REST' ? 'FEATURE_NOT_ALLOWED' : 'Feature not allowed',
        ]);
      }
      await world.tidy();
      await world.ask('logout');
    },
  );
});
