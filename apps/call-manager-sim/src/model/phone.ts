import { DEVICE_KIND_OF, type DeviceKind } from './device-kind.js';
import { newFeatures, type Features } from './features.js';
import type { Cause, LocalState } from './words.js';

/** What a directory number, trunk number or line appearance names. `handle` is one-to-one and survives restarts. */
export interface Device {
  readonly kind: DeviceKind;
  readonly dn: string;
  /** As displays show it, at most {@link NAME_BYTES_MAX}: the beginning of `fullName`. */
  name: string;
  /** As the directory has it; may be changed by a write there. */
  fullName: string;
  /** What make of set it is; null: not known. */
  readonly model: string | null;
  readonly monitorable: boolean;
  readonly handle: number;
  /** R-RES-02: where it is at home, and where it goes when that is away (null: it is not resilient). */
  readonly primary: number;
  readonly secondary: number | null;
  /** The controller that serves it now. */
  controller: number;
  inService: boolean;
  /** Serial of the last happening; counts whether or not anybody monitors, from 1 after each boot of the controller. */
  serial: number;
}

/** An end outside the cluster, reached over a trunk: it is named by its number, not by the trunk's. */
export interface Named {
  readonly dn: string;
  readonly name: string;
  /** Of an end outside: what it is reached over. */
  readonly trunk?: Named;
}

/** One end of a call at one phone. It is at the phone exactly while its state is not null. */
export interface Leg {
  call: Call;
  readonly phone: Phone;
  readonly localCallId: number;
  state: LocalState;
  /** Of a consultation: the held leg of the same user's consultation leg, and the other way round. */
  partner: Leg | null;
  /** Whose number and name events give, where it is not the phone's own. */
  outside: Named | null;
  /** Hears what this agent has or will have, and is no end of that call. */
  listensTo: Phone | null;
  /** Whom the listener may speak to: 0 nobody, 1 all, 2 the agent alone. */
  coach: 0 | 1 | 2;
  /** Of a call that failed: why, where, and whether that was an agent who was logged in. */
  failure: Cause | null;
  failedAt: Device | null;
  failedAtAgent: boolean;
  /** False until its phone was told of it first; such a leg goes without a word. */
  told: boolean;
  /** The digits that its user's application sent while it stood, the last 50. */
  digitsSent: string;
  /** Numbers of recorders that hear it; '' is the one that the controller has for it. */
  readonly taps: string[];
  /** What is to be dialled when the user's hand has lifted the phone (SIP, external hot desk user, call me back). */
  pendingNumber: string | null;
}

/** `called` stays null for a call that never reached a phone: it then holds only the caller's leg, in state fail. */
export interface Call {
  readonly globalHigh: number;
  readonly globalLow: number;
  dialled: string;
  readonly startedAtMs: number;
  /** Named CALLING_DEVICE and CALLED_DEVICE; of a conference the first two. */
  caller: Leg;
  called: Leg | null;
  /** Ends whose controller has forgotten them, and whose users speak on (R-RES-03). */
  hidden: number;
  /** All that stand, in the order they joined; ends that ring side by side are all here. */
  readonly legs: Leg[];
  conference: boolean;
  /** Who made the conference, null once that one has left. */
  conferencer: Phone | null;
  /** The controller that holds the conference: only there its members are known (R-CC-05). */
  host: number;
  accountCode: { readonly digits: string; readonly verified: boolean } | null;
  /** The group or path that distributes it. */
  group: Device | null;
  /** The name that the caller goes by, where an application has assigned one. */
  callerName: string | null;
  /** First asked for, when it was diverted since. */
  original: Named | null;
  /** Diversions so far: loops are bounded by {@link DIVERSIONS_MAX}. */
  diversions: number;
}

export interface PhoneSpec {
  /** 1 to 9 ASCII digits, unique in the cluster. */
  readonly dn: string;
  /** At most 40 bytes of UTF-8, so that every event fits its 300 bytes of device data. */
  readonly name: string;
  /** False: the class of service forbids monitoring (R-CLU-07). */
  readonly monitorable: boolean;
  readonly kind?: DeviceKind;
  /** What make of set it is (R-SES-02); absent: the controller does not know. */
  readonly model?: string;
  /** R-RES-01: the controller that takes it when its own is away. */
  readonly secondary?: number;
  readonly pickupGroup?: number;
  /** Hot desk users and agents: 1 to 20 digits. */
  readonly pin?: string;
  /** Agents: what the contact centre knows them by. */
  readonly agentId?: string;
  /** A set at which hot desk users and agents may log in. */
  readonly hotDesk?: boolean;
  /** May listen to agents. */
  readonly supervisor?: boolean;
  /** SIP sets: the button of the line over which they ask somebody else (R-CC-06). */
  readonly transferLine?: number;
  /** External hot desk users: how long the outside network takes (R-CC-07). */
  readonly responseMs?: number;
}

