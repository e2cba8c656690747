/** Calls at a device: making them, what is done with them, and how they stand (R-CC-01). */
import { z } from 'zod';
import { CallViewSchema } from './events.js';
import {
  accepted,
  accountCode,
  CALL,
  callCommandRequest,
  DEVICE,
  deviceCommandRequest,
  deviceRequest,
  dn,
  number,
  operation,
  id53,
  SESSION,
  sessionId,
  text,
  type OperationLevel,
} from './members.js';

type Extra = Record<string, z.ZodType>;
const path = (action: string) => ({ method: 'POST', path: `${CALL}/${action}` }) as const;
/** What is done with one call, with nothing to say besides. */
const onCall = (doc: string, action: string, level: OperationLevel = 'standard') =>
  operation({ doc, level, kind: 'command', rest: path(action), request: callCommandRequest, response: accepted });
const onCallWith = <E extends Extra>(doc: string, action: string, extra: E, level: OperationLevel = 'standard') =>
  operation({ doc, level, kind: 'command', rest: path(action), request: callCommandRequest.extend(extra), response: accepted });
const onDevice = <E extends Extra>(doc: string, action: string, extra: E, level: OperationLevel = 'standard') =>
  operation({
    doc,
    level,
    kind: 'command',
    rest: { method: 'POST', path: `${DEVICE}/${action}` },
    request: deviceCommandRequest.extend(extra),
    response: accepted,
  });

/** Of a command that begins another call at the device. */
const begun = accepted.extend({ localCallId: id53 });
const status = z.strictObject({
  /** The call that counts at the device now; absent when it is idle. */
  callEvent: CallViewSchema.optional(),
});
const views = z.strictObject({ calls: z.array(CallViewSchema) });

export const CALL_OPERATIONS = {
  makeCall: operation({
    doc: 'Calls a number from a device.',
    level: 'standard',
    kind: 'command',
    rest: { method: 'POST', path: `${DEVICE}/calls` },
    request: deviceCommandRequest.extend({ number, accountCode: accountCode.optional() }),
    response: begun,
  }),
  answerCall: onCall('Answers a call that rings at the device.', 'answer'),
  clearCall: onCall('Leaves a call.', 'clear'),
  holdCall: onCall('Holds a call.', 'hold'),
  retrieveCall: onCall('Takes a held call back.', 'retrieve'),
  consultationCall: operation({
    doc: 'Holds a call and calls a number to consult.',
    level: 'standard',
    kind: 'command',
    rest: path('consultation'),
    request: callCommandRequest.extend({ number }),
    response: accepted.extend({ localCallId: id53.optional() }),
  }),
  cancelConsCall: onCall('Ends a consultation and returns to the held call.', 'cancel-consultation'),
  alternateCall: onCall('Changes between the held call and the consultation.', 'alternate'),
  tradeCall: onCall('Changes between a call and a waiting one.', 'trade'),
  transferCall: onCall('Connects the held party and the consulted one, and leaves.', 'transfer'),
  singleStepTransfer: onCallWith('Sends the other party to a number and leaves (blind transfer).', 'single-step-transfer', {
    number,
  }),
  conferenceCall: onCall('Joins the held call and the consultation in a conference.', 'conference'),
  splitConferenceCall: onCall('Leaves the conference with one party and holds the others.', 'split-conference'),
  redirectCall: onCallWith('Sends a ringing call to another number.', 'redirect', { redirectDn: number }),
  camponCall: onCall('Waits at a busy number until it is free.', 'camp-on'),
  newCall: onCall('Holds the call and begins another one.', 'new-call'),
  setAccountCode: onCallWith('Gives a call an account code.', 'account-code', { accountCode }),
  outPulseDigits: onCallWith('Sends digits into a call.', 'digits', {
    digits: z.string().regex(/^[0-9*#A-D]{1,64}$/, 'digits, A to D, * and #, at most 64'),
  }),
  setCallMeBack: onCall('Asks to be called back when the number is free or used again.', 'call-me-back'),
  sendCallMeBackMsgForCall: onCall('Leaves a request to be called back at the number called.', 'call-me-back-message'),
  sendCallMeBackMsgNoCall: onDevice('Leaves a request to be called back at a number.', 'call-me-back-messages', { dn }),
  clearCallMeBackMsg: onDevice(
    'Takes away a request to be called back that a number has left at the device.',
    'call-me-back-messages/clear',
    { deviceDn: dn },
  ),
  pickupCall: onDevice('Answers a call that rings elsewhere.', 'pickup', { ringDn: dn }),
  remoteRetrieveCall: onDevice('Takes a call that is held at another number.', 'remote-retrieve', { remoteDn: dn }),
  advAssignCallerId: onCallWith('Gives the caller another name on the display.', 'caller-id', { newName: text(64) }, 'advanced'),
  advIntrudeCall: onCall('Breaks into the call of a busy number.', 'intrude', 'advanced'),
  advTapCall: onCallWith('Copies the voice of a call to a number.', 'tap', { dn: dn.optional() }, 'advanced'),
  advACDSilentMonitor: onCallWith('Listens to an agent from this call.', 'silent-monitor', { agentDn: dn }, 'advanced'),
  advACDSilentMonitorEx: onDevice('Listens to an agent.', 'silent-monitor', { agentDn: dn }, 'advanced'),
  advACDRequestHelp: onCallWith('Calls a supervisor to help with a call.', 'request-help', { supervisorDn: dn }, 'advanced'),
  advCoachCall: onCallWith(
    'Speaks into a bridge, to all or to one side only.',
    'coach',
    { coachType: z.enum(['COACH_ALL', 'COACH_WHISPER']) },
    'advanced',
  ),
  advClearCoachCall: onCall('Ends coaching.', 'clear-coach', 'advanced'),
  getCallStatus: operation({
    doc: 'How the call of a device stands.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/call-status` },
    request: deviceRequest,
    response: status,
  }),
  advGetCallStatus: operation({
    doc: 'How the call of a device stands, with what advanced applications see.',
    level: 'advanced',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/advanced-call-status` },
    request: deviceRequest,
    response: status,
  }),
  snapshotDevice: operation({
    doc: 'All calls at a device as they are now.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/calls` },
    request: deviceRequest,
    response: views,
  }),
  snapshotCall: operation({
    doc: 'A call as it is now at every device this session monitors.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${SESSION}/calls/{globalCallId}` },
    request: z.strictObject({ sessionId, globalCallId: z.string().regex(/^[0-9a-f]{16}$/, 'sixteen hexadecimal digits') }),
    response: views,
  }),
} as const;
