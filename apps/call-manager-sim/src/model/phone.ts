import type { LocalState } from './words.js';

/** One end of a call at one phone. It is at the phone exactly while its state is not null. */
export interface Leg {
  readonly call: Call;
  readonly phone: Phone;
  readonly localCallId: number;
  state: LocalState;
}

/** `called` stays null for a call that never reached a phone: it then holds only the caller's leg, in state fail. */
export interface Call {
  readonly globalHigh: number;
  readonly globalLow: number;
  readonly dialled: string;
  readonly startedAtMs: number;
  caller: Leg;
  called: Leg | null;
}

export interface PhoneSpec {
  /** 1 to 9 ASCII digits, unique in the cluster. */
  readonly dn: string;
  /** At most 40 bytes of UTF-8, so that every event fits its 300 bytes of device data. */
  readonly name: string;
  /** False: the class of service forbids monitoring (R-CLU-07). */
  readonly monitorable: boolean;
}

export interface Phone extends PhoneSpec {
  readonly controller: number;
  readonly handle: number;
  inService: boolean;
  /** Serial of the last happening; counts whether or not anybody monitors, from 1 after each boot of the controller. */
  serial: number;
  lastLocalCallId: number;
  readonly legs: Leg[];
}

/** Calls at one phone; beyond the three that one snapshot shows, so that "more" can be seen. */
export const CALLS_PER_PHONE_MAX = 8;

export const NAME_BYTES_MAX = 40;

const DN_PATTERN = /^[0-9]{1,9}$/;

export function isDirectoryNumber(text: string): boolean {
  return DN_PATTERN.test(text);
}

/**
 * The handle is the directory number with a 1 before it: a one-to-one function of the number, so it survives every restart, never names two
 * devices and fits 32 bits (1 and nine digits is below 2^31).
 */
export function handleOf(dn: string): number {
  if (!isDirectoryNumber(dn)) throw new Error(`not a directory number of 1 to 9 digits: ${JSON.stringify(dn)}`);
  return Number(`1${dn}`);
}

export function newPhone(spec: PhoneSpec, controller: number): Phone {
  if (new TextEncoder().encode(spec.name).length > NAME_BYTES_MAX)
    throw new Error(`the name of ${spec.dn} is over ${NAME_BYTES_MAX} bytes`);
  return { ...spec, controller, handle: handleOf(spec.dn), inService: true, serial: 0, lastLocalCallId: 0, legs: [] };
}

/** The one leg that is not on hold; a phone has at most one. */
export function activeLeg(phone: Phone): Leg | null {
  return phone.legs.find((leg) => leg.state !== 'hold') ?? null;
}

export function otherLeg(leg: Leg): Leg | null {
  return leg.call.caller === leg ? leg.call.called : leg.call.caller;
}
