import type { CallFlags } from './flags.js';
import type { Call, Device, Leg, Named } from './phone.js';
import type { Cause, EventName, LocalState, Role } from './words.js';

/** A device named in an event: a device of the cluster or an end outside, or the digits that reached nobody. */
export interface Party {
  readonly role: Role;
  readonly phone: Named | null;
  /** Given where the digits that were dialled belong to the story, else null. */
  readonly dialled: string | null;
}

export interface CallFact {
  readonly what:
    | 'ACCOUNT_CODE'
    | 'ACCOUNT_CODE_VERIFIED'
    | 'TRUNK_OUTPULSED_DIGITS'
    | 'QUEUE_POSITION'
    | 'PRIMARY_ADDRESS'
    | 'SECONDARY_ADDRESS';
  readonly value: string;
}

/** What a feature's event says beyond its device. */
export interface FeatureChange {
  readonly on: boolean;
  /** The forwarding's number, the user's, the group's or the agent's; '' for none. */
  readonly number: string;
  /** The set of a user, who invoked it; '' for none. */
  readonly other: string;
  /** Reason code of make busy, coach mode; else 0. */
  readonly code: number;
}

/** Something that happened at one device, whoever monitors it. `serial` is dense per device and boot. */
export interface Happening {
  readonly phone: Device;
  readonly serial: number;
  readonly atMs: number;
  readonly event: EventName;
  readonly cause: Cause;
  readonly state: LocalState;
  /** 0 for events of the device itself. */
  readonly localCallId: number;
  readonly call: Call | null;
  readonly parties: readonly Party[];
  /** Local call id of the other leg of a consultation, 0 for none. */
  readonly linked: number;
  /** Members of the conference as far as this controller knows them; empty when it is none. */
  readonly members: readonly Leg[];
  readonly flags: CallFlags;
  readonly change?: FeatureChange;
  /** What belongs to the call and not to one device (role CALL). */
  readonly about?: readonly CallFact[];
}

export type HappeningListener = (happening: Happening) => void;
