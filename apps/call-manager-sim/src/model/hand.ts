import type { CallOperation, Cluster } from './cluster.js';
import type { Leg, Phone } from './phone.js';
import type { LocalState, Result } from './words.js';

/** What each key of a phone acts on: the latest call in one of these states. */
const ACTS_ON: Record<CallOperation, readonly LocalState[]> = {
  answer: ['alerting'],
  clear: ['originated', 'delivered', 'alerting', 'connected', 'fail', 'initiated', 'queued'],
  hold: ['connected'],
  retrieve: ['hold'],
};

/**
 * The user's hand at a phone: no call id, the phone itself knows which call is meant. Clearing takes the call that is not on hold, else the
 * latest held one. UNKNOWN_CALL when the phone has no call at all, WRONG_STATE when none fits.
 */
export function press(cluster: Cluster, operation: CallOperation, phone: Phone, atMs: number): Result {
  const leg = meant(operation, phone);
  if (!leg) return !phone.inService ? 'DEVICE_OUT_OF_SERVICE' : phone.legs.length === 0 ? 'UNKNOWN_CALL' : 'WRONG_STATE';
  return cluster.operate(operation, phone, leg.localCallId, atMs);
}

function meant(operation: CallOperation, phone: Phone): Leg | undefined {
  const fitting = phone.legs.filter((leg) => ACTS_ON[operation].includes(leg.state));
  return fitting.at(-1) ?? (operation === 'clear' ? phone.legs.at(-1) : undefined);
}
