import { describe, expect, it } from 'vitest';
import { APPLICATION_OPERATIONS } from '#contracts/application-api';
import { DIALLED_MEMBERS } from './number.operations.js';
import { makeObjectId } from '../numbering.rules.js';
import { callEvents, documentOf, grantOf, VirtualPlant } from '../virtual-plant.fixture.js';

const ottawa = {
  outsidePrefix: '9',
  localCountryCode: '1',
  longDistancePrefix: '1',
  internationalPrefix: '011',
  localAreaCodes: ['613'],
  maxExtensionLength: 5,
};
const berlin = {
  ...ottawa,
  outsidePrefix: '0',
  localCountryCode: '49',
  longDistancePrefix: '0',
  internationalPrefix: '00',
  localAreaCodes: ['30'],
};
/** Controller 1 has the tenant's settings, controller 2 its own. */
const document = (more = {}) =>
  documentOf({ numbering: ottawa, controllers: [grantOf(1), grantOf(2, { numbering: berlin })], ...more });
const plantOf = () => new VirtualPlant(undefined, document()).up(1).up(2);
const lastNumber = (plant: VirtualPlant, icpId: number) =>
  plant
    .controller(icpId)
    .received.filter((request) => request.type === 'MAKE_CALL')
    .at(-1)?.number;

describe('numbers that are called', () => {
  it('R-E164-02 makeCall dials a number with + by the settings of the controller, or the tenant’s, and one without as it is', () => {
    const plant = plantOf();
    const sessionId = plant.login();
    const call = (icpId: number, number: string) =>
      plant.run({ name: 'makeCall', request: { sessionId, objectId: makeObjectId(icpId, 1001), number } });
    expect(call(1, '+16135550123').ok).toBe(true);
    expect(lastNumber(plant, 1)).toBe('95550123');
    call(1, '+493012345678');
    expect(lastNumber(plant, 1)).toBe('9011493012345678');
    call(2, '+493012345678');
    expect(lastNumber(plant, 2)).toBe('012345678');
    call(2, '1002');
    expect(lastNumber(plant, 2)).toBe('1002');
  });

  it('R-E164-02 what cannot be dialled is refused with the reason, nothing goes to the controller', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectId = makeObjectId(1, 1001);
    expect(plant.run({ name: 'makeCall', request: { sessionId, objectId, number: '+16135550123' } })).toMatchObject({
      refusal: { code: 'INVALID_NUMBER', detail: expect.stringMatching(/set them/), errors: [{ path: 'number' }] },
    });
    plant.document(document({ serial: 2 }));
    expect(plant.run({ name: 'makeCall', request: { sessionId, objectId, number: '+0123456789' } })).toMatchObject({
      refusal: { code: 'INVALID_NUMBER', detail: expect.stringMatching(/begins with 0/) },
    });
    expect(lastNumber(plant, 1)).toBeUndefined();
    expect(plant.run({ name: 'makeCall', request: { sessionId, objectId, number: '+16135550123' } }).ok).toBe(true);
  });

  it('R-E164-02 every member of every operation that may begin with + is converted or only told about', () => {
    const taking = Object.entries(APPLICATION_OPERATIONS).flatMap(([name, { request }]) =>
      Object.entries(request.shape as Record<string, { safeParse(value: unknown): { success: boolean } }>)
        .filter(([, member]) => member.safeParse('+4930123456').success && !member.safeParse('a text').success)
        .map(([member]) => ({ name, member })),
    );
    expect(taking.length).toBeGreaterThan(3);
    for (const { name, member } of taking)
      if (name !== 'getIncomingPhoneNumber') expect(DIALLED_MEMBERS, `${name}.${member}`).toContain(member);
  });

  it('R-E164-02 the same idempotency key does not dial twice', () => {
    const plant = plantOf();
    const sessionId = plant.login();
    const request = { sessionId, objectId: makeObjectId(1, 1001), number: '+16135550123', idempotencyKey: 'once' };
    expect(plant.run({ name: 'makeCall', request })).toEqual(plant.run({ name: 'makeCall', request }));
    expect(plant.controller(1).received.filter(({ type }) => type === 'MAKE_CALL')).toHaveLength(1);
  });
});

