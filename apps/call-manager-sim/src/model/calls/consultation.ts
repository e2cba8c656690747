/** A call is held to ask somebody else: the two legs of the user are linked until one goes or they are joined. */
import { party } from '../exchange.js';
import { CALLS_PER_PHONE_MAX, activeLeg, isFree, transferLineOf, type Leg } from '../phone.js';
import type { Cause } from '../words.js';
import { dial } from './basic.js';
import { clear } from './ending.js';
import { putOnHold, takeBack } from './holding.js';
import { speaksAlone, when, type CallRule, type CallSituation } from './rule.js';

const mayConsult = (s: CallSituation): boolean => speaksAlone(s) && s.phone.legs.length < CALLS_PER_PHONE_MAX;

/** Holds the call for another one that is linked with it, and dials there. */
function ask(s: CallSituation, cause: Cause): Leg {
  const number = s.ask.number ?? '';
  const consulting = s.x.newCall(s.phone, number);
  s.x.link(s.leg, consulting);
  putOnHold(s.x, s.leg, 'consultation');
  dial(s, consulting, number, cause);
  return consulting;
}

/**
 * Some SIP sets ask over another line of theirs, where that is free (R-CC-06): the call there is one of its own, told to who monitors that line,
 * and the user's hand brings the two together (transfer.ts).
 * @returns false: it is asked on the line that speaks
 */
function askOverAnotherLine({ x, routing, phone, leg, ask: { number = '' } }: CallSituation): boolean {
  const other = transferLineOf(phone);
  if (!other || !isFree(other)) return false;
  putOnHold(x, leg, 'hard');
  dial({ x, routing }, x.newCall(other, number), number, 'NEW_CALL');
  return true;
}

export const consult: CallRule = {
  needs: 'call',
  number: 'needed',
  may: (s) => when(mayConsult(s)),
  act: (s) => (askOverAnotherLine(s) ? undefined : ask(s, 'CONS_CALL_INVOKED')),
};

/** An agent asks a supervisor. */
export const requestHelp: CallRule = {
  needs: 'call',
  number: 'needed',
  may: (s) => when(mayConsult(s) && s.phone.kind === 'agent'),
  act: (s) => ask(s, 'ACD_HELP_CALL'),
};

/** The held leg of the consultation in which this leg occupies the phone. */
export function heldFor(leg: Leg): Leg | null {
  return leg.partner && leg.state !== 'hold' && leg.partner.state === 'hold' ? leg.partner : null;
}

export const cancelConsultation: CallRule = {
  needs: 'call',
  may: ({ leg }) => when(heldFor(leg) !== null),
  act: ({ x, leg }) => {
    const held = heldFor(leg) as Leg;
    clear(x, leg);
    takeBack(x, held, 'consultation');
  },
};

export const alternate: CallRule = {
  needs: 'call',
  may: ({ leg }) => when(leg.state === 'connected' && heldFor(leg) !== null),
  act: ({ x, leg }) => {
    const held = heldFor(leg) as Leg;
    putOnHold(x, leg, 'consultation');
    takeBack(x, held, 'consultation', 'ALTERNATE_CALL_INVOKED');
  },
};

/** Swaps the call that speaks with one that is on hard hold: the one that is named. */
export const trade: CallRule = {
  needs: 'call',
  may: (s) => {
    const active = activeLeg(s.phone);
    return when(s.leg.state === 'hold' && s.leg.partner === null && active !== null && speaksAlone({ ...s, leg: active }));
  },
  act: ({ x, leg, phone }) => {
    putOnHold(x, activeLeg(phone) as Leg, 'hard');
    takeBack(x, leg, 'hard');
  },
};

/** Hard hold and a line ready for dialling: MAKE_CALL goes on with that leg. */
export const newCall: CallRule = {
  needs: 'call',
  may: (s) => when(mayConsult(s)),
  act: ({ x, leg, phone }) => {
    putOnHold(x, leg, 'hard');
    const fresh = x.newCall(phone, '');
    x.tell(fresh, 'ORIGINATED', 'NEW_CALL_INVOKED', 'initiated', [party('CALLING_DEVICE', phone)]);
    return fresh;
  },
};
