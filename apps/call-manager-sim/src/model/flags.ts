import { farAlerting, otherLegs, type Leg, type Phone } from './phone.js';

/** Facts of a call at one phone (page section 5). `workTimer` is of the phone itself. */
export interface CallFlags {
  readonly conference: boolean;
  readonly conferenceController: boolean;
  readonly ownCall: boolean;
  readonly external: boolean;
  readonly agent: boolean;
  readonly listening: boolean;
  readonly workTimer: boolean;
  readonly farAlerting: boolean;
}

export const NO_FLAGS: CallFlags = {
  conference: false,
  conferenceController: false,
  ownCall: false,
  external: false,
  agent: false,
  listening: false,
  workTimer: false,
  farAlerting: false,
};

export function flagsOf(leg: Leg): CallFlags {
  const { call, phone, state } = leg;
  const workTimer = phone.workUntilMs !== null;
  if (state === 'null') return workTimer ? { ...NO_FLAGS, workTimer } : NO_FLAGS;
  const others = otherLegs(leg);
  const far = others.length === 1 ? others[0]?.phone : undefined;
  return {
    conference: call.conference,
    conferenceController: call.conference && call.conferencer === phone,
    ownCall: state === 'alerting' && leg.pendingNumber !== null,
    external: far !== undefined && isTrunk(far),
    agent: state === 'fail' ? leg.failedAtAgent : far?.kind === 'agent',
    listening: leg.listensTo !== null,
    workTimer,
    farAlerting: farAlerting(leg),
  };
}

function isTrunk(phone: Phone): boolean {
  return phone.kind === 'trunk' || phone.kind === 'sip-peer';
}
