import { describe, expect, it } from 'vitest';
import { FEATURES, type Feature } from '#contracts/application-api';
import type { Ask } from '../../../apps/call-manager-sim/src/model/calls/rule.js';
import type { Operation } from '../../../apps/call-manager-sim/src/model/cluster.js';
import { press } from '../../../apps/call-manager-sim/src/model/hand.js';
import type { CoreOperation, CoreOutcome } from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import { ApplicationView, type KnownCall } from './application-view.js';
import { equipment, PHONES, TRANSFER_LINE } from './equipment.js';
import { JoinedPlant } from './joined-plant.js';

/** Steps of one seed, and seeds of a run; a failing one is in the message. */
const STEPS = 250;
const SEEDS = Array.from({ length: 8 }, (_, index) => 1000 + index);
/** Calls of each step at which everything unlisted is tried. */
const UNLISTED_CALLS = 3;

/** The operation that a feature stands for. ALTER_WORK_TIMER is about the device and is tried apart (`tryWorkTimers`); NOT_SUPPORTED is never said. */
const OPERATION: Readonly<Record<Exclude<Feature, 'NOT_SUPPORTED' | 'ALTER_WORK_TIMER'>, [CoreOperation['name'], string?]>> = {
  ANSWER_CALL: ['answerCall'],
  REDIRECT_CALL: ['redirectCall', 'redirectDn'],
  CAMPON_CALL: ['camponCall'],
  SET_CALL_ME_BACK: ['setCallMeBack'],
  INTRUDE_CALL: ['advIntrudeCall'],
  ALTERNATE_CALL: ['alternateCall'],
  TRADE_CALL: ['tradeCall'],
  CONFERENCE_CALL: ['conferenceCall'],
  SPLIT_CONFERENCE_CALL: ['splitConferenceCall'],
  CONSULTATION_CALL: ['consultationCall', 'number'],
  CANCEL_CONSULTATION_CALL: ['cancelConsCall'],
  TRANSFER_CALL: ['transferCall'],
  SEND_CALLBACK_MESSAGE: ['sendCallMeBackMsgForCall'],
  SET_ACCOUNT_CODE: ['setAccountCode', 'accountCode'],
  NEW_CALL: ['newCall'],
  CLEAR_CALL: ['clearCall'],
  OUT_PULSE_DIGITS: ['outPulseDigits', 'digits'],
  HOLD_CALL: ['holdCall'],
  RETRIEVE_CALL: ['retrieveCall'],
  LISTEN_CALL: ['advACDSilentMonitor', 'agentDn'],
  ASSIGN_CALLER_ID: ['advAssignCallerId', 'newName'],
  TAP_CALL: ['advTapCall'],
};
/** The contract's word for a state of the simulator. */
const STATE: Readonly<Record<string, string>> = {
  initiated: 'ORIGINATED',
  originated: 'ORIGINATED',
  delivered: 'DELIVERED',
  alerting: 'RECEIVED',
  connected: 'ESTABLISHED',
  hold: 'HELD',
  queued: 'QUEUED',
  fail: 'FAILED',
};
type Tried = keyof typeof OPERATION;
const TRIED = FEATURES.filter((feature): feature is Tried => feature in OPERATION);
/** The later, the rarer: what needs a consultation or a conference comes last. */
const RARE: readonly Tried[] = [
  'CLEAR_CALL',
  'TAP_CALL',
  'OUT_PULSE_DIGITS',
  'ASSIGN_CALLER_ID',
  'SET_ACCOUNT_CODE',
  'SEND_CALLBACK_MESSAGE',
  'SET_CALL_ME_BACK',
  'REDIRECT_CALL',
  'CAMPON_CALL',
  'INTRUDE_CALL',
  'HOLD_CALL',
  'NEW_CALL',
  'RETRIEVE_CALL',
  'ANSWER_CALL',
  'TRADE_CALL',
  'CANCEL_CONSULTATION_CALL',
  'CONSULTATION_CALL',
  'ALTERNATE_CALL',
  'TRANSFER_CALL',
  'CONFERENCE_CALL',
  'SPLIT_CONFERENCE_CALL',
  'LISTEN_CALL',
];
const REFUSED_BY_STATE = ['INVALID_STATE', 'FEATURE_NOT_ALLOWED'];
/** Who can have a work timer. */
const AGENT = '1401';
/** What users do beside lifting and hanging up; each may be refused to them. */
const HANDS: readonly (readonly [operation: Operation, ask: Ask])[] = [
  ['hold', {}],
  ['retrieve', {}],
  ['consult', { number: '1003' }],
  ['conference', {}],
  ['transfer', {}],
  ['do-not-disturb', { on: true }],
  ['do-not-disturb', { on: false }],
  ['forward-always', { number: '1004', on: true }],
  ['forward-always', { on: false }],
  ['pickup', { number: '1002' }],
  ['remote-retrieve', { number: '1001' }],
];

