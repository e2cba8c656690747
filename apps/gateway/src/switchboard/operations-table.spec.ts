import { expect, it } from 'vitest';
import { COMMANDS } from './calls/command-shapes.js';
import { makeObjectId } from './numbering.rules.js';
import type { CoreOperation } from './switchboard.port.js';
import { advancedDocument, VirtualPlant } from './virtual-plant.fixture.js';

const OBJECT_ID = makeObjectId(1, 1001);
const ready = (): [VirtualPlant, number] => {
  const plant = new VirtualPlant(undefined, advancedDocument()).up();
  return [plant, plant.loginAdvanced()];
};

/** Written from the page of the link, not from the code: what each command is there. */
const OPCODES: Readonly<Record<string, string>> = {
  consultationCall: 'CONSULT',
  cancelConsCall: 'CANCEL_CONSULTATION',
  alternateCall: 'ALTERNATE',
  tradeCall: 'TRADE',
  transferCall: 'TRANSFER',
  singleStepTransfer: 'SINGLE_STEP_TRANSFER',
  conferenceCall: 'CONFERENCE',
  splitConferenceCall: 'SPLIT_CONFERENCE',
  redirectCall: 'REDIRECT',
  camponCall: 'CAMP_ON',
  setCallMeBack: 'SET_CALL_ME_BACK',
  sendCallMeBackMsgForCall: 'SEND_CALL_ME_BACK_MESSAGE',
  newCall: 'NEW_CALL',
  outPulseDigits: 'OUT_PULSE_DIGITS',
  setAccountCode: 'SET_ACCOUNT_CODE',
  advAssignCallerId: 'ASSIGN_CALLER_ID',
  advIntrudeCall: 'INTRUDE',
  advACDSilentMonitor: 'SILENT_MONITOR',
  advTapCall: 'TAP',
  advCoachCall: 'COACH',
  advClearCoachCall: 'CLEAR_COACH',
  advACDRequestHelp: 'REQUEST_HELP',
  pickupCall: 'PICKUP',
  remoteRetrieveCall: 'REMOTE_RETRIEVE',
  sendCallMeBackMsgNoCall: 'SEND_CALL_ME_BACK_MESSAGE_TO',
  clearCallMeBackMsg: 'CLEAR_CALL_ME_BACK_MESSAGE',
  advACDSilentMonitorEx: 'LISTEN_TO_AGENT',
  setDeviceDND: 'DO_NOT_DISTURB',
  setCFAlways: 'FORWARD_ALWAYS',
  setCFBusyInternal: 'FORWARD_BUSY_INTERNAL',
  setCFBusyExternal: 'FORWARD_BUSY_EXTERNAL',
  setCFNAInternal: 'FORWARD_NO_ANSWER_INTERNAL',
  setCFNAExternal: 'FORWARD_NO_ANSWER_EXTERNAL',
  advSetMsgWaitingInd: 'MESSAGE_WAITING',
  advSetAutoAnswer: 'AUTO_ANSWER',
  loginHotDeskUser: 'HOT_DESK_LOG_IN',
  logoutHotDeskUser: 'HOT_DESK_LOG_OUT',
  loginExtHotDeskUser: 'EXTERNAL_HOT_DESK_LOG_IN',
  logoutExtHotDeskUser: 'EXTERNAL_HOT_DESK_LOG_OUT',
  verifyHotDeskUserPin: 'VERIFY_PIN',
  advLoginACDAgent: 'AGENT_LOG_IN',
  advLogoutACDAgent: 'AGENT_LOG_OUT',
  advLoginExternalACDAgent: 'EXTERNAL_AGENT_LOG_IN',
  advLogoutExternalACDAgent: 'EXTERNAL_AGENT_LOG_OUT',
  advSetACDAgentMakeBusy: 'AGENT_MAKE_BUSY',
  advSetACDAgentMakeBusyWithCode: 'AGENT_MAKE_BUSY_WITH_CODE',
  advSetACDAgentPresence: 'AGENT_PRESENCE',
  advSetACD2AgentPresenceAllGroups: 'AGENT_PRESENCE_ALL_GROUPS',
  advSetGroupMemberPresence: 'GROUP_MEMBER_PRESENCE',
  setPRGPresence: 'PRG_PRESENCE',
  advCancelACDWorkTimer: 'CANCEL_WORK_TIMER',
  advCancelACDReseizeWorkTimer: 'CANCEL_RESEIZE_TIMER',
  advSetTrunkMakeBusy: 'TRUNK_MAKE_BUSY',
  advCancelTrunkMakeBusy: 'TRUNK_MAKE_BUSY_CANCEL',
  advGetSystemConferences: 'REPORT_CONFERENCES',
};

it('R-CC-01 each command is the opcode the page of the link has for it', () => {
  const shapes = Object.entries(COMMANDS).flatMap(([name, shape]) => ('opcode' in shape ? [[name, shape.opcode]] : []));
  expect(Object.fromEntries(shapes)).toEqual(OPCODES);
});

/** What is looked for, and with what. */
const LOOKUPS: readonly (readonly [CoreOperation['name'], string, Readonly<Record<string, unknown>>])[] = [
  ['getPhoneNumberId', 'PHONE', { primeDn: '1001' }],
  ['getLineAppearanceId', 'LINE_APPEARANCE', { primeDn: '1001', buttonNum: 3 }],
  ['advGetTdmTrunkId', 'TDM_TRUNK', { trunkNum: 7 }],
  ['advGetSipPeerId', 'SIP_PEER', { sipPeerName: '77' }],
  ['advGetACD2PathId', 'ACD2_PATH', { pathDn: '5001' }],
  ['advGetACD2GroupId', 'ACD2_GROUP', { acd2GroupDn: '5001' }],
  ['advGetACDAgentId', 'ACD_AGENT', { agentDn: '5001' }],
  ['advGetACDXGroupId', 'ACDX_GROUP', { acdXGroupDn: '5001' }],
  ['advGetRingGroupId', 'RING_GROUP', { ringGroupDn: '5001' }],
  ['advGetHuntGroupId', 'HUNT_GROUP', { huntGroupDn: '5001' }],
];

