import { farAlerting, otherLegs, partiesKnown, type Leg, type Phone } from './phone.js';
import type { Cause, LocalState } from './words.js';

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

/** All that a snapshot says of a call. */
export interface CallPicture {
  readonly localCallId: number;
  readonly globalHigh: number;
  readonly globalLow: number;
  readonly state: LocalState;
  readonly flags: CallFlags;
  /** Local call id of the other call of a consultation, 0 for none. */
  readonly linked: number;
  readonly parties: number;
  readonly failure: Cause | null;
}

export function pictureOf(leg: Leg): CallPicture {
  const { localCallId, state, call, partner, failure } = leg;
  return {
    localCallId,
    globalHigh: call.globalHigh,
    globalLow: call.globalLow,
    state,
    flags: flagsOf(leg),
    linked: partner?.localCallId ?? 0,
    parties: partiesKnown(leg),
    failure: state === 'fail' ? failure : null,
  };
}
