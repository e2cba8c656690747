/** How an end goes on hold and comes back, whatever brought that about. */
import { ends, named, party, type Exchange } from '../exchange.js';
import { farAlerting, linesOfSet, otherLegs, type Leg, type Phone } from '../phone.js';
import type { Cause } from '../words.js';

export type HoldKind = 'hard' | 'consultation';

const WORDS = {
  hard: { own: 'HARD_HOLD_INVOKED', far: 'HARD_HOLD', members: 'CONFERENCE_CALL_HELD', back: 'CONFERENCE_CALL_RETRIEVED' },
  consultation: {
    own: 'CONS_HOLD_INVOKED',
    far: 'CONS_HOLD',
    members: 'CONFERENCE_CONS_HELD',
    back: 'CONFERENCE_CONS_RETRIEVED',
  },
} as const;

export function putOnHold(x: Exchange, leg: Leg, kind: HoldKind): void {
  const { own, far, members } = WORDS[kind];
  const parties = [...ends(leg.call), party('HOLDING_DEVICE', named(leg))];
  // a SIP phone holds by itself, and is told like the far end that it is so (R-CC-06)
  x.tell(leg, 'HELD', kind === 'hard' && leg.phone.kind === 'sip-phone' ? far : own, 'hold', parties);
  for (const other of otherLegs(leg)) {
    if (leg.call.conference) x.tell(other, 'CONFERENCE_HELD', members, other.state, parties);
    else x.tell(other, 'HELD', far, other.state, parties);
  }
  x.freed(leg.phone);
}

export function takeBack(x: Exchange, leg: Leg, kind: HoldKind, own: Cause = 'RETRIEVE_INVOKED'): void {
  const { conference } = leg.call;
  const parties = [...ends(leg.call), party('HOLDING_DEVICE', named(leg))];
  const cause = conference && own === 'RETRIEVE_INVOKED' ? 'CONF_RETRIEVE_INVOKED' : own;
  x.tell(leg, 'RETRIEVED', cause, farAlerting(leg) ? 'delivered' : 'connected', parties);
  for (const other of otherLegs(leg))
    x.tell(other, 'RETRIEVED', conference ? WORDS[kind].back : 'RETRIEVE', other.state, parties);
}

/** One user, one handset: what he spoke on at another line of the set goes on hold when he takes this one. */
export function freeHandset(x: Exchange, phone: Phone): void {
  for (const line of linesOfSet(phone)) {
    if (line === phone) continue;
    for (const leg of line.legs)
      if (leg.state === 'connected') {
        x.unlink(leg);
        putOnHold(x, leg, 'hard');
      }
  }
}