describe('questions about numbers', () => {
  const ask = (plant: VirtualPlant, name: 'getDialableNumber' | 'explainDialling', icpId: number, number: string) =>
    plant.run({ name, request: { sessionId: plant.login(), icpId, number } });

  it('R-E164-01 getIcpConfig tells the settings in the contract’s words, also while the controller is away', () => {
    const plant = new VirtualPlant(undefined, document());
    expect(plant.run({ name: 'getIcpConfig', request: { sessionId: plant.login(), icpId: 2 } })).toEqual({
      ok: true,
      value: {
        maxExtLength: '5',
        longDistancePrefix: '0',
        internationalPrefix: '00',
        localAreaCodes: '30',
        outsidePrefix: '0',
        localCountryCode: '49',
        neType: 'MI_VB',
        ipAddr: '127.9.0.2',
      },
    });
    expect(plant.run({ name: 'getIcpConfig', request: { sessionId: plant.login(), icpId: 3 } })).toMatchObject({
      refusal: { code: 'CONTROLLER_UNKNOWN' },
    });
  });

  it('R-E164-02 getDialableNumber answers what makeCall would dial; explainDialling says each step', () => {
    const plant = new VirtualPlant(undefined, document());
    expect(ask(plant, 'getDialableNumber', 1, '+16135550123')).toEqual({ ok: true, value: { dialableNumber: '95550123' } });
    expect(ask(plant, 'getDialableNumber', 1, '*21#')).toEqual({ ok: true, value: { dialableNumber: '*21#' } });
    expect(ask(plant, 'getDialableNumber', 1, '+1')).toMatchObject({ refusal: { code: 'INVALID_NUMBER' } });
    const explained = ask(plant, 'explainDialling', 1, '+442079460123');
    expect(explained).toMatchObject({ ok: true, value: { number: '+442079460123', dialableNumber: '9011442079460123' } });
    const { steps } = (explained as { value: { steps: { rule: string; result: string }[] } }).value;
    expect(steps.map(({ rule, result }) => [rule, result])).toEqual([
      ['international', '+442079460123'],
      ['strip-plus', '442079460123'],
      ['add-internationalPrefix', '011442079460123'],
      ['add-outsidePrefix', '9011442079460123'],
    ]);
  });

  it('R-E164-03 getIncomingPhoneNumber answers candidates, fewer where a numbering plan is there', () => {
    const plant = new VirtualPlant(undefined, document());
    const numbers = (digits: string, incomingCall: boolean) =>
      (
        plant.run({ name: 'getIncomingPhoneNumber', request: { sessionId: plant.login(), icpId: 1, digits, incomingCall } }) as {
          value: { incomingNumbers: string[] };
        }
      ).value.incomingNumbers;
    expect(numbers('6135550123', true)[0]).toBe('+16135550123');
    expect(numbers('6135550123', true).length).toBeGreaterThan(1);
    plant.switchboard.useNumberPlan((e164) => e164.length === 12);
    expect(numbers('6135550123', true)).toEqual(['+16135550123']);
    expect(numbers('95550123', false)).toEqual(['+16135550123']);
    expect(numbers('1001', true)).toEqual([]);
  });
});

/** An event with a caller from outside. */
function callFrom(plant: VirtualPlant, number: string, handle = 1001): void {
  for (const message of plant.controller(1).event(handle, 'RECEIVED', 'NEW_CALL', 'alerting', {
    localCallId: Number(number.slice(-3)) + 1,
    globalCallId: BigInt(number),
  }))
    plant.input({
      kind: 'message',
      icpId: 1,
      message: { ...message, devices: [{ role: 'CALLING_DEVICE', attribute: 'NUMBER', value: number }] },
    });
}

describe('callers in events', () => {
  it('R-E164-03 are matched to E.164: one number where it is certain, candidates where not, nothing for an extension or without settings', () => {
    const plant = plantOf();
    plant.switchboard.useNumberPlan((e164) => e164.length === 12);
    const sessionId = plant.login();
    plant.monitor(sessionId, 1001);
    for (const number of ['6135550123', '1002']) callFrom(plant, number);
    plant.switchboard.useNumberPlan(() => true);
    callFrom(plant, '6135550199');
    plant.document(documentOf({ serial: 2 }));
    callFrom(plant, '6135550111');
    const attributes = callEvents(plant.read(sessionId).events)
      .filter(({ type }) => type === 'CALL_RECEIVED')
      .map(({ devices }) => devices[0]!.attributes);
    expect(attributes).toEqual([
      { NUMBER: '6135550123', E164_NUMBER: '+16135550123' },
      { NUMBER: '1002' },
      { NUMBER: '6135550199', E164_CANDIDATES: expect.stringMatching(/^\+16135550199,/) },
      { NUMBER: '6135550111' },
    ]);
  });
});
