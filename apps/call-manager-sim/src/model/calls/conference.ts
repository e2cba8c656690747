/** Several ends in one call. It belongs to who made it: only there it can be split, and only at that controller its members are known. */
import { ends, named, party, type Exchange } from '../exchange.js';
import {
  CALLS_PER_PHONE_MAX,
  CONFERENCE_PARTIES_MAX,
  farAlerting,
  otherLegs,
  partiesKnown,
  type Call,
  type Leg,
} from '../phone.js';
import type { Cause } from '../words.js';
import { heldFor } from './consultation.js';
import { rename } from './ending.js';
import { speaksAlone, when, type CallRule } from './rule.js';

export const conference: CallRule = {
  needs: 'call',
  may: ({ leg }) => {
    const held = heldFor(leg);
    if (!held || leg.state !== 'connected' || leg.call.conference || farAlerting(held)) return 'WRONG_STATE';
    const parties = partiesKnown(held);
    return when(!held.call.conference || (parties > 0 && parties < CONFERENCE_PARTIES_MAX));
  },
  act: ({ x, leg }) => {
    const held = heldFor(leg) as Leg;
    const { call } = held;
    const gone = leg.call;
    const before = call.conference ? new Set(call.legs) : new Set<Leg>();
    const joining = otherLegs(leg);
    x.detach(leg);
    x.tell(leg, 'CLEARED', 'CONFERENCED', 'null', [...ends(gone), party('DROPPED_DEVICE', named(leg))]);
    for (const one of joining) x.move(one, call);
    x.callCount -= 1;
    makeConference(call, held);
    tellConferenced(x, held, 'CONFERENCE_INVOKED', (other) => (before.has(other) ? 'CONFERENCE_MEMBER_ADDED' : 'CONFERENCED'));
  },
};

function makeConference(call: Call, by: Leg): void {
  call.group = null;
  if (!call.conference) {
    call.host = by.phone.controller;
    call.conferencer = by.phone;
  }
  call.conference = true;
}

function tellConferenced(x: Exchange, by: Leg, own: Cause, others: (leg: Leg) => Cause): void {
  const { call } = by;
  const parties = [...ends(call), party('CONTROLLER_DEVICE', call.conferencer ?? named(by))];
  x.tell(by, 'CONFERENCED', own, 'connected', parties);
  for (const other of otherLegs(by)) x.tell(other, 'CONFERENCED', others(other), other.state, parties);
  const maker = call.conferencer ?? by.phone;
  x.tellFeature(maker, 'CONFERENCE_FEATURE', { on: true, number: maker.dn });
}

/** The end that came last stays with who made the conference, the other is held for a consultation. */
export const split: CallRule = {
  needs: 'call',
  may: (s) =>
    when(
      speaksAlone(s) &&
        s.leg.call.conferencer === s.phone &&
        partiesKnown(s.leg) === 3 &&
        s.phone.legs.length < CALLS_PER_PHONE_MAX,
    ),
  act: ({ x, leg, phone }) => {
    const { call } = leg;
    const last = otherLegs(leg).at(-1) as Leg;
    const own = x.newCall(phone, named(last).dn);
    x.move(last, own.call);
    own.call.called = last;
    rename(call, last);
    call.conference = false;
    call.conferencer = null;
    x.link(leg, own);
    const held = [...ends(call), party('SPLITTING_DEVICE', phone)];
    x.tell(leg, 'HELD', 'CONFERENCE_SPLIT_INVOKED', 'hold', held);
    for (const other of otherLegs(leg)) x.tell(other, 'HELD', 'CONFERENCE_SPLIT', other.state, held);
    const spoken = [...ends(own.call), party('SPLITTING_DEVICE', phone)];
    x.tell(own, 'ESTABLISHED', 'CONFERENCE_SPLIT_INVOKED', 'connected', spoken);
    x.tell(last, 'ESTABLISHED', 'CONFERENCE_SPLIT', last.state, spoken);
    x.tellFeature(phone, 'CONFERENCE_FEATURE', { on: false, number: phone.dn });
    return own;
  },
};

/** A third end joins those that speak (intrusion). */
export function intrudeOn(x: Exchange, joining: Leg, into: Leg): void {
  const { call } = into;
  const alone = joining.call;
  x.move(joining, call);
  if (alone.legs.length === 0) x.callCount -= 1;
  makeConference(call, joining);
  tellConferenced(x, joining, 'INTRUSION_INVOKED', () => 'INTRUSION');
}
