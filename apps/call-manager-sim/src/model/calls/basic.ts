/** Make, answer, clear, hold and retrieve. */
import { DEVICE_KIND_OF } from '../device-kind.js';
import { named, party, type Exchange } from '../exchange.js';
import { activeLeg, isFree, type Leg, type Phone } from '../phone.js';
import type { Cause } from '../words.js';
import { answer } from './answering.js';
import { clear, endSurvivor } from './ending.js';
import { freeHandset, putOnHold, takeBack } from './holding.js';
import type { Routing } from './routing.js';
import { speaksAlone, when, type CallRule, type PhoneRule, type Situation } from './rule.js';

/** Tells ORIGINATED and sends the call on its way. */
export function dial(s: { readonly x: Exchange; readonly routing: Routing }, leg: Leg, number: string, cause: Cause): void {
  const { x, routing } = s;
  leg.call.dialled = number;
  x.tell(leg, 'ORIGINATED', cause, 'originated', [party('CALLING_DEVICE', named(leg)), party('CALLED_DEVICE', null, number)]);
  routing.carryOut(leg, routing.plan(number, leg));
}

/** The phone rings at its own user first; what he wanted is dialled when he lifts it. */
export function ringBack(x: Exchange, phone: Phone, number: string, cause: Cause): Leg {
  const leg = x.newCall(phone, number);
  leg.pendingNumber = number;
  const parties = [party('CALLING_DEVICE', phone), party('CALLED_DEVICE', null, number)];
  const ring = () => {
    if (leg.state === 'initiated') x.tell(leg, 'RECEIVED', cause, 'alerting', parties);
  };
  if (phone.responseMs > 0) x.after(phone.responseMs, ring);
  else ring();
  return leg;
}

/** Over a link, phones that only a hand can lift accept, and nothing happens until the hand does it (R-CC-06). */
const waitsForHand = ({ phone, ask }: Situation): boolean => DEVICE_KIND_OF[phone.kind].needsHand && !ask.byHand;

/** A line that NEW_CALL has made ready. */
const ready = (phone: Phone): Leg | null => phone.legs.find(({ state, told }) => state === 'initiated' && told) ?? null;

export const makeCall: PhoneRule = {
  needs: 'phone',
  number: 'needed',
  may: ({ phone }) => when(ready(phone) !== null || isFree(phone)),
  act: (s) => {
    const { x, phone, ask } = s;
    const number = ask.number ?? '';
    // a line that NEW_CALL has made ready is in the user's hand already
    if (waitsForHand(s) && ready(phone) === null)
      return ringBack(x, phone, number, phone.kind === 'external-user' ? 'EHDU_CALL_BACK' : 'NEW_CALL');
    freeHandset(x, phone);
    const leg = ready(phone) ?? x.newCall(phone, number);
    if (ask.text) leg.call.accountCode = { digits: ask.text, verified: x.directory.isAccountCode(ask.text) };
    showInUse(x, phone, leg);
    dial(s, leg, number, 'NEW_CALL');
    return leg;
  },
};

/** A key line that one set uses is shown as in use at the others. */
function showInUse(x: Exchange, phone: Phone, leg: Leg): void {
  if (phone.line?.shared !== 'key') return;
  for (const other of x.directory.appearancesOf(phone.dn))
    if (other !== phone)
      x.tellAbout(other, leg.call, 'EXTENSION_IN_USE', 'EXTENSION_IN_USE', [party('CONTROLLER_DEVICE', phone)]);
}

export const answerCall: CallRule = {
  needs: 'call',
  may: ({ leg }) => when(leg.state === 'alerting'),
  act: (s) => {
    const { x, leg, phone } = s;
    if (waitsForHand(s)) return 'waits';
    const number = leg.pendingNumber;
    leg.pendingNumber = null;
    if (number === null) {
      answer(x, leg);
      showInUse(x, phone, leg);
    } else {
      freeHandset(x, phone);
      dial(s, leg, number, liftCause(phone));
    }
  },
};

function liftCause(phone: Phone): Cause {
  if (phone.kind === 'external-user') return 'EHDU_ACCESS';
  return DEVICE_KIND_OF[phone.kind].needsHand ? 'NEW_CALL' : 'CALLBACK_INVOKED';
}

/** The controller itself can drop an external hot desk user's call; a SIP phone has to be hung up. */
export const clearCall: CallRule = {
  needs: 'call',
  may: () => 'OK',
  act: ({ x, leg, phone, ask }) => {
    if (phone.kind === 'sip-phone' && !ask.byHand) return 'waits';
    clear(x, leg);
  },
};

/** Only a hand: the call whose controller has forgotten it. */
export const hangUpSurvivor: PhoneRule = {
  needs: 'phone',
  anyTime: true,
  may: ({ phone, ask }) => (ask.byHand && phone.survivor ? 'OK' : 'UNKNOWN_CALL'),
  act: ({ x, phone }) => endSurvivor(x, phone),
};

export const holdCall: CallRule = {
  needs: 'call',
  may: (s) => when(speaksAlone(s)),
  act: ({ x, leg }) => putOnHold(x, leg, 'hard'),
};

export const retrieveCall: CallRule = {
  needs: 'call',
  may: ({ leg, phone }) => when(leg.state === 'hold' && leg.partner === null && activeLeg(phone) === null),
  act: ({ x, leg, phone }) => {
    freeHandset(x, phone);
    takeBack(x, leg, 'hard');
  },
};
