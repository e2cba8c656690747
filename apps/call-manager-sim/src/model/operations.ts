/** All operations by name, each with its rule: the one list behind requests over links, hands at phones and property tests. */
import { answerCall, clearCall, hangUpSurvivor, holdCall, makeCall, retrieveCall } from './calls/basic.js';
import { conference, split } from './calls/conference.js';
import { alternate, cancelConsultation, consult, newCall, requestHelp, trade } from './calls/consultation.js';
import { pickup, redirect, remoteRetrieve } from './calls/diverting.js';
import { clearCoach, coach, listenToAgent, silentMonitor, type Listeners } from './calls/listening.js';
import type { CallRule, PhoneRule } from './calls/rule.js';
import { assignCallerName, sendDigits, setAccountCode, tap } from './calls/telling.js';
import { blindTransfer, transfer } from './calls/transfer.js';
import { clearMessage, messageForCall, messageTo, waitingRules, type Waiting } from './calls/waiting.js';
import { cancelWorkTimer } from './centre/acd.js';
import { agentPresence, agentPresenceInAll, makeBusy, memberPresence, personalPresence } from './centre/presence.js';
import { logInAgent, logInExternal, logInUser, logOut, logOutExternal, verifyPin } from './users/log-in.js';
import { autoAnswer, doNotDisturb, forward, messageWaiting, trunkMakeBusy, trunkMakeBusyCancel } from './users/settings.js';

/** On a call of the phone: `ask.call` names it. */
export const CALL_OPERATIONS = [
  'answer',
  'clear',
  'hold',
  'retrieve',
  'consult',
  'cancel-consultation',
  'alternate',
  'trade',
  'transfer',
  'blind-transfer',
  'conference',
  'split',
  'redirect',
  'camp-on',
  'call-me-back',
  'message-for-call',
  'new-call',
  'digits',
  'account-code',
  'caller-name',
  'intrude',
  'silent-monitor',
  'tap',
  'coach',
  'clear-coach',
  'request-help',
] as const;
export type CallOperation = (typeof CALL_OPERATIONS)[number];

/** On the phone itself. */
export const PHONE_OPERATIONS = [
  'call',
  'pickup',
  'remote-retrieve',
  'message-to',
  'clear-message',
  'do-not-disturb',
  'forward-always',
  'forward-busy-internal',
  'forward-busy-external',
  'forward-no-answer-internal',
  'forward-no-answer-external',
  'auto-answer',
  'message-waiting',
  'hot-desk-log-in',
  'hot-desk-log-out',
  'external-log-in',
  'external-log-out',
  'verify-pin',
  'make-busy',
  'agent-log-in',
  'agent-log-out',
  'external-agent-log-in',
  'external-agent-log-out',
  'agent-presence',
  'agent-presence-all',
  'group-presence',
  'personal-presence',
  'cancel-work-timer',
  'trunk-make-busy',
  'trunk-make-busy-cancel',
  'listen-to-agent',
  'hang-up',
] as const;
export type PhoneOperation = (typeof PHONE_OPERATIONS)[number];
export type Operation = CallOperation | PhoneOperation;

export interface Parts {
  readonly waiting: Waiting;
  readonly listeners: Listeners;
  /** How many agents may be logged in at a controller. */
  readonly agentLicences: (controller: number) => number;
}

export function callRules({ waiting }: Parts): Readonly<Record<CallOperation, CallRule>> {
  return {
    answer: answerCall,
    clear: clearCall,
    hold: holdCall,
    retrieve: retrieveCall,
    consult,
    'cancel-consultation': cancelConsultation,
    alternate,
    trade,
    transfer,
    'blind-transfer': blindTransfer,
    conference,
    split,
    redirect,
    ...waitingRules(waiting),
    'message-for-call': messageForCall,
    'new-call': newCall,
    digits: sendDigits,
    'account-code': setAccountCode,
    'caller-name': assignCallerName,
    'silent-monitor': silentMonitor,
    tap,
    coach,
    'clear-coach': clearCoach,
    'request-help': requestHelp,
  };
}

export function phoneRules({ listeners, agentLicences }: Parts): Readonly<Record<PhoneOperation, PhoneRule>> {
  return {
    call: makeCall,
    pickup,
    'remote-retrieve': remoteRetrieve,
    'message-to': messageTo,
    'clear-message': clearMessage,
    'do-not-disturb': doNotDisturb,
    'forward-always': forward('always'),
    'forward-busy-internal': forward('busy-internal'),
    'forward-busy-external': forward('busy-external'),
    'forward-no-answer-internal': forward('no-answer-internal'),
    'forward-no-answer-external': forward('no-answer-external'),
    'auto-answer': autoAnswer,
    'message-waiting': messageWaiting,
    'hot-desk-log-in': logInUser,
    'hot-desk-log-out': logOut('hot-desk-user', 'HOT_DESK_USER', listeners),
    'external-log-in': logInExternal('external-user', 'HOT_DESK_USER'),
    'external-log-out': logOutExternal('external-user', 'HOT_DESK_USER', listeners),
    'verify-pin': verifyPin,
    'make-busy': makeBusy,
    'agent-log-in': logInAgent(agentLicences),
    'agent-log-out': logOut('agent', 'ACD_AGENT', listeners),
    'external-agent-log-in': logInExternal('agent', 'ACD_AGENT'),
    'external-agent-log-out': logOutExternal('agent', 'ACD_AGENT', listeners),
    'agent-presence': agentPresence,
    'agent-presence-all': agentPresenceInAll,
    'group-presence': memberPresence,
    'personal-presence': personalPresence,
    'cancel-work-timer': cancelWorkTimer,
    'trunk-make-busy': trunkMakeBusy,
    'trunk-make-busy-cancel': trunkMakeBusyCancel,
    'listen-to-agent': listenToAgent,
    'hang-up': hangUpSurvivor,
  };
}