function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

class Drive {
  readonly plant = new JoinedPlant(equipment());
  readonly view = new ApplicationView();
  readonly objectIds = new Map<string, number>();
  readonly succeeded = new Map<string, number>();
  readonly refused = new Map<string, number>();
  private readonly history: string[] = [];

  constructor(
    readonly seed: number,
    private readonly pick = random(seed),
  ) {
    const { plant } = this;
    this.logIn({ name: 'advLoginACDAgent', at: '1501', more: { agentDn: AGENT, pin: '4711' } });
    this.logIn({ name: 'loginHotDeskUser', at: '1502', more: { hotDeskUserDn: '1601', pin: '4712' } });
    this.logIn({ name: 'loginExtHotDeskUser', at: '1701', more: { pin: '4713' } });
    for (const { dn, icpId } of PHONES) {
      const found = plant.run({ name: 'getPhoneNumberId', request: { sessionId: plant.sessionId, icpId, primeDn: dn } });
      const { objectId } = found as { objectId: number };
      this.watch(dn, objectId);
    }
    const { primeDn, buttonNum } = TRANSFER_LINE;
    const line = { sessionId: plant.sessionId, icpId: 1, primeDn, buttonNum };
    const { objectId } = plant.run({ name: 'getLineAppearanceId', request: line }) as { objectId: number };
    this.watch(`${primeDn}/${buttonNum}`, objectId);
    this.listen();
  }

  private watch(name: string, objectId: number): void {
    this.objectIds.set(name, objectId);
    this.plant.run({ name: 'monitorObject', request: { sessionId: this.plant.sessionId, objectId } });
  }

  private logIn({ name, at, more }: { readonly name: CoreOperation['name']; readonly at: string; readonly more: object }): void {
    const { sessionId } = this.plant;
    const found = this.plant.run({ name: 'getPhoneNumberId', request: { sessionId, icpId: 1, primeDn: at } });
    const { objectId } = found as { objectId: number };
    this.plant.run({ name, request: { sessionId, objectId, ...more } } as unknown as CoreOperation);
  }

  step(): void {
    const calls = [...this.view.calls.values()];
    for (let count = Math.min(UNLISTED_CALLS, calls.length); count > 0; count -= 1)
      this.tryUnlisted(calls[this.pick(calls.length)]!);
    this.tryWorkTimers();
    const choice = this.pick(10);
    if (choice < (calls.length < 8 ? 3 : 1) || calls.length === 0) this.makeCall();
    else if (choice < 8) this.useListed(calls);
    else if (this.pick(3) > 0) this.hand();
    else this.otherHand();
    if (this.pick(6) === 0) this.plant.pass([100, 900, 4_000, 15_000][this.pick(4)]!);
    this.listen();
    this.agrees();
  }

  /** The devices' calls as the simulator has them are exactly those the application knows, in the states it was told. */
  private agrees(): void {
    for (const [dn, objectId] of this.objectIds) {
      const { legs } = this.phone(dn);
      const there = legs.filter(({ told }) => told).map(({ localCallId }) => localCallId);
      const known = this.view.of(objectId).map(({ localCallId }) => localCallId);
      expect(known.sort(), this.story(`calls of ${dn}`)).toEqual(there.sort());
      for (const leg of legs)
        if (leg.told)
          expect(this.view.calls.get(`${objectId}/${leg.localCallId}`)?.callState, this.story(`${leg.state} of ${dn}`)).toBe(
            STATE[leg.state],
          );
    }
  }

  /** By number, or by number and button of a line. */
  private phone(name: string) {
    const { cluster } = this.plant.simulation;
    const [dn, button] = name.split('/') as [string, string?];
    const phone = button === undefined ? cluster.phoneByDn(dn) : cluster.directory.appearance(dn, Number(button));
    if (phone === null || phone === undefined) throw new Error(`there is no phone ${name}`);
    return phone;
  }