it('R-CC-01 devices, lines, trunks, peers, groups, paths and agents are looked up at their controller', () => {
  const [plant, sessionId] = ready();
  for (const [name, kind, wanted] of LOOKUPS) {
    const outcome = plant.run({ name, request: { sessionId, icpId: 1, ...wanted } } as unknown as CoreOperation);
    expect(outcome, name).toMatchObject({ ok: true, value: { objectId: expect.any(Number) as number } });
    const request = plant.controller().received.at(-1);
    if (kind === 'PHONE') expect(request?.type, name).toBe('LOOKUP_DEVICE');
    else expect(request, name).toMatchObject({ type: 'LOOKUP', kind });
  }
  const long = { sessionId, icpId: 1, sipPeerName: 'ü'.repeat(24) };
  expect(plant.run({ name: 'advGetSipPeerId', request: long })).toMatchObject({ refusal: { code: 'OBJECT_NOT_FOUND' } });
});

/** What is asked about a device, and as what kind of question. */
const QUESTIONS: readonly (readonly [CoreOperation['name'], string])[] = [
  ['getDeviceFeatures', 'FEATURES'],
  ['getHotDeskUserLoginDevice', 'HOT_DESK'],
  ['getHotDeskUserDn', 'HOT_DESK'],
  ['advGetSipPeerDescription', 'DESCRIPTION'],
  ['advGetACD2PathDescription', 'DESCRIPTION'],
  ['advGetACD2GroupDescription', 'DESCRIPTION'],
  ['advGetACDXGroupDescription', 'DESCRIPTION'],
  ['advGetACDAgentDescription', 'DESCRIPTION'],
  ['advGetRingGroupDescription', 'DESCRIPTION'],
  ['advGetHuntGroupDescription', 'DESCRIPTION'],
  ['advGetACDGroupStatus', 'STATUS'],
  ['advGetTdmTrunkStatus', 'STATUS'],
  ['advGetSipPeerStatus', 'STATUS'],
  ['advGetACDAgentStatus', 'STATUS'],
  ['advGetACDAgentStatusEx', 'STATUS'],
  ['getResilientStatus', 'RESILIENCE'],
];
const BY_NUMBER: readonly (readonly [CoreOperation['name'], string])[] = [
  ['getDeviceConfiguration', 'CONFIGURATION'],
  ['getDeviceConfigurationEx', 'CONFIGURATION'],
  ['getDeviceMembers', 'MEMBERS'],
];

it('R-CC-01 each question is asked at the device and answered, whatever the controller leaves out', () => {
  const [plant, sessionId] = ready();
  const ask = (name: CoreOperation['name'], kind: string, about: object) => {
    const outcome = plant.run({ name, request: { sessionId, ...about } } as unknown as CoreOperation);
    expect(outcome.ok, name).toBe(true);
    expect(plant.controller().received.at(-1), name).toMatchObject({ type: 'QUERY', kind, target: 1001 });
  };
  for (const [name, kind] of QUESTIONS) ask(name, kind, { objectId: OBJECT_ID });
  for (const [name, kind] of BY_NUMBER) ask(name, kind, { icpId: 1, primeDn: '1001' });
  expect(plant.run({ name: 'advGetCallStatus', request: { sessionId, objectId: OBJECT_ID } })).toEqual({ ok: true, value: {} });
  plant.monitor(sessionId, 1001);
  plant.event(1001, 'RECEIVED', 'NEW_CALL', 'alerting', { localCallId: 4, globalCallId: 9n });
  const snapshot = plant.run({ name: 'snapshotCall', request: { sessionId, globalCallId: '0000000000000009' } });
  expect(snapshot).toMatchObject({ value: { calls: [{ objectId: OBJECT_ID, localCallId: 4, callState: 'RECEIVED' }] } });
});

/** Begins, ends, and the kind on the link. */
const WATCHES: readonly (readonly [CoreOperation['name'], CoreOperation['name'], string])[] = [
  ['monitorPRGPresence', 'stopPRGPresenceMonitor', 'PRG_PRESENCE'],
  ['advMonitorAllTrunkFeatures', 'advStopMonitorAllTrunkFeatures', 'TRUNK_FEATURES'],
  ['advMonitorACD2AgentFeatures', 'advStopMonitorACD2AgentFeatures', 'ACD2_AGENT_FEATURES'],
  ['advMonitorACDExpress', 'advStopMonitorACDExpressObjects', 'ACD_EXPRESS'],
  ['advMonitorConferences', 'advStopMonitorConferences', 'CONFERENCES'],
  ['advMonitorAllBridges', 'advStopMonitorAllBridges', 'BRIDGES'],
];

it('R-MON-01 whatever can be watched at a controller is watched there, and no longer when it ends', () => {
  const [plant, sessionId] = ready();
  const request = { sessionId, icpId: 1 };
  for (const [begins, ends, kind] of WATCHES) {
    const asked = plant.ask({ name: begins, request } as CoreOperation);
    plant.pass(1500, [sessionId]);
    expect(plant.replies.get(asked), begins).toEqual({ ok: true, value: { icpId: 1 } });
    expect([...plant.controller().monitors.values()], begins).toEqual([expect.objectContaining({ kind, handle: 0 })]);
    expect(plant.run({ name: ends, request } as CoreOperation).ok, ends).toBe(true);
    expect(plant.controller().monitors.size, ends).toBe(0);
  }
});
