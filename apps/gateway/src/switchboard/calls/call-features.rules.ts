/**
 * featuresAllowed, exactly (docs/design/controller-link.md, section 4): what the controller would accept for a call now follows from the
 * calls of its device alone. Pure; a set of features is a bit mask until it is shown, because it is found for each event.
 */
import { type Feature, FEATURES } from '#contracts/application-words';
import { CALL_FLAGS, type CauseName, type LocalStateName, TRAITS } from '#southbound/messages';

/** One call of a device as far as features go. */
export interface CallFactsView {
  readonly localCallId: number;
  readonly state: LocalStateName;
  /** Bits of CALL_FLAGS. */
  readonly flags: number;
  /** The other call of a consultation; 0 for none. */
  readonly linkedCallId: number;
  /** 0 for no conference, or when not known. */
  readonly parties: number;
  /** Of a call in state fail. */
  readonly failureCause: CauseName;
}

export interface DeviceCalls {
  /** Bits of TRAITS. */
  readonly traits: number;
  readonly calls: ReadonlyMap<number, CallFactsView>;
}

/** Calls a device can have. */
const CALLS_MAX = 8;
/** Devices in a conference. */
const PARTIES_MAX = 8;

const BIT = Object.fromEntries(FEATURES.map((feature, index) => [feature, 2 ** index])) as Readonly<Record<Feature, number>>;
const bits = (...features: readonly Feature[]): number => features.reduce((mask, feature) => mask | BIT[feature], 0);

const has = (call: CallFactsView, flag: keyof typeof CALL_FLAGS): boolean => (call.flags & CALL_FLAGS[flag]) !== 0;
const NO_HELP_FROM_SIP = bits('CAMPON_CALL', 'SET_CALL_ME_BACK', 'SEND_CALLBACK_MESSAGE');

/** The features of `call`, which is one of `device.calls` or has just ended, as a mask for {@link featuresOf}. */
export function featureMask(call: CallFactsView, device: DeviceCalls): number {
  let mask = call.state === 'null' ? 0 : BIT.CLEAR_CALL;
  if (has(call, 'WORK_TIMER')) mask |= BIT.ALTER_WORK_TIMER;
  if (call.state !== 'hold' && call.state !== 'null' && call.linkedCallId !== 0) mask |= BIT.CANCEL_CONSULTATION_CALL;
  mask |= ofState(call, device);
  return (device.traits & TRAITS.SIP) === 0 ? mask : mask & ~NO_HELP_FROM_SIP;
}

function ofState(call: CallFactsView, device: DeviceCalls): number {
  switch (call.state) {
    case 'alerting':
      return BIT.ANSWER_CALL | (has(call, 'OWN_CALL') ? 0 : bits('REDIRECT_CALL', 'ASSIGN_CALLER_ID'));
    case 'originated':
      return BIT.SET_ACCOUNT_CODE;
    case 'delivered':
      return bits('SET_ACCOUNT_CODE', 'OUT_PULSE_DIGITS') | unanswered(call) | consultation(call, device);
    case 'connected':
      return has(call, 'LISTENING') ? 0 : connected(call, device);
    case 'hold':
      return call.linkedCallId === 0 ? held(device) : 0;
    case 'fail':
      return failed(call, device);
    default:
      return 0;
  }
}

function unanswered(call: CallFactsView): number {
  return has(call, 'EXTERNAL') ? 0 : bits('SET_CALL_ME_BACK', 'SEND_CALLBACK_MESSAGE');
}

function failed(call: CallFactsView, device: DeviceCalls): number {
  const { failureCause: cause } = call;
  const external = has(call, 'EXTERNAL');
  let mask = 0;
  if (cause === 'DESTINATION_BUSY' && !external)
    mask |= bits('CAMPON_CALL', 'INTRUDE_CALL', 'SET_CALL_ME_BACK', 'SEND_CALLBACK_MESSAGE');
  if (cause === 'DESTINATION_DO_NOT_DISTURB' && !external) mask |= BIT.SEND_CALLBACK_MESSAGE;
  if (cause === 'DESTINATION_BUSY' && has(call, 'AGENT') && (device.traits & TRAITS.SUPERVISOR) !== 0) mask |= BIT.LISTEN_CALL;
  return mask;
}

function connected(call: CallFactsView, device: DeviceCalls): number {
  const always = bits('SET_ACCOUNT_CODE', 'OUT_PULSE_DIGITS', 'ASSIGN_CALLER_ID', 'TAP_CALL');
  if (call.linkedCallId !== 0) return always | BIT.ALTERNATE_CALL | consultation(call, device);
  const room = device.calls.size < CALLS_MAX;
  const splits = has(call, 'CONFERENCE_CONTROLLER') && call.parties === 3;
  return (
    always | BIT.HOLD_CALL | (room ? bits('CONSULTATION_CALL', 'NEW_CALL') : 0) | (room && splits ? BIT.SPLIT_CONFERENCE_CALL : 0)
  );
}

/** Transfer and conference, for the call of a consultation that is not on hold. */
function consultation(call: CallFactsView, device: DeviceCalls): number {
  const other = device.calls.get(call.linkedCallId);
  if (call.linkedCallId === 0 || other === undefined || has(call, 'CONFERENCE')) return 0;
  const farRings = has(other, 'FAR_ALERTING');
  let mask = 0;
  if (!has(other, 'CONFERENCE') && (call.state === 'connected' || !farRings)) mask |= BIT.TRANSFER_CALL;
  const roomInIt = !has(other, 'CONFERENCE') || (other.parties > 0 && other.parties < PARTIES_MAX);
  if (call.state === 'connected' && !farRings && roomInIt) mask |= BIT.CONFERENCE_CALL;
  return mask;
}

function held(device: DeviceCalls): number {
  for (const other of device.calls.values()) {
    if (other.state === 'hold') continue;
    const trades = other.state === 'connected' && other.linkedCallId === 0 && !has(other, 'LISTENING');
    return trades ? BIT.TRADE_CALL : 0;
  }
  return BIT.RETRIEVE_CALL;
}

const SHOWN = new Map<number, readonly Feature[]>();

/** The words of a mask, in the contract's order; the same array for the same mask, which nobody may change. */
export function featuresOf(mask: number): readonly Feature[] {
  let features = SHOWN.get(mask);
  if (features === undefined) {
    features = Object.freeze(FEATURES.filter((feature) => (mask & BIT[feature]) !== 0));
    SHOWN.set(mask, features);
  }
  return features;
}
