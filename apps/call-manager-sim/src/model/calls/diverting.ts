/** Calls that are taken somewhere else: redirected while they ring, picked up, fetched from hold. */
import { ends, named, party } from '../exchange.js';
import { farAlerting, isFree, otherLegs, type Leg, type Phone } from '../phone.js';
import type { Result } from '../words.js';
import { answer } from './answering.js';
import { freeHandset, takeBack } from './holding.js';
import { reachable, type CallRule, type PhoneRule, type Situation } from './rule.js';

export const redirect: CallRule = {
  needs: 'call',
  number: 'needed',
  may: ({ routing, leg, ask }) => {
    if (leg.state !== 'alerting' || leg.pendingNumber !== null) return 'WRONG_STATE';
    const plan = routing.plan(ask.number ?? '', leg.call.caller, leg.call.diversions + 1);
    // the call would come back to where it rings
    if (plan.kind === 'ring' && plan.phones.includes(leg.phone)) return 'DESTINATION_UNAVAILABLE';
    return reachable(plan.kind, plan.kind === 'fail' ? plan.cause : null);
  },
  act: ({ routing, leg, ask }) => {
    const plan = routing.plan(ask.number ?? '', leg.call.caller, leg.call.diversions + 1);
    routing.divertRinging(leg, plan, { away: 'REDIRECTED_AWAY', from: 'REDIRECTED_FROM', to: 'REDIRECTED_TO' });
  },
};

/** Who rings at the number, or, without a number, longest in the pickup group. */
function ringing({ x, phone, ask }: Situation): Leg | null {
  const number = ask.number ?? '';
  const group = (one: Phone) => one.pickupGroup !== null && one.pickupGroup === phone.pickupGroup && one !== phone;
  const phones = number !== '' ? x.directory.appearancesOf(number) : x.directory.phones().filter(group);
  const legs = phones.flatMap(({ legs: own }) =>
    own.filter(({ state, pendingNumber }) => state === 'alerting' && pendingNumber === null),
  );
  legs.sort((a, b) => a.call.startedAtMs - b.call.startedAtMs || a.call.globalLow - b.call.globalLow);
  return legs.find((leg) => leg.call.legs.every((one) => one.phone !== phone)) ?? null;
}

function mayFetch(s: Situation, found: Leg | null): Result {
  if (!isFree(s.phone)) return 'WRONG_STATE';
  const number = s.ask.number ?? '';
  if (number !== '' && s.x.directory.appearancesOf(number).length === 0) return 'INVALID_NUMBER';
  return found ? 'OK' : 'DESTINATION_UNAVAILABLE';
}

export const pickup: PhoneRule = {
  needs: 'phone',
  number: 'optional',
  may: (s) => mayFetch(s, ringing(s)),
  act: (s) => {
    const { x, routing, phone } = s;
    const rang = ringing(s) as Leg;
    const { call } = rang;
    const taken = x.attach(call, phone);
    call.called = taken;
    call.group = null;
    for (const leg of [...call.legs])
      if (leg !== taken && leg.state === 'alerting') routing.leaveRinging(leg, 'DIVERTED_PICKUP_AWAY');
    answer(x, taken, { own: 'PICKUP_INVOKED', far: 'PICKUP' });
    return taken;
  },
};

function heldAt({ x, phone, ask }: Situation): Leg | null {
  const number = ask.number ?? '';
  const phones = number !== '' ? x.directory.appearancesOf(number) : [phone];
  const fits = (leg: Leg) => leg.state === 'hold' && leg.partner === null && !farAlerting(leg);
  return (
    phones
      .flatMap(({ legs }) => legs.filter(fits))
      .find((leg) => leg.phone === phone || leg.call.legs.every((one) => one.phone !== phone)) ?? null
  );
}

/** Takes a call that is on hold at another phone; without a number the phone's own. */
export const remoteRetrieve: PhoneRule = {
  needs: 'phone',
  number: 'optional',
  may: (s) => mayFetch(s, heldAt(s)),
  act: (s) => {
    const { x, routing, phone } = s;
    const held = heldAt(s) as Leg;
    freeHandset(x, phone);
    if (held.phone === phone) {
      takeBack(x, held, 'hard');
      return held;
    }
    const { call } = held;
    const [wasCaller, wasMaker] = [call.caller === held, call.conferencer === held.phone];
    const taken = x.attach(call, phone);
    if (wasCaller) call.caller = taken;
    else if (call.called === held) call.called = taken;
    if (wasMaker) call.conferencer = null;
    routing.leaveRinging(held, 'HARD_HOLD_RETRIEVED');
    const parties = [...ends(call), party('HOLDING_DEVICE', named(held)), party('PICKUP_DEVICE', phone)];
    x.tell(taken, 'RETRIEVED', 'RETRIEVE_INVOKED', 'connected', parties);
    for (const other of otherLegs(taken))
      x.tell(other, 'RETRIEVED', call.conference ? 'CONFERENCE_CALL_RETRIEVED' : 'RETRIEVE', other.state, parties);
    return taken;
  },
};
