/** Far ends are brought together and the user between them leaves. */
import { named, party, type Exchange } from '../exchange.js';
import type { Party } from '../happening.js';
import { activeLeg, farAlerting, otherLegs, transferLineOf, type Call, type Leg, type Named } from '../phone.js';
import { heldFor } from './consultation.js';
import { planRoute } from './reach.js';
import { reachable, speaksAlone, when, type CallRule, type CallSituation } from './rule.js';

interface Halves {
  readonly held: Leg;
  readonly asking: Leg;
}

/** The two calls that a transfer joins: of a consultation; by hand also what a SIP set holds and the call over its other line (R-CC-06). */
function halvesOf({ leg, phone, ask }: CallSituation): Halves | null {
  const held = heldFor(leg);
  if (held) return { held, asking: leg };
  const other = ask.byHand ? transferLineOf(phone) : undefined;
  const asking = other ? activeLeg(other) : null;
  const isApart = asking?.partner === null && asking.listensTo === null && leg.state === 'hold' && leg.partner === null;
  return asking && isApart ? { held: leg, asking } : null;
}

/**
 * Supervised when the consulted end has answered, unsupervised while it rings. The held call goes on: the consulted end's leg moves into it,
 * with its local call id and another global one.
 */
export const transfer: CallRule = {
  needs: 'call',
  may: (s) => {
    const halves = halvesOf(s);
    if (!halves) return 'WRONG_STATE';
    const { held, asking } = halves;
    if (held.call.conference || asking.call.conference) return 'WRONG_STATE';
    return when(asking.state === 'connected' || (asking.state === 'delivered' && !farAlerting(held)));
  },
  act: (s) => {
    const { x } = s;
    const { held, asking } = halvesOf(s) as Halves;
    const { call } = held;
    const ringing = asking.state === 'delivered' || farAlerting(held);
    const far = otherLegs(held);
    const consulted = otherLegs(asking);
    const parties = roles(named(held), named(far[0] ?? held), named(consulted[0] ?? asking), null);
    leave(x, held, parties);
    leave(x, asking, parties);
    call.group = asking.call.group;
    for (const one of consulted) x.move(one, call);
    x.callCount -= 1;
    rejoin(call);
    const cause = ringing ? 'UNSUPERVISED_TRANSFER' : 'SUPERVISED_TRANSFER';
    for (const one of [...far, ...consulted]) {
      const waits = one.state === 'connected' && otherLegs(one).every(({ state }) => state === 'alerting');
      x.tell(one, 'TRANSFERRED', cause, waits ? 'delivered' : one.state === 'delivered' ? 'connected' : one.state, parties);
    }
  },
};

/** Blind, in one step: the far end is sent to the number, and that is where it rings. */
export const blindTransfer: CallRule = {
  needs: 'call',
  number: 'needed',
  may: (s) => {
    const { x, leg, ask } = s;
    const far = otherLegs(leg)[0];
    if (!speaksAlone(s) || leg.call.conference || !far) return 'WRONG_STATE';
    const plan = planRoute(x, ask.number ?? '', { phone: far.phone, diversions: 0 });
    // who transfers is occupied by this very call, so to himself it is busy
    return reachable(plan.kind, plan.kind === 'fail' ? plan.cause : null);
  },
  act: ({ x, routing, leg, ask }) => {
    const { call } = leg;
    const far = otherLegs(leg)[0] as Leg;
    const number = ask.number ?? '';
    const parties = roles(named(leg), named(far), x.directory.device(number), number);
    leave(x, leg, parties);
    Object.assign(call, {
      caller: far,
      called: null,
      dialled: number,
      diversions: 0,
      original: null,
      group: null,
      callerName: null,
    });
    const plan = routing.plan(number, far);
    const state = far.state === 'hold' ? 'hold' : plan.kind === 'queue' ? 'originated' : 'delivered';
    const tell = () => x.tell(far, 'TRANSFERRED', 'UNSUPERVISED_TRANSFER', state, parties);
    // told when the new end is there, so that the flags speak of it; but before it answers, where it does so by itself
    const answersItself = plan.kind === 'ring' && plan.phones.some(({ features }) => features.autoAnswer);
    const first = answersItself || plan.kind === 'queue';
    if (first) tell();
    routing.carryOut(far, plan, { rung: 'TRANSFERRED_CALL', calling: 'quiet' });
    if (!first) tell();
  },
};

function roles(by: Named, who: Named, to: Named | null, dialled: string | null): Party[] {
  return [
    party('TRANSFERRED_DEVICE', who),
    party('NEW_DESTINATION_DEVICE', to, dialled),
    party('TRANSFER_CONTROLLER_DEVICE', by),
  ];
}

function leave(x: Exchange, leg: Leg, parties: readonly Party[]): void {
  x.detach(leg);
  x.tell(leg, 'TRANSFERRED', 'TRANSFER_INVOKED', 'null', parties);
}

/** Of those that are left, one that rings is the called one, so that it can be diverted on. */
function rejoin(call: Call): void {
  const [first, second = null] = call.legs as [Leg, Leg?];
  const ringing = call.legs.find(({ state }) => state === 'alerting' || state === 'initiated');
  const caller = ringing ? call.legs.find((leg) => leg.state !== 'alerting' && leg.state !== 'initiated') : first;
  call.caller = caller ?? first;
  call.called = ringing ?? (call.caller === first ? second : first);
}
