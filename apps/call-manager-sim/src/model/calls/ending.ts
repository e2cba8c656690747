/** How ends leave a call and how calls end. */
import { ends, named, party, type Exchange } from '../exchange.js';
import { otherLegs, type Call, type Leg, type Named, type Phone } from '../phone.js';
import type { Cause } from '../words.js';

/** One end's hand has cleared: it alone goes where the call can go on without it, else the call ends. */
export function clear(x: Exchange, leg: Leg): void {
  if (goesOnWithout(leg)) drop(x, leg, 'CLEAR_INVOKED');
  else endCall(x, leg.call, leg);
}

/** Nobody's hand did it: the phone or its controller went away. */
export function lose(x: Exchange, leg: Leg): void {
  if (goesOnWithout(leg)) drop(x, leg, 'CLEARED');
  else endCall(x, leg.call, null);
}

/** `invoker` null: nobody's hand did it, all ends are told CLEARED; the caller counts as the one who dropped, or `dropped`. */
export function endCall(x: Exchange, call: Call, invoker: Leg | null, dropped?: Named): void {
  const gone = dropped ?? named(invoker ?? call.caller);
  const legs = [...call.legs].sort((a, b) => Number(b === invoker) - Number(a === invoker));
  for (const leg of legs) tellCleared(x, leg, leg === invoker ? 'CLEAR_INVOKED' : 'CLEARED', gone);
  x.callCount -= 1;
  releaseSurvivors(x, call);
}

/** CLEARED at this end alone; an end that was never told of the call goes without a word. */
export function tellCleared(x: Exchange, leg: Leg, cause: Cause, dropped: Named): void {
  const { call, told } = leg;
  x.detach(leg);
  if (told) x.tell(leg, 'CLEARED', cause, 'null', [...ends(call), party('DROPPED_DEVICE', dropped)]);
}

/** This end goes and the others stay: a member of a conference, or one of several that ring. */
export function drop(x: Exchange, leg: Leg, cause: Cause): void {
  const { call } = leg;
  const wasRinging = leg.state === 'alerting';
  tellCleared(x, leg, cause, named(leg));
  left(x, call, leg, wasRinging);
}

/** Tells who stays that one is gone; with two left it is an ordinary call again. */
export function left(x: Exchange, call: Call, gone: Leg, wasRinging: boolean): void {
  rename(call, gone);
  if (wasRinging || !call.conference) return;
  if (call.conferencer === gone.phone) call.conferencer = null;
  if (call.legs.length <= 2) {
    call.conference = false;
    call.conferencer = null;
  }
  for (const other of call.legs)
    x.tell(other, 'DEVICE_DROPPED', 'CONFERENCE_MEMBER_DROPPED', other.state, [
      ...ends(call),
      party('DROPPED_DEVICE', named(gone)),
    ]);
}

/** Who else rings for a call that one has taken is told so. */
export function stopRinging(x: Exchange, call: Call, taken: Leg): void {
  for (const leg of [...call.legs])
    if (leg !== taken && (leg.state === 'alerting' || (leg.state === 'initiated' && !leg.told && leg !== call.caller)))
      tellCleared(x, leg, 'MEMBER_ANSWERED', named(taken));
}

/** CALLING_DEVICE and CALLED_DEVICE always name ends that stand, while any do. */
export function rename(call: Call, gone: Leg): void {
  const spare = call.legs.find((leg) => leg !== call.caller && leg !== call.called);
  if (call.caller === gone && spare) call.caller = spare;
  else if (call.called === gone && spare) call.called = spare;
}

function goesOnWithout(leg: Leg): boolean {
  const others = otherLegs(leg);
  if (leg.state === 'alerting') return others.some(({ state }) => state === 'alerting');
  return leg.call.conference && others.length >= 2;
}

export function releaseSurvivors(x: Exchange, call: Call): void {
  for (const phone of x.survivors) {
    if (phone.survivor !== call) continue;
    x.survivors.delete(phone);
    phone.survivor = null;
    x.freed(phone);
  }
}

/** The user's hand ends a call whose controller has forgotten this end. */
export function endSurvivor(x: Exchange, phone: Phone): void {
  if (phone.survivor) endCall(x, phone.survivor, null, phone);
}
