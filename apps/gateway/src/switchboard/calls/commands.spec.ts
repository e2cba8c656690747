import { describe, expect, it } from 'vitest';
import { APPLICATION_OPERATIONS } from '#contracts/application-api';
import type { ControllerRequest } from '#southbound/messages';
import { type CommandName, COMMANDS } from './command-shapes.js';
import { makeObjectId } from '../numbering.rules.js';
import type { CoreOperation, CoreOutcome } from '../switchboard.port.js';
import { advancedDocument, callEvents, settingsOf, typesOf, VirtualPlant } from '../virtual-plant.fixture.js';

const codeOf = (outcome: CoreOutcome | undefined) =>
  outcome === undefined ? 'unanswered' : outcome.ok ? 'ok' : outcome.refusal.code;
const OBJECT_ID = makeObjectId(1, 1001);

/** A value for each member that commands have. */
const VALUES: Readonly<Record<string, unknown>> = {
  sessionId: 1,
  icpId: 1,
  objectId: OBJECT_ID,
  localCallId: 17,
  number: '04930123456',
  redirectDn: '2003',
  accountCode: '77',
  digits: '12#',
  newName: 'Jürgen',
  agentDn: '4001',
  supervisorDn: '4100',
  coachType: 'COACH_WHISPER',
  dn: '2009',
  ringDn: '2005',
  remoteDn: '2006',
  deviceDn: '2007',
  dndState: true,
  cfOn: true,
  state: true,
  autoAnswerMode: true,
  hotDeskUserDn: '3001',
  pin: '4711',
  busyState: true,
  busyCode: 7,
  groupDn: '5001',
  prgDn: '5100',
  presenceValue: true,
  invokerDn: '2001',
  forced: true,
};

function requestFor(name: CommandName, sessionId: number): CoreOperation {
  const members = Object.keys(APPLICATION_OPERATIONS[name].request.shape).filter((member) => member !== 'idempotencyKey');
  const request = Object.fromEntries(members.map((member) => [member, member === 'sessionId' ? sessionId : VALUES[member]]));
  const missing = members.filter((member) => VALUES[member] === undefined);
  if (missing.length > 0) throw new Error(`${name} has members without a value here: ${missing.join()}`);
  return { name, request } as unknown as CoreOperation;
}

const ready = (): [VirtualPlant, number] => {
  const plant = new VirtualPlant(undefined, advancedDocument()).up();
  return [plant, plant.loginAdvanced()];
};
const lastReceived = (plant: VirtualPlant): Record<string, unknown> => {
  const { correlation: _correlation, ...rest } = plant.controller().received.at(-1) as ControllerRequest;
  return rest;
};

