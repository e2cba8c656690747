import type { Ask } from './calls/rule.js';
import type { Cluster, Operation } from './cluster.js';
import { CALL_OPERATIONS, type CallOperation } from './operations.js';
import type { Leg, Phone } from './phone.js';
import type { LocalState, Result } from './words.js';

/** What the keys of a simple phone act on: the latest call in one of these states. */
const ACTS_ON: Partial<Record<CallOperation, readonly LocalState[]>> = {
  answer: ['alerting'],
  clear: ['originated', 'delivered', 'alerting', 'connected', 'fail', 'initiated', 'queued'],
  hold: ['connected'],
  retrieve: ['hold'],
};

export function isCallOperation(operation: Operation): operation is CallOperation {
  return (CALL_OPERATIONS as readonly string[]).includes(operation);
}

/**
 * The user's hand at a phone: without a call id the phone itself knows which call is meant. Clearing takes the call that is not on hold, else the
 * latest held one; other keys the latest call for which they do something. UNKNOWN_CALL when the phone has no call at all, WRONG_STATE when none fits.
 */
export function press(cluster: Cluster, operation: Operation, phone: Phone, atMs: number, ask: Ask = {}): Result {
  const byHand = { ...ask, byHand: true };
  if (!isCallOperation(operation) || ask.call !== undefined) return cluster.perform(operation, phone, byHand, atMs).result;
  if (operation === 'clear' && phone.legs.length === 0 && phone.survivor)
    return cluster.perform('hang-up', phone, byHand, atMs).result;
  const leg = meant(cluster, operation, phone, byHand);
  if (!leg) return !phone.inService ? 'DEVICE_OUT_OF_SERVICE' : phone.legs.length === 0 ? 'UNKNOWN_CALL' : 'WRONG_STATE';
  return cluster.perform(operation, phone, { ...byHand, call: leg.localCallId }, atMs).result;
}

function meant(cluster: Cluster, operation: CallOperation, phone: Phone, ask: Ask): Leg | undefined {
  const states = ACTS_ON[operation];
  if (!states) {
    const fits = (leg: Leg) => cluster.may(operation, phone, { ...ask, call: leg.localCallId }) === 'OK';
    return phone.legs.filter(fits).at(-1) ?? phone.legs.at(-1);
  }
  const fitting = phone.legs.filter((leg) => states.includes(leg.state));
  return fitting.at(-1) ?? (operation === 'clear' ? phone.legs.at(-1) : undefined);
}
