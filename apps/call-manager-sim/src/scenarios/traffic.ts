/**
 * Seeded random traffic: at each controller calls begin as a Poisson stream, ring, talk and end; times are exponential about their means.
 * Each controller draws from its own stream of numbers; one traffic per simulation at a time. A step whose call somebody else has already changed does nothing.
 */
import { z } from 'zod';
import { Random } from '../model/random.js';
import { activeLeg, CALLS_PER_PHONE_MAX, type Leg, type Phone } from '../model/phone.js';
import type { Simulation } from '../simulation.js';

export const trafficSchema = z.strictObject({
  callsPerHour: z.number().positive().max(20_000_000).describe('per controller'),
  ringMs: z.number().min(0).max(3_600_000).default(4_000).describe('mean'),
  talkMs: z.number().min(0).max(86_400_000).default(60_000).describe('mean'),
  seed: z.int().min(0).max(0xffff_ffff).optional(),
});
export type TrafficSettings = z.infer<typeof trafficSchema>;

export interface TrafficFigures {
  begun: number;
  answered: number;
  ended: number;
  /** No idle phone was found for a call that was due. */
  skipped: number;
}

const HOUR_MS = 3_600_000;
const FAILED_CALL_MS = 2_000;
const DRAWS_MAX = 8;
/** A stream that is later than this goes on from now instead of making up for all it missed. */
const LATE_MAX_MS = 1_000;

const OWNER = 'traffic';

export class Traffic {
  readonly figures: TrafficFigures = { begun: 0, answered: 0, ended: 0, skipped: 0 };
  /** The callers' legs of the calls that this traffic began and that it has yet to end. */
  private readonly standing = new Set<Leg>();
  private readonly everyone: Phone[];

  constructor(
    private readonly simulation: Simulation,
    readonly settings: TrafficSettings,
    seed: number,
    controllers: number,
  ) {
    this.everyone = simulation.cluster.phones().filter(isPlain);
    for (let controller = 0; controller < controllers; controller += 1) {
      const phones = simulation.cluster.phones(controller).filter(isPlain);
      if (phones.length === 0 || this.everyone.length < 2) continue;
      this.next(phones, new Random(seed + 0x9e37_79b9 * (controller + 1)), simulation.nowMs);
    }
  }

  /** Takes what is to come from the agenda; the calls that stand are ended by their callers at once. May be called twice. */
  stop(): void {
    this.simulation.agenda.removeOwner(OWNER);
    for (const leg of this.standing) this.clear(leg);
    this.standing.clear();
  }

  private next(phones: Phone[], random: Random, fromMs: number): void {
    const begin = Math.max(fromMs, this.simulation.nowMs - LATE_MAX_MS);
    this.enter(begin + random.exponential(HOUR_MS / this.settings.callsPerHour), (atMs) => {
      this.call(phones, random);
      this.next(phones, random, atMs);
    });
  }

  private call(phones: Phone[], random: Random): void {
    const caller = draw(phones, random, null);
    const called = draw(this.everyone, random, caller);
    const ringMs = random.exponential(this.settings.ringMs);
    const talkMs = random.exponential(this.settings.talkMs);
    const calledClears = random.next() < 0.5;
    if (!caller || !called) {
      this.figures.skipped += 1;
      return;
    }
    const nowMs = this.simulation.nowMs;
    if (this.simulation.cluster.makeCall(caller, called.dn, nowMs).result !== 'OK') return;
    const leg = caller.legs.at(-1);
    if (!leg) return;
    this.figures.begun += 1;
    this.standing.add(leg);
    const answering = leg.call.called;
    if (!answering) {
      this.enter(nowMs + FAILED_CALL_MS, () => this.end(leg, leg));
      return;
    }
    this.enter(nowMs + ringMs, () => this.answer(answering));
    this.enter(nowMs + ringMs + talkMs, () => this.end(leg, calledClears ? answering : leg));
  }

  private answer(leg: Leg): void {
    if (leg.state !== 'alerting') return;
    const result = this.simulation.cluster.operate('answer', leg.phone, leg.localCallId, this.simulation.nowMs);
    if (result === 'OK') this.figures.answered += 1;
  }

  private end(callerLeg: Leg, clearing: Leg): void {
    this.standing.delete(callerLeg);
    this.clear(clearing);
  }

  /** A leg's local call id may have been given anew after a restart, so the leg itself is asked whether it still stands. */
  private clear(leg: Leg): void {
    if (leg.state === 'null') return;
    if (this.simulation.cluster.operate('clear', leg.phone, leg.localCallId, this.simulation.nowMs) === 'OK')
      this.figures.ended += 1;
  }

  private enter(atMs: number, run: (atMs: number) => void): void {
    if (!this.simulation.agenda.enter(OWNER, atMs, run)) this.figures.skipped += 1;
  }
}

/** Sets that their users can work alone and that nobody else sits at. */
function isPlain({ kind, hotDesk }: Phone): boolean {
  return kind === 'phone' && !hotDesk;
}

function draw(phones: readonly Phone[], random: Random, except: Phone | null): Phone | null {
  for (let count = 0; count < DRAWS_MAX; count += 1) {
    const phone = phones[random.below(phones.length)];
    if (phone && phone !== except && phone.inService && !activeLeg(phone) && phone.legs.length < CALLS_PER_PHONE_MAX)
      return phone;
  }
  return null;
}