  private listen(): void {
    this.view.take(this.plant.read());
  }

  private makeCall(): void {
    const { dn } = PHONES[this.pick(PHONES.length)]!;
    const numbers = [...PHONES.map((phone) => phone.dn), '9004930123456', '6000', '6200', '6300', '7999'];
    // a supervisor mostly calls the agent
    const number = dn === '1301' && this.pick(3) > 0 ? AGENT : numbers[this.pick(numbers.length)]!;
    const objectId = this.objectIds.get(dn)!;
    const outcome = this.carryOut({
      name: 'makeCall',
      request: { sessionId: this.plant.sessionId, objectId, number },
    });
    const calls = this.view.of(objectId);
    const free =
      calls.length < 8 && calls.every(({ callState, last }) => callState === 'HELD' || last.endsWith('/NEW_CALL_INVOKED'));
    // R-CC-07: an external user has one call at a time, also while the network outside still looks for him
    const { inService, kind, legs } = this.phone(dn);
    const isTaken = kind === 'external-user' && legs.length > 0 && !calls.some(({ last }) => last.endsWith('/NEW_CALL_INVOKED'));
    if (free && inService && !isTaken) expect(outcome.ok, this.story(`makeCall of ${dn}, idle`)).toBe(true);
  }

  /** Of a few that are listed, the one that has been used least: those that need much to have happened get their chance. */
  private useListed(calls: readonly KnownCall[]): void {
    const candidates = Array.from({ length: 6 }, () => {
      const call = calls[this.pick(calls.length)]!;
      const listed = TRIED.filter((feature) => call.features.has(feature));
      return { call, chosen: listed[this.pick(listed.length)]! };
    });
    const used = ({ chosen }: { readonly chosen: Tried }) => RARE.indexOf(chosen);
    candidates.sort((one, other) => used(other) - used(one));
    const { call, chosen } = candidates[this.pick(2)]!;
    const operation = this.operationFor(chosen, call);
    if (operation === undefined) return;
    const outcome = this.carryOut(operation);
    const code = outcome.ok ? 'OK' : `${outcome.refusal.code}, ${outcome.refusal.detail}`;
    expect(code, this.story(`${chosen} is listed for ${describeCall(call)}`)).toBe('OK');
    this.succeeded.set(chosen, (this.succeeded.get(chosen) ?? 0) + 1);
  }

  private tryUnlisted(call: KnownCall): void {
    for (const feature of TRIED) {
      if (call.features.has(feature)) continue;
      const operation = this.operationFor(feature, call);
      if (operation === undefined) continue;
      const outcome = this.carryOut(operation);
      const code = outcome.ok ? 'it succeeded' : outcome.refusal.code;
      expect(REFUSED_BY_STATE, this.story(`${feature} is not listed for ${describeCall(call)}: ${code}`)).toContain(code);
      this.refused.set(feature, (this.refused.get(feature) ?? 0) + 1);
    }
  }

  /** Of each device alike: it is ended exactly where an ended call has said that one runs, and nothing has said since that it is over. */
  private tryWorkTimers(): void {
    const { sessionId } = this.plant;
    for (const [dn, objectId] of this.objectIds) {
      const isListed = this.view.working.has(objectId);
      // where one runs it may go on, so that what the agent does meanwhile is seen too
      if (isListed && this.pick(3) > 0) continue;
      const outcome = this.carryOut({ name: 'advCancelACDWorkTimer', request: { sessionId, objectId } });
      const code = outcome.ok ? 'OK' : outcome.refusal.code;
      expect(
        isListed ? ['OK'] : REFUSED_BY_STATE,
        this.story(`the work timer of ${dn}, ${isListed ? '' : 'not '}listed`),
      ).toContain(code);
      const counts = isListed ? this.succeeded : this.refused;
      counts.set('ALTER_WORK_TIMER', (counts.get('ALTER_WORK_TIMER') ?? 0) + 1);
      this.listen();
    }
  }

