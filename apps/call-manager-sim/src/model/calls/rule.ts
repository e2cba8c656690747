/**
 * The shape of a rule: an operation is allowed or refused by looking only, and done only when it is allowed. So a refused one changes nothing
 * by construction, and what a phone may do can be asked without doing it.
 */
import type { Exchange } from '../exchange.js';
import type { Leg, Phone } from '../phone.js';
import type { Result } from '../words.js';
import type { Routing } from './routing.js';

export interface Ask {
  /** Local call id at the phone. */
  readonly call?: number;
  /** Directory number or digits: the first thing that the operation is about. */
  readonly number?: string;
  /** PIN, account code, name, or who invokes. */
  readonly text?: string;
  readonly on?: boolean;
  /** Reason code, coach mode. */
  readonly code?: number;
  /** A user's hand did it, not a request over a link: what needs the hand is done at once. */
  readonly byHand?: boolean;
}

export interface Situation {
  readonly x: Exchange;
  readonly routing: Routing;
  readonly phone: Phone;
  readonly ask: Ask;
}

export interface CallSituation extends Situation {
  readonly leg: Leg;
}

/** What `act` returns: the call that the operation has brought, where it brings one, or that the hand is waited for. */
export type Made = Leg | 'waits' | void;

export interface PhoneRule {
  readonly needs: 'phone';
  /** `ask.number` is checked to be of 1 to 50 of 0-9 * # +. */
  readonly number?: 'needed' | 'optional';
  /** It may be done while the phone is out of service or nobody is logged in. */
  readonly anyTime?: boolean;
  readonly may: (s: Situation) => Result;
  readonly act: (s: Situation) => Made;
}

export interface CallRule {
  readonly needs: 'call';
  readonly number?: 'needed' | 'optional';
  readonly may: (s: CallSituation) => Result;
  readonly act: (s: CallSituation) => Made;
}

export type Rule = PhoneRule | CallRule;

export const when = (condition: boolean): Result => (condition ? 'OK' : 'WRONG_STATE');

/** Speaks, is no half of a consultation and does not only listen: what most operations on a call begin from. */
export function speaksAlone({ leg }: CallSituation): boolean {
  return leg.state === 'connected' && leg.partner === null && leg.listensTo === null;
}

/** What a number that is asked for comes to: refusals are the page's. */
export function reachable(kind: 'ring' | 'queue' | 'outside' | 'fail', cause: string | null): Result {
  if (kind !== 'fail') return 'OK';
  return cause === 'NO_SUCH_NUMBER' ? 'INVALID_NUMBER' : 'DESTINATION_UNAVAILABLE';
}