describe('commands', () => {
  it('R-CC-01 each reaches the controller with all its arguments, and is accepted or refused as the controller says', () => {
    const [plant, sessionId] = ready();
    const names = Object.keys(COMMANDS) as CommandName[];
    expect(names).toHaveLength(60);
    const opcodes = new Set<string>();
    for (const name of names) {
      plant.controller().commandResult = 'OK';
      const operation = requestFor(name, sessionId);
      expect(codeOf(plant.run(operation)), name).toBe('ok');
      const received = lastReceived(plant);
      const said = Object.entries(operation.request).filter(([member]) => !['sessionId', 'icpId', 'objectId'].includes(member));
      for (const [member, value] of said) {
        const onWire = value === true ? 1 : value === 'COACH_WHISPER' ? 2 : member === 'busyCode' ? String(value) : value;
        expect(Object.values(received), `${name}: ${member}`).toContain(onWire);
      }
      opcodes.add(`${String(received['type'])}/${String(received['opcode'] ?? '')}`);
      if (!String(received['type']).endsWith('_COMMAND')) continue;
      plant.controller().commandResult = 'WRONG_STATE';
      expect(codeOf(plant.run(operation)), name).toBe('INVALID_STATE');
    }
    expect(opcodes.size).toBe(names.length);
  });

  it('R-CC-01 transfer, forwarding and hot desk in the words of the controller link', () => {
    const [plant, sessionId] = ready();
    const target = 1001;
    plant.run(requestFor('consultationCall', sessionId));
    expect(lastReceived(plant)).toEqual({
      type: 'CALL_COMMAND',
      target,
      opcode: 'CONSULT',
      localCallId: 17,
      value: 0,
      argument: '04930123456',
    });
    plant.run(requestFor('setCFAlways', sessionId));
    expect(lastReceived(plant)).toEqual({
      type: 'DEVICE_COMMAND',
      target,
      opcode: 'FORWARD_ALWAYS',
      value: 1,
      first: '2009',
      second: '',
    });
    plant.run(requestFor('loginHotDeskUser', sessionId));
    expect(lastReceived(plant)).toEqual({
      type: 'DEVICE_COMMAND',
      target,
      opcode: 'HOT_DESK_LOG_IN',
      value: 0,
      first: '3001',
      second: '4711',
    });
  });

  it('answers the call that a consultation began, and says where the user has to do something (R-CC-06)', () => {
    const [plant, sessionId] = ready();
    expect(plant.run(requestFor('consultationCall', sessionId))).toEqual({ ok: true, value: { localCallId: 42 } });
    plant.controller().commandResult = 'OK_USER_ACTION';
    expect(plant.run(requestFor('consultationCall', sessionId))).toEqual({
      ok: true,
      value: { localCallId: 42, requiresUserAction: true },
    });
    expect(plant.run(requestFor('redirectCall', sessionId))).toEqual({ ok: true, value: { requiresUserAction: true } });
    plant.controller().commandResult = 'NOT_SUPPORTED';
    expect(codeOf(plant.run(requestFor('camponCall', sessionId)))).toBe('FEATURE_NOT_ALLOWED');
    plant.controller().commandResult = 'INVALID_PIN';
    expect(codeOf(plant.run(requestFor('verifyHotDeskUserPin', sessionId)))).toBe('INVALID_PIN');
  });

  it('R-CLU-06 without an answer the outcome is unknown; a key makes the next try safe, and keeps no PIN', () => {
    const [plant, sessionId] = ready();
    const operation = requestFor('loginHotDeskUser', sessionId);
    const keyed = { ...operation, request: { ...operation.request, idempotencyKey: 'k1' } } as CoreOperation;
    plant.controller().mute = true;
    const first = plant.ask(keyed);
    plant.pass(10_500);
    expect(codeOf(plant.replies.get(first))).toBe('CONTROLLER_TIMEOUT');
    const sent = plant.controller().received.length;
    expect(codeOf(plant.run(keyed))).toBe('CONTROLLER_TIMEOUT');
    expect(plant.controller().received).toHaveLength(sent);
    plant.unmute();
    expect(codeOf(plant.run(keyed))).toBe('ok');
    expect(plant.controller().received).toHaveLength(sent);
    expect(JSON.stringify(plant.records)).not.toContain('4711');
    const other = { ...keyed, request: { ...keyed.request, hotDeskUserDn: '3002' } } as CoreOperation;
    expect(codeOf(plant.run(other))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('I7 R-CC-01 every command takes a key: repeated under it, nothing is sent again and the answer is the same; another request under it is refused', () => {
    const [plant, sessionId] = ready();
    const takesKey = (name: CommandName) => Object.hasOwn(APPLICATION_OPERATIONS[name].request.shape, 'idempotencyKey');
    const names = Object.keys(COMMANDS) as CommandName[];
    // asked like commands, they change nothing
    expect(names.filter((name) => !takesKey(name))).toEqual(['verifyHotDeskUserPin', 'advGetSystemConferences']);
    for (const [index, name] of names.filter(takesKey).entries()) {
      const { request } = requestFor(name, sessionId);
      const keyed = (more: object = {}) =>
        ({ name, request: { ...request, idempotencyKey: `k${index}`, ...more } }) as CoreOperation;
      const first = plant.run(keyed());
      expect(codeOf(first), name).toBe('ok');
      const sent = plant.controller().received.length;
      expect(plant.run(keyed()), name).toEqual(first);
      expect(plant.controller().received, name).toHaveLength(sent);
      // whatever member is another one, it is another request; a PIN is not kept, so it is not compared
      for (const [member, value] of Object.entries(request)) {
        if (member === 'sessionId' || member === 'pin') continue;
        const other = {
          boolean: !(value as boolean),
          number: (value as number) + 1,
          string: value === 'COACH_ALL' ? 'COACH_WHISPER' : `${value as string}9`,
        };
        const changed = keyed({ [member]: other[typeof value as keyof typeof other] });
        expect(codeOf(plant.run(changed)), `${name} with another ${member}`).toBe('IDEMPOTENCY_KEY_REUSED');
      }
      expect(plant.controller().received, name).toHaveLength(sent);
      // the same request under no key, or another one, is another command
      expect(codeOf(plant.run(keyed({ idempotencyKey: `other${index}` }))), name).toBe('ok');
      expect(plant.controller().received, name).toHaveLength(sent + 1);
    }
  });

  it('refuses what is longer than the link can carry, and sends nothing', () => {
    const [plant, sessionId] = ready();
    const before = plant.controller().received.length;
    const long = requestFor('advAssignCallerId', sessionId);
    const outcome = plant.run({ ...long, request: { ...long.request, newName: 'ü'.repeat(22) } } as CoreOperation);
    expect(outcome).toMatchObject({ refusal: { code: 'INVALID_ARGUMENT', errors: [{ path: 'newName' }] } });
    const pins = requestFor('loginHotDeskUser', sessionId);
    const both = { ...pins.request, hotDeskUserDn: '1'.repeat(32), pin: '2'.repeat(20) };
    expect(codeOf(plant.run({ ...pins, request: both } as CoreOperation))).toBe('INVALID_ARGUMENT');
    expect(plant.controller().received).toHaveLength(before);
  });

  it('refuses at once while the controller is not connected (R-CLU-05)', () => {
    const [plant, sessionId] = ready();
    plant.down();
    for (const name of Object.keys(COMMANDS) as CommandName[])
      expect(codeOf(plant.run(requestFor(name, sessionId))), name).toBe('CONTROLLER_DISCONNECTED');
  });
});

describe('questions', () => {
  const item = (word: string, value: string) => ({ word, value });

  it('features of a device, gathered from several pages', () => {
    const [plant, sessionId] = ready();
    plant.controller().items = [
      item('DO_NOT_DISTURB', '1'),
      item('AUTO_ANSWER', '0'),
      item('FORWARD_ALWAYS', '12009'),
      item('FORWARD_NO_ANSWER_EXTERNAL', '0'),
      item('HOT_DESK_USER_DN', '3001'),
    ];
    const answer = plant.run({ name: 'getDeviceFeatures', request: { sessionId, objectId: OBJECT_ID } });
    expect(answer).toEqual({
      ok: true,
      value: {
        hotDeskUserLoggedInDn: '3001',
        CFAlways: { fwdOn: true, dn: '2009' },
        CFNAExt: { fwdOn: false },
        DND: true,
        autoAnswer: false,
        msgWaitingLamp: false,
      },
    });
    expect(plant.controller().received.filter(({ type }) => type === 'QUERY')).toHaveLength(3);
  });

  it('the configuration of a phone: looked up by its number, then asked', () => {
    const [plant, sessionId] = ready();
    const line = (handle: string, dn: string, button: string) => [item('HANDLE', handle), item('DN', dn), item('BUTTON', button)];
    plant.controller().items = [
      item('RESILIENT', '1'),
      item('PRIMARY_ADDRESS', '127.9.0.1'),
      item('SECONDARY_ADDRESS', '127.9.0.2'),
      ...line('1001', '1001', '1'),
      ...line('1900', '2001', '2'),
    ];
    const answer = plant.run({ name: 'getDeviceConfigurationEx', request: { sessionId, icpId: 1, primeDn: '1001' } });
    expect(answer).toEqual({
      ok: true,
      value: {
        isResilient: true,
        primaryIcpId: 1,
        primaryIcpAddress: '127.9.0.1',
        secondaryIcpAddress: '127.9.0.2',
        lines: [
          { objectId: OBJECT_ID, extNumber: '1001', buttonNumber: 1 },
          { objectId: makeObjectId(1, 1900), extNumber: '2001', buttonNumber: 2 },
        ],
      },
    });
  });

  it('how calls stand: all of them, and the one that counts, with what is allowed', () => {
    const [plant, sessionId] = ready();
    const call = (localCallId: number, localState: 'hold' | 'connected', linkedCallId: number) =>
      ({ localCallId, globalCallId: BigInt(localCallId), localState, linkedCallId }) as const;
    plant.controller().calls.set(1001, [call(3, 'hold', 4), call(4, 'connected', 3), call(5, 'hold', 0)]);
    const all = plant.run({ name: 'snapshotDevice', request: { sessionId, objectId: OBJECT_ID } });
    expect(all).toMatchObject({ value: { calls: [{ localCallId: 3 }, { localCallId: 4 }, { localCallId: 5 }] } });
    const status = plant.run({ name: 'getCallStatus', request: { sessionId, objectId: OBJECT_ID } });
    expect(status).toMatchObject({
      value: {
        callEvent: {
          localCallId: 4,
          callState: 'ESTABLISHED',
          source: 'snapshot',
          unknown: ['devices'],
          featuresAllowed: expect.arrayContaining(['TRANSFER_CALL', 'CONFERENCE_CALL', 'ALTERNATE_CALL']) as string[],
        },
      },
    });
  });

  it('a question without an answer, or whose link ends, is refused', () => {
    const [plant, sessionId] = ready();
    plant.controller().mute = true;
    const features = plant.ask({ name: 'getDeviceFeatures', request: { sessionId, objectId: OBJECT_ID } });
    plant.pass(10_500);
    expect(codeOf(plant.replies.get(features))).toBe('CONTROLLER_TIMEOUT');
    const status = plant.ask({ name: 'getCallStatus', request: { sessionId, objectId: OBJECT_ID } });
    plant.down();
    expect(codeOf(plant.replies.get(status))).toBe('CONTROLLER_DISCONNECTED');
  });
});

describe('events of richer calls', () => {
  it('tells other calls of the device when what is allowed for them changes, and nobody of a single call', () => {
    const plant = new VirtualPlant(settingsOf()).up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.event(1, 'RECEIVED', 'NEW_CALL', 'alerting', { localCallId: 1, globalCallId: 1n });
    plant.event(1, 'ESTABLISHED', 'ANSWERED_INVOKED', 'connected', { localCallId: 1, globalCallId: 1n });
    plant.event(1, 'HELD', 'HARD_HOLD_INVOKED', 'hold', { localCallId: 1, globalCallId: 1n });
    const { events: alone, cursor } = plant.read(sessionId);
    expect(typesOf(alone)).toEqual(['MONITOR_SET', 'CALL_RECEIVED', 'CALL_ESTABLISHED', 'CALL_HELD']);
    expect(callEvents(alone).at(-1)?.featuresAllowed).toEqual(['CLEAR_CALL', 'RETRIEVE_CALL']);
    plant.event(1, 'ORIGINATED', 'NEW_CALL', 'originated', { localCallId: 2, globalCallId: 2n });
    const [made, changed, ...rest] = callEvents(plant.read(sessionId, cursor).events);
    expect(made).toMatchObject({ type: 'CALL_ORIGINATED', localCallId: 2 });
    expect(changed).toMatchObject({
      type: 'INFORMATION_UPDATE_EVENT',
      cause: 'FEATURES_ALLOWED_CHANGED',
      source: 'synthetic',
      localCallId: 1,
      callState: 'HELD',
      featuresAllowed: ['CLEAR_CALL'],
      eventId: `${made?.eventId ?? ''}-1`,
    });
    expect(rest).toEqual([]);
  });

  it('R-CC-05 the parties of a conference as far as they are known, and that others are not', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    const call = { localCallId: 1, globalCallId: 1n, flags: 1, parties: 3 };
    plant.controller().data = [
      { role: 'CONTROLLER_DEVICE', attribute: 'NUMBER', value: '2001' },
      { role: 'PARTY_1', attribute: 'NUMBER', value: '1001' },
      { role: 'PARTY_1', attribute: 'CALL_ID', value: '1' },
      { role: 'CALL', attribute: 'ACCOUNT_CODE', value: '77' },
      { role: 'CALL', attribute: 'ACCOUNT_CODE_VERIFIED', value: '1' },
      { role: 'CALL', attribute: 'QUEUE_POSITION', value: '2' },
    ];
    plant.event(1, 'CONFERENCED', 'CONFERENCED', 'connected', call);
    expect(callEvents(plant.read(sessionId).events).at(-1)).toMatchObject({
      type: 'CALL_CONFERENCED',
      devices: [{ role: 'CONTROLLER_DEVICE', attributes: { NUMBER: '2001' } }],
      parties: [{ memberNum: '1001', callId: 1 }],
      accountCode: { value: '77', verified: true },
      attributes: { QUEUE_POSITION: '2' },
      unknown: ['parties'],
    });
  });
});
