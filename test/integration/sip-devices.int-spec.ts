/** R-CC-06: what an application can do with a SIP device, over both faces, at a real router, gateway and simulator. */
import { eventually } from '#testkit/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { APPLICATIONS, type Face, RestFace, SoapFace } from './walk/faces.js';
import { World } from './walk/world.js';

const SIP = '2012';
/** Asks others over another line of its. */
const OVER_A_LINE = '2013';
const BUTTON = 2;
let plant: CallPlant;
beforeAll(async () => {
  plant = await startCallPlant({
    equipment: {
      phones: [
        { dn: SIP, sip: true },
        { dn: OVER_A_LINE, sip: true, transferLine: BUTTON },
      ],
      lines: [{ setDn: OVER_A_LINE, button: BUTTON, dn: OVER_A_LINE, shared: 'multicall' }],
    },
    more: { applications: APPLICATIONS },
  });
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

  it.each(['REST', 'SOAP'])(
    'R-CC-06 over %s: one that asks over another line has its call there, seen by who monitors that line, and its user transfers',
    async (name) => {
      const face: Face = name === 'REST' ? new RestFace(plant.base) : new SoapFace(plant.base);
      const world = new World(plant, face);
      world.sessionId = await face.login();
      const line = { objectId: await world.id('getLineAppearanceId', { primeDn: OVER_A_LINE, buttonNum: BUTTON }) };
      await world.ask('monitorObject', await world.device(OVER_A_LINE));
      await world.ask('monitorObject', line);
      await world.talk('2001', OVER_A_LINE);
      const consulted = await world.ask('consultationCall', { ...(await world.callAt(OVER_A_LINE)), number: '2003' });
      expect(consulted, 'no call of this device was begun').not.toMatch(/localCallId[^0-9]*[1-9]/);
      const status = () => world.ask('getCallStatus', line);
      await eventually(async () => (await status()).includes('DELIVERED'), { what: 'the call at the monitored line' });
      expect(await status()).not.toContain('TRANSFER_CALL');
      await world.hand('2003', 'answer');
      await world.hand(OVER_A_LINE, 'transfer');
      expect((await world.phone(OVER_A_LINE)).calls).toEqual([]);
      for (const dn of ['2001', '2003']) expect((await world.phone(dn)).calls, dn).toMatchObject([{ state: 'connected' }]);
      await world.tidy();
      await world.ask('logout');
    },
  );
});
