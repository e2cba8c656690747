/** Carries out where a call goes: rings, queues, takes a trunk or fails, and tells the caller of diversions on the way. */
import { DEVICE_KIND_OF } from '../device-kind.js';
import { ends, named, party, type Exchange } from '../exchange.js';
import type { Group } from '../group.js';
import type { Party } from '../happening.js';
import { otherLegs, type Leg, type Named, type Phone } from '../phone.js';
import type { Cause } from '../words.js';
import { answer } from './answering.js';
import { choose, planRoute, type Hop, type Plan } from './reach.js';

/** What the end that comes to ring is told, and how the calling end hears of it: `quiet` when it knows already. */
export interface Arrival {
  readonly rung: Cause;
  readonly calling: 'DELIVERED' | 'ACD_CALL_DELIVERED' | 'WAITING_CALL_RINGING' | 'quiet';
}

export const NEW_CALL: Arrival = { rung: 'NEW_CALL', calling: 'DELIVERED' };

/** How calls join the queue of a path; the contact centre's part puts itself here. */
export type Queueing = (leg: Leg, plan: Plan & { kind: 'queue' }) => void;

export class Routing {
  queueing: Queueing | null = null;

  constructor(private readonly x: Exchange) {}

  plan(dialled: string, from: Leg, diversions = from.call.diversions): Plan {
    return planRoute(this.x, dialled, { phone: from.phone, diversions });
  }

  /** The calling leg has been told ORIGINATED, or stood in a call that goes elsewhere now. */
  carryOut(from: Leg, plan: Plan, arrival: Arrival = NEW_CALL): void {
    const { call } = from;
    const came = this.divert(from, plan, arrival);
    call.dialled = plan.number;
    call.group = plan.kind === 'ring' ? plan.group : plan.kind === 'queue' ? plan.path : null;
    if (plan.kind === 'queue') this.queueing?.(from, plan);
    else if (plan.kind === 'fail') this.fail(from, plan.cause, plan.at, plan.number);
    else if (plan.kind === 'outside') this.ringOutside(from, plan, came);
    else this.ringStations(from, plan, came);
  }

  /** FAILED at the calling end: it stays until its user clears it. */
  fail(from: Leg, cause: Cause, at: Leg['failedAt'], number: string): void {
    from.failure = cause;
    from.failedAt = at;
    from.failedAtAgent = at !== null && at.kind === 'agent' && at.inService;
    this.x.tell(from, 'FAILED', cause, 'fail', [party('CALLING_DEVICE', named(from)), party('CALLED_DEVICE', at, number)]);
  }

  /** A call that rings here goes there: forwarding on no answer, redirection. `plan` does not fail. */
  divertRinging(leg: Leg, plan: Plan, causes: { readonly away: Cause; readonly from: Cause; readonly to: Cause }): void {
    const { call, phone } = leg;
    const from = call.caller;
    for (const other of [...call.legs]) if (other !== from) this.leaveRinging(other, causes.away);
    call.called = null;
    call.original ??= phone;
    call.diversions += 1;
    const told = () =>
      this.x.tell(
        from,
        'DIVERTED',
        causes.to,
        from.state === 'hold' ? 'hold' : plan.kind === 'queue' ? 'originated' : 'delivered',
        [
          ...this.parties(from, call.called ? named(call.called) : phone, plan.number),
          ...(call.called ? [party('NEW_DESTINATION_DEVICE', named(call.called))] : []),
        ],
      );
    if (plan.kind === 'queue') told();
    this.carryOut(from, plan, { rung: causes.from, calling: 'quiet' });
    if (plan.kind !== 'queue' && otherLegs(from).some(({ state }) => state !== 'connected')) told();
  }

  /** DIVERTED with state null at a phone that rang or held: the call is somewhere else now. */
  leaveRinging(leg: Leg, cause: Cause): void {
    const { call, told } = leg;
    this.x.detach(leg);
    if (told) this.x.tell(leg, 'DIVERTED', cause, 'null', ends(call));
  }

  /** DELIVERED at the calling end, unless it knows or holds the call. */
  delivered(from: Leg, called: Named, number: string, calling: Arrival['calling']): void {
    if (calling === 'quiet') return;
    this.x.tell(from, 'DELIVERED', calling, from.state === 'hold' ? 'hold' : 'delivered', this.parties(from, called, number));
  }

  parties(from: Leg, called: Named, number: string): Party[] {
    const { original, group, callerName } = from.call;
    const calling = named(from);
    return [
      party('CALLING_DEVICE', callerName === null ? calling : { dn: calling.dn, name: callerName }),
      party('CALLED_DEVICE', called, number),
      ...(original && original !== called ? [party('ORIGINAL_DESTINATION_DEVICE', original)] : []),
      ...(group ? [party('GROUP_DEVICE', group)] : []),
    ];
  }

