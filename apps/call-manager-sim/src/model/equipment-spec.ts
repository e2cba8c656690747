/** What the controllers of a cluster are made of; the shape in which equipment is handed to the call model. */
import type { PhoneSpec } from './phone.js';

export interface LineSpec {
  /** The set that has the button. */
  readonly setDn: string;
  /** 2 to 96; 1 is the prime line. */
  readonly button: number;
  /** The number that appears on it: the set's own or another set's (multicall), or one that several sets share (key). */
  readonly dn: string;
  readonly shared: 'key' | 'multicall';
}

export interface GroupSpec {
  readonly dn: string;
  readonly name: string;
  readonly kind: 'hunt-group' | 'ring-all-group' | 'ring-cascade-group' | 'personal-ring-group';
  readonly members: readonly string[];
  /** Hunt groups: where the search begins. */
  readonly order?: 'linear' | 'circular';
  /** Cascade: how long before the next member rings too, ms. */
  readonly stepMs?: number;
  /** Where calls go that no member can take. */
  readonly overflow?: string;
}

export interface AcdGroupSpec {
  readonly dn: string;
  readonly name: string;
  /** Directory numbers of agents. */
  readonly agents: readonly string[];
}

/** A group that callers reach by its own number, without a path: they wait in the group itself. */
export interface AcdExpressGroupSpec extends AcdGroupSpec {
  readonly agentTimeoutMs?: number;
  readonly workMs?: number;
}

export interface AcdPathSpec {
  readonly dn: string;
  readonly name: string;
  /** Tried in this order. */
  readonly groups: readonly string[];
  readonly agentTimeoutMs?: number;
  /** How long an agent works after a call, 0 for none. */
  readonly workMs?: number;
}

export interface TrunkSpec {
  /** 1 to 99,999, unique in the cluster. */
  readonly number: number;
  readonly name: string;
  readonly kind: 'trunk' | 'sip-peer';
  /** The outside answers calls after so long by itself; absent: only by hand. */
  readonly answersAfterMs?: number;
}

export interface ControllerSpec {
  /** 1 to 2^32-1; another one after each restart. */
  readonly bootId: number;
  readonly phones: readonly PhoneSpec[];
  /** How resilient phones name it. */
  readonly address?: string;
  /** How many of its agents may be logged in at once; absent: as many as there are. */
  readonly agentLicences?: number;
  readonly lines?: readonly LineSpec[];
  readonly groups?: readonly GroupSpec[];
  readonly acdGroups?: readonly AcdGroupSpec[];
  readonly acdExpressGroups?: readonly AcdExpressGroupSpec[];
  readonly acdPaths?: readonly AcdPathSpec[];
  readonly trunks?: readonly TrunkSpec[];
  /** Digits before a number outside; they are taken off. Default 9. */
  readonly outsidePrefix?: string;
  /** Account codes that count as verified. */
  readonly accountCodes?: readonly string[];
}
