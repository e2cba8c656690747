import type { Call, Phone } from './phone.js';
import type { Cause, EventName, LocalState, Role } from './words.js';

/** A device named in an event: a phone of the cluster, or the digits that reached nobody. */
export interface Party {
  readonly role: Role;
  readonly phone: Phone | null;
  /** Given where the digits that were dialled belong to the story, else null. */
  readonly dialled: string | null;
}

/** Something that happened at one phone, whoever monitors it. `serial` is dense per phone and boot. */
export interface Happening {
  readonly phone: Phone;
  readonly serial: number;
  readonly atMs: number;
  readonly event: EventName;
  readonly cause: Cause;
  readonly state: LocalState;
  /** 0 for events of the device itself. */
  readonly localCallId: number;
  readonly call: Call | null;
  readonly parties: readonly Party[];
}

export type HappeningListener = (happening: Happening) => void;