/** Any device that can be an end of calls: sets, line appearances, users, agents and trunks. */
export interface Phone extends Device {
  lastLocalCallId: number;
  readonly legs: Leg[];
  readonly features: Features;
  readonly pickupGroup: number | null;
  readonly pin: string | null;
  readonly agentId: string | null;
  readonly hotDesk: boolean;
  readonly responseMs: number;
  readonly supervisor: boolean;
  /** The button of the line over which a SIP set asks somebody else; null: it asks on the line it speaks on. */
  readonly transferLine: number | null;
  /** An agent who works after a call, until then in ms of virtual time; null: no work timer runs. */
  workUntilMs: number | null;
  /** An agent's last call ended, or he logged in, at this time: the longest idle is next. */
  idleSinceMs: number;
  /** A line appearance's set; for a user or agent the set where he is logged in. */
  set: Phone | null;
  /** Who is logged in at this set. */
  occupant: Phone | null;
  /** Line appearances: the button and the kind of line. */
  readonly line: { readonly button: number; readonly shared: 'key' | 'multicall' } | null;
  /** Its lines beside the prime one, by button. */
  readonly appearances: Phone[];
  /** A call that outlives the controller that knew it (R-RES-03). */
  survivor: Call | null;
}

/** Calls at one phone; beyond the three that one snapshot shows, so that "more" can be seen. */
export const CALLS_PER_PHONE_MAX = 8;
export const CONFERENCE_PARTIES_MAX = 8;
export const DIVERSIONS_MAX = 8;

export const NAME_BYTES_MAX = 40;
/** A text of the directory. */
export const TEXT_CHARACTERS_MAX = 255;
export const DIGITS_SENT_MAX = 50;
export const TAPS_MAX = 8;

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

/** `handle` for devices that have no directory number of their own; else it is that of the number. */
export function newDevice(spec: PhoneSpec, controller: number, handle = handleOf(spec.dn)): Device {
  if (new TextEncoder().encode(spec.name).length > NAME_BYTES_MAX)
    throw new Error(`the name of ${spec.dn} is over ${NAME_BYTES_MAX} bytes`);
  const { dn, name, model = null, monitorable, kind = 'phone', secondary = null } = spec;
  if (secondary === controller) throw new Error(`the secondary controller of ${dn} is its primary`);
  const inService = !DEVICE_KIND_OF[kind].needsSet;
  return {
    kind,
    dn,
    name,
    fullName: name,
    model,
    monitorable,
    handle,
    primary: controller,
    secondary,
    controller,
    inService,
    serial: 0,
  };
}

export function newPhone(spec: PhoneSpec, controller: number, handle?: number, line: Phone['line'] = null): Phone {
  const {
    pickupGroup = null,
    pin = null,
    agentId = null,
    hotDesk = false,
    responseMs = 0,
    supervisor = false,
    transferLine = null,
  } = spec;
  return {
    ...newDevice(spec, controller, handle),
    lastLocalCallId: 0,
    legs: [],
    features: newFeatures(),
    pickupGroup,
    pin,
    agentId,
    hotDesk,
    responseMs,
    supervisor,
    transferLine,
    workUntilMs: null,
    idleSinceMs: 0,
    set: null,
    occupant: null,
    line,
    appearances: [],
    survivor: null,
  };
}

/** The one leg that is not on hold; a phone has at most one. */
export function activeLeg(phone: Phone): Leg | null {
  return phone.legs.find((leg) => leg.state !== 'hold') ?? null;
}

/**
 * No call occupies the phone and there is room for one more. Who is found over the network outside (R-CC-07) has one call at a time, one on hold
 * included: that phone is in use.
 */
export function isFree(phone: Phone): boolean {
  if (phone.responseMs > 0 && !DEVICE_KIND_OF[phone.kind].trunk) return phone.legs.length === 0;
  return activeLeg(phone) === null && phone.legs.length < CALLS_PER_PHONE_MAX;
}

export function otherLeg(leg: Leg): Leg | null {
  return leg.call.caller === leg ? leg.call.called : leg.call.caller;
}

export function otherLegs(leg: Leg): Leg[] {
  return leg.call.legs.filter((other) => other !== leg);
}

/** Nobody has answered at the far end. */
export function farAlerting(leg: Leg): boolean {
  if (leg.state !== 'delivered' && leg.state !== 'hold' && leg.state !== 'queued') return false;
  return leg.call.hidden === 0 && otherLegs(leg).every(({ state }) => state === 'alerting' || state === 'initiated');
}

/** How many are in the conference, 0 when it is none or when the phone's controller cannot know (R-CC-05). */
export function partiesKnown(leg: Leg): number {
  const { call, phone } = leg;
  return call.conference && phone.controller === call.host ? call.legs.length : 0;
}

/** The line over which a SIP set asks somebody else (R-CC-06). */
export const transferLineOf = ({ appearances, transferLine }: Phone): Phone | undefined =>
  appearances.find(({ line }) => line?.button === transferLine);

/** The set and all its lines: one user, one handset. */
export function linesOfSet(phone: Phone): Phone[] {
  const set = phone.line ? phone.set : phone;
  return set ? [set, ...set.appearances] : [phone];
}