  /** Undefined where there is nothing to try it with: nobody who could take a redirected call. */
  private operationFor(feature: Tried, { objectId, localCallId }: KnownCall): CoreOperation | undefined {
    const [name, member] = OPERATION[feature];
    const free = PHONES.find(({ dn }) => this.objectIds.get(dn) !== objectId && this.isFree(dn));
    const values: Record<string, string | undefined> = {
      redirectDn: free?.dn,
      number: this.pick(3) > 0 && free !== undefined ? free.dn : PHONES[this.pick(PHONES.length)]!.dn,
      accountCode: '77',
      digits: '12#',
      newName: 'Ana',
      agentDn: AGENT,
    };
    const value = member === undefined ? undefined : values[member];
    if (member !== undefined && value === undefined) return undefined;
    const request = {
      sessionId: this.plant.sessionId,
      objectId,
      localCallId,
      ...(member === undefined ? {} : { [member]: value }),
    };
    return { name, request } as unknown as CoreOperation;
  }

  private isFree(dn: string): boolean {
    const phone = this.phone(dn);
    const { doNotDisturb, forwarding } = phone.features;
    const takesCalls = phone.inService && phone.occupant === null && !doNotDisturb && !forwarding.always.on;
    return phone.kind === 'phone' && phone.legs.length === 0 && takesCalls;
  }

  /** A user lifts what rings, or hangs up. */
  private hand(): void {
    const ringing = PHONES.filter(({ dn }) => this.phone(dn).legs.some(({ state }) => state === 'alerting'));
    const { dn } = ringing[this.pick(ringing.length)] ?? PHONES[this.pick(PHONES.length)]!;
    const phone = this.phone(dn);
    const leg = phone.legs.find(({ state }) => state === 'alerting') ?? phone.legs[0];
    if (leg === undefined) return;
    const operation = leg.state === 'alerting' ? 'answer' : 'clear';
    this.history.push(`the hand at ${dn}: ${operation} ${leg.localCallId}`);
    press(this.plant.simulation.cluster, operation, phone, this.plant.simulation.nowMs, { call: leg.localCallId });
    this.plant.pass(1);
  }

  /** Whatever else users, the outside and the wiring do. */
  private otherHand(): void {
    const { cluster, nowMs } = this.plant.simulation;
    const { dn } = PHONES[this.pick(PHONES.length)]!;
    const phone = this.phone(dn);
    const what = this.pick(HANDS.length + 2);
    const hand = HANDS[what];
    if (hand !== undefined) {
      this.history.push(`the hand at ${dn}: ${hand[0]} ${press(cluster, hand[0], phone, nowMs, hand[1])}`);
    } else if (what === HANDS.length) {
      const trunk = cluster.directory.trunk('1')!;
      this.history.push(`from outside to ${dn}: ${cluster.comeIn(trunk, '0301234', dn, nowMs).result}`);
    } else if (phone.kind === 'phone' && phone.occupant === null) {
      this.history.push(`${dn} goes ${phone.inService ? 'out of' : 'into'} service`);
      cluster.setInService(phone, !phone.inService, nowMs);
    }
    this.plant.pass(1);
  }

  private carryOut(operation: CoreOperation): CoreOutcome {
    const outcome = this.plant.try(operation);
    if (outcome.ok) this.history.push(JSON.stringify(operation));
    return outcome;
  }

  private story(what: string): string {
    return `seed ${this.seed}: ${what}\n${this.history.slice(-12).join('\n')}`;
  }
}

function describeCall({ objectId, localCallId, callState, last, features }: KnownCall): string {
  return `${objectId % 2 ** 32}/${localCallId} (${callState}, ${last}; ${[...features].join(' ')})`;
}

describe('featuresAllowed', () => {
  it('R-CC-01 is exact: of random calls at a simulated cluster each listed feature succeeds and each unlisted one is refused', () => {
    const [succeeded, refused, seen] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
    const add = (to: Map<string, number>, from: ReadonlyMap<string, number>) => {
      for (const [word, count] of from) to.set(word, (to.get(word) ?? 0) + count);
    };
    for (const seed of SEEDS) {
      const drive = new Drive(seed);
      for (let step = 0; step < STEPS; step += 1) drive.step();
      add(succeeded, drive.succeeded);
      add(refused, drive.refused);
      add(seen, drive.view.seen);
    }
    const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0);
    process.stdout.write(
      `featuresAllowed: ${SEEDS.length} seeds, ${sum(succeeded)} listed features succeeded, ${sum(refused)} unlisted ones refused, ` +
        `${seen.size} kinds of events\n${[...succeeded].map(([feature, count]) => `${feature} ${count}`).join(', ')}\n`,
    );
    expect([...succeeded.keys()].sort()).toEqual([...TRIED, 'ALTER_WORK_TIMER'].sort());
  }, 600_000);
});