  /** Attaches ends that ring for a call, at once or when the network beyond has found them. */
  ring(from: Leg, phones: readonly Phone[], number: string, arrival: Arrival): void {
    const { call } = from;
    const legs = phones.map((phone) => this.x.attach(call, phone));
    call.called ??= legs[0] ?? null;
    const later = Math.max(...phones.map(({ responseMs }) => responseMs));
    if (later <= 0) return this.comeToRing(from, legs, number, arrival);
    this.x.after(later, () => {
      const waiting = legs.filter((leg) => leg.call === call && leg.state === 'initiated');
      if (waiting.length > 0 && call.legs.includes(from)) this.comeToRing(from, waiting, number, arrival);
    });
  }

  private divert(from: Leg, plan: Plan, arrival: Arrival): Arrival {
    const { call } = from;
    let came = arrival;
    for (const hop of plan.hops) {
      const [rung, calling] = WAYS[hop.why];
      came = { rung, calling: arrival.calling };
      call.original ??= hop.from;
      call.diversions += 1;
      this.x.tell(from, 'DIVERTED', calling, from.state, this.parties(from, hop.from, plan.number));
    }
    return came;
  }

  private ringStations(from: Leg, plan: Plan & { kind: 'ring' }, arrival: Arrival): void {
    const { group, phones, number } = plan;
    if (group) {
      group.lastServed = group.members.indexOf(phones[0] as Phone);
      this.x.tellAbout(group, from.call, 'GROUP', 'CALL_DISTRIBUTED', this.parties(from, group, number));
      if (group.kind === 'ring-cascade-group') this.cascade(from, group, [...phones], number);
    }
    this.ring(from, phones, number, arrival);
  }

  private comeToRing(from: Leg, legs: readonly Leg[], number: string, arrival: Arrival): void {
    for (const leg of legs) {
      this.x.tell(leg, 'RECEIVED', arrival.rung, 'alerting', this.parties(from, named(leg), number));
      this.noAnswer(leg);
    }
    this.delivered(from, named(legs[0] as Leg), number, arrival.calling);
    const auto = legs.find(({ phone }) => phone.features.autoAnswer && !DEVICE_KIND_OF[phone.kind].needsHand);
    if (auto) answer(this.x, auto);
  }

  private ringOutside(from: Leg, plan: Plan & { kind: 'outside' }, arrival: Arrival): void {
    const { trunk, digits, number } = plan;
    const leg = this.x.attach(from.call, trunk);
    leg.outside = { dn: digits, name: '', trunk };
    from.call.called = leg;
    this.x.tell(leg, 'RECEIVED', arrival.rung, 'alerting', this.parties(from, leg.outside, number));
    this.delivered(from, leg.outside, number, arrival.calling);
    if (trunk.responseMs > 0) this.x.after(trunk.responseMs, () => leg.state === 'alerting' && answer(this.x, leg));
  }

  private noAnswer(leg: Leg): void {
    const { phone, call } = leg;
    const internal = !DEVICE_KIND_OF[call.caller.phone.kind].trunk;
    const forwarding = phone.features.forwarding[internal ? 'no-answer-internal' : 'no-answer-external'];
    if (!forwarding.on || call.group) return;
    this.x.after(phone.features.noAnswerMs, () => {
      if (leg.state !== 'alerting' || !forwarding.on) return;
      const plan = this.plan(forwarding.number, leg.call.caller, leg.call.diversions + 1);
      if (plan.kind === 'fail') return;
      const causes = { away: 'DIVERTED_NO_ANSWER_AWAY', from: 'DIVERTED_NO_ANSWER_FROM', to: 'DIVERTED_NO_ANSWER_TO' } as const;
      this.divertRinging(leg, plan, causes);
    });
  }

  /** After each step one more member rings beside those that do. */
  private cascade(from: Leg, group: Group, tried: readonly Phone[], number: string): void {
    this.x.after(group.stepMs, () => {
      if (from.call.group !== group || !otherLegs(from).some(({ state }) => state === 'alerting')) return;
      const next = choose(this.x, group, tried)[0];
      if (!next) return;
      const leg = this.x.attach(from.call, next);
      this.x.tell(leg, 'RECEIVED', 'NEW_CALL', 'alerting', this.parties(from, next, number));
      this.cascade(from, group, [...tried, next], number);
    });
  }
}

const WAYS: Readonly<Record<Hop['why'], readonly [rung: Cause, calling: Cause]>> = {
  always: ['DIVERTED_ALWAYS_FROM', 'DIVERTED_ALWAYS_TO'],
  'busy-internal': ['DIVERTED_ON_BUSY_FROM', 'DIVERTED_ON_BUSY_TO'],
  'busy-external': ['DIVERTED_ON_BUSY_FROM', 'DIVERTED_ON_BUSY_TO'],
  'no-answer-internal': ['DIVERTED_NO_ANSWER_FROM', 'DIVERTED_NO_ANSWER_TO'],
  'no-answer-external': ['DIVERTED_NO_ANSWER_FROM', 'DIVERTED_NO_ANSWER_TO'],
  overflow: ['CALL_OVERFLOWED', 'CALL_OVERFLOWED'],
};
