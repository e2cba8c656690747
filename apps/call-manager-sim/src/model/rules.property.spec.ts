/**
 * Any operations on any phones: what is accepted is exactly what the page's table says (section 4), judged by a reader that has had nothing but the
 * events of each phone; and whatever was accepted, the model stays sound.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ask } from './calls/rule.js';
import type { CallFlags } from './flags.js';
import type { Happening } from './happening.js';
import { CALL_OPERATIONS, type CallOperation, type PhoneOperation } from './operations.js';
import { activeLeg, type Device, type Leg, type Phone } from './phone.js';
import { ModelWorld, phones } from './testing/model-world.js';
import type { Cause, LocalState, Result } from './words.js';

/** What a reader of events knows of a call. */
interface Known {
  readonly state: LocalState;
  readonly flags: CallFlags;
  readonly linked: number;
  readonly parties: number;
  readonly failure: Cause;
}

class Reader {
  readonly calls = new Map<Device, Map<number, Known>>();

  take({ phone, localCallId, state, flags, linked, members, cause, event }: Happening): void {
    if (localCallId === 0) return;
    const known = this.calls.get(phone) ?? new Map<number, Known>();
    this.calls.set(phone, known);
    if (state === 'null') {
      known.delete(localCallId);
      // rule 3: the link ends at both when one of them goes
      for (const [id, call] of known) if (call.linked === localCallId) known.set(id, { ...call, linked: 0 });
      return;
    }
    const before = known.get(localCallId);
    const failure = event === 'FAILED' ? cause : (before?.failure ?? 'UNKNOWN');
    known.set(localCallId, { state, flags, linked, parties: members.length, failure });
    // a link is told with one of the two
    for (const [id, call] of known) {
      if (id === linked) known.set(id, { ...call, linked: localCallId });
      else if (call.linked === localCallId && id !== linked) known.set(id, { ...call, linked: 0 });
    }
  }

  of(phone: Device): ReadonlyMap<number, Known> {
    return this.calls.get(phone) ?? new Map<number, Known>();
  }
}

/** The table "exactly when" of the page. */
function allowed(operation: CallOperation, id: number, calls: ReadonlyMap<number, Known>, phone: Phone): boolean {
  const call = calls.get(id) as Known;
  const { state, flags, linked, parties, failure } = call;
  const other = linked === 0 ? undefined : calls.get(linked);
  const occupies = state !== 'hold';
  const occupied = [...calls.values()].some((one) => one.state !== 'hold');
  const room = calls.size < 8;
  const alone = state === 'connected' && linked === 0 && !flags.listening;
  const busy = state === 'fail' && failure === 'DESTINATION_BUSY' && !flags.external;
  const speaking = [...calls.values()].some((one) => one.state === 'connected' && one.linked === 0 && !one.flags.listening);
  switch (operation) {
    case 'answer':
      return state === 'alerting';
    case 'clear':
      return true;
    case 'hold':
      return alone;
    case 'retrieve':
      return state === 'hold' && linked === 0 && !occupied;
    case 'consult':
    case 'new-call':
      return alone && room;
    case 'request-help':
      return alone && room && phone.kind === 'agent';
    case 'cancel-consultation':
      return occupies && linked !== 0;
    case 'alternate':
      return state === 'connected' && linked !== 0;
    case 'trade':
      return state === 'hold' && linked === 0 && speaking;
    case 'transfer':
      return (
        occupies &&
        other !== undefined &&
        !flags.conference &&
        !other.flags.conference &&
        (state === 'connected' || (state === 'delivered' && !other.flags.farAlerting))
      );
    case 'blind-transfer':
      return alone && !flags.conference;
    case 'conference':
      return (
        state === 'connected' &&
        other !== undefined &&
        !flags.conference &&
        !other.flags.farAlerting &&
        (!other.flags.conference || (other.parties > 0 && other.parties <= 7))
      );
    case 'split':
      return alone && flags.conferenceController && parties === 3 && room;
    case 'redirect':
      return state === 'alerting' && !flags.ownCall;
    case 'camp-on':
    case 'intrude':
      return busy;
    case 'call-me-back':
      return (busy || state === 'delivered') && !flags.external;
    case 'message-for-call':
      return (busy || (state === 'fail' && failure === 'DESTINATION_DO_NOT_DISTURB') || state === 'delivered') && !flags.external;
    case 'digits':
      return (state === 'connected' || state === 'delivered') && !flags.listening;
    case 'account-code':
      return (state === 'originated' || state === 'delivered' || state === 'connected') && !flags.listening;
    case 'caller-name':
      return (state === 'connected' || (state === 'alerting' && !flags.ownCall)) && !flags.listening;
    case 'tap':
      return state === 'connected' && !flags.listening;
    case 'silent-monitor':
      return busy && flags.agent && phone.supervisor;
    case 'coach':
    case 'clear-coach':
      return state === 'connected' && flags.listening;
  }
}

const SIP_LACKS = new Set<CallOperation>(['camp-on', 'call-me-back', 'message-for-call']);
/** Done, or refused for the number, of which the table does not speak. */
const GRANTED = new Set<Result>(['OK', 'OK_USER_ACTION', 'INVALID_NUMBER', 'DESTINATION_UNAVAILABLE']);

const NUMBERS = ['2001', '2002', '2003', '2101', '3001', '3002', '2401', '2600', '2700', '7777', '9030123'];
const STATIONS = ['2001', '2002', '2003', '2101', '2110', '3001', '3002', '2401'];

type Move =
  | {
      readonly kind: 'call';
      readonly operation: CallOperation;
      readonly at: number;
      readonly leg: number;
      readonly to: number;
      readonly hand: boolean;
    }
  | { readonly kind: 'phone'; readonly operation: PhoneOperation; readonly at: number; readonly to: number; readonly on: boolean }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'outside'; readonly to: number }
  | { readonly kind: 'service'; readonly at: number; readonly on: boolean };

const at = fc.nat(STATIONS.length - 1);
const to = fc.nat(NUMBERS.length - 1);
const PHONE_MOVES: readonly PhoneOperation[] = [
  'pickup',
  'remote-retrieve',
  'do-not-disturb',
  'forward-always',
  'forward-busy-internal',
  'forward-no-answer-internal',
  'auto-answer',
  'message-to',
  'make-busy',
  'listen-to-agent',
  'cancel-work-timer',
  'agent-presence-all',
];
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('phone' as const),
      operation: fc.constant('call' as const),
      at,
      to,
      on: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      operation: fc.constant('answer' as const),
      at,
      leg: fc.nat(3),
      to,
      hand: fc.constant(true),
    }),
  },
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      operation: fc.constantFrom(...CALL_OPERATIONS),
      at,
      leg: fc.nat(3),
      to,
      hand: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('phone' as const),
      operation: fc.constantFrom(...PHONE_MOVES),
      at,
      to,
      on: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1, 5_000, 20_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outside' as const), to }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('service' as const), at, on: fc.boolean() }) },
);

function setUp() {
  const plain = (dn: string) => phones(dn)[0]!;
  const world = new ModelWorld([
    {
      bootId: 1,
      phones: [
        ...phones('2001', '2002', '2003'),
        { ...plain('2101'), kind: 'sip-phone' },
        { ...plain('2110'), supervisor: true },
        { ...plain('2120'), hotDesk: true },
        { ...plain('2401'), kind: 'agent' },
      ],
      acdGroups: [{ dn: '2501', name: '', agents: ['2401'] }],
      acdPaths: [{ dn: '2600', name: '', groups: ['2501'], agentTimeoutMs: 10_000, workMs: 5_000 }],
      groups: [{ dn: '2700', name: '', kind: 'ring-all-group', members: ['2002', '3002'] }],
      trunks: [{ number: 1, name: 'T', kind: 'trunk', answersAfterMs: 3_000 }],
    },
    { bootId: 2, phones: phones('3001', '3002') },
  ]);
  world.do('agent-log-in', '2120', { number: '2401' });
  world.told.length = 0;
  return world;
}

const everyone = (world: ModelWorld): Phone[] => [...world.cluster.phones(), world.at('1')];

function picture(world: ModelWorld): string {
  return JSON.stringify(
    everyone(world).map(({ legs, serial, lastLocalCallId, features, inService }) => [
      serial,
      lastLocalCallId,
      inService,
      features,
      legs.map(({ localCallId, state, coach, call }) => [
        localCallId,
        state,
        coach,
        call.globalLow,
        call.dialled,
        call.callerName,
      ]),
    ]),
  );
}

/** A call that is there, of a phone that has some. */
function targetOf(world: ModelWorld, one: Move & { kind: 'call' }): Leg | undefined {
  const having = STATIONS.map((dn) => world.at(dn)).filter(({ legs }) => legs.length > 0);
  const legs = having[one.at % Math.max(1, having.length)]?.legs ?? [];
  return legs[one.leg % Math.max(1, legs.length)];
}

/** What came of it, null for what is no operation. */
function make(world: ModelWorld, one: Move): Result | null {
  if (one.kind === 'time') world.pass(one.ms);
  else if (one.kind === 'outside') world.cluster.comeIn(world.at('1'), '0301', NUMBERS[one.to] ?? '', world.nowMs);
  else if (one.kind === 'service') world.cluster.setInService(world.at(STATIONS[one.at] ?? ''), one.on, world.nowMs);
  else {
    const phone = world.at(STATIONS[one.at] ?? '');
    const ask: Ask = { number: NUMBERS[one.to] ?? '', text: 'Ana', code: 1, on: 'on' in one && one.on };
    if (one.kind === 'phone') return world.cluster.perform(one.operation, phone, { ...ask, byHand: true }, world.nowMs).result;
    const target = targetOf(world, one);
    if (!target)
      return world.cluster.perform(one.operation, phone, { ...ask, call: 9_999, byHand: one.hand }, world.nowMs).result;
    const call = target.localCallId;
    return world.cluster.perform(one.operation, target.phone, { ...ask, call, byHand: one.hand }, world.nowMs).result;
  }
  return null;
}

/** What is wrong with the model, '' for nothing. Plain comparisons: `expect` a million times takes longer than the model. */
function unsound(world: ModelWorld): string {
  const calls = new Set(everyone(world).flatMap(({ legs }) => legs.map(({ call }) => call)));
  if (world.cluster.callCount !== calls.size) return `${world.cluster.callCount} calls are counted, ${calls.size} stand`;
  for (const { legs, caller, called } of calls) {
    if (legs.length === 0 || legs.length > 8) return `a call of ${legs.length} legs`;
    if (!legs.includes(caller) || (called && !legs.includes(called))) return 'an end is named that is not there';
  }
  for (const phone of everyone(world)) {
    if (phone.legs.filter(({ state }) => state !== 'hold').length > 1) return `${phone.dn} has two calls that are not held`;
    if (phone.legs.length > 8) return `${phone.dn} has ${phone.legs.length} calls`;
    for (const leg of phone.legs) {
      if (!leg.call.legs.includes(leg) || leg.phone !== phone) return `a leg of ${phone.dn} is not in its call`;
      if (leg.partner && (leg.partner.partner !== leg || leg.partner.phone !== phone))
        return `a link of ${phone.dn} is not mutual`;
    }
  }
  return '';
}

/** Where the events fold to something else than what is there, '' for nowhere. */
function disagreement(world: ModelWorld, reader: Reader): string {
  for (const phone of everyone(world)) {
    const shown = phone.legs.filter(({ told }) => told);
    const read = reader.of(phone);
    if (read.size !== shown.length) return `${phone.dn}: ${read.size} calls were read, ${shown.length} are there`;
    for (const { localCallId, state, partner } of shown) {
      const known = read.get(localCallId);
      if (known?.state !== state || known.linked !== (partner?.localCallId ?? 0))
        return `${phone.dn} ${localCallId}: ${known?.state} linked ${known?.linked} was read, it is ${state} linked ${partner?.localCallId ?? 0}`;
    }
  }
  return '';
}

const list = fc.array(move, { minLength: 20, maxLength: 60, size: 'max' });
const RUNS = 100;

describe('whatever is asked of whom', () => {
  it('R-CC-01 is accepted exactly when the page says so, judged by the events alone; refused, nothing changes and nothing is told', () => {
    let [judged, accepted] = [0, 0];
    fc.assert(
      fc.property(list, (moves) => {
        const world = setUp();
        const reader = new Reader();
        for (const one of moves) {
          const before = picture(world);
          const from = world.told.length;
          const leg = one.kind === 'call' ? targetOf(world, one) : undefined;
          const phone = leg?.phone;
          const judge =
            one.kind === 'call' && leg?.told && phone?.inService ? { leg, phone: leg.phone, operation: one.operation } : null;
          const expected = judge && allowed(judge.operation, judge.leg.localCallId, reader.of(judge.phone), judge.phone);
          const result = make(world, one);
          if (result !== null && result !== 'OK' && result !== 'OK_USER_ACTION')
            expect([picture(world), world.told.length]).toEqual([before, from]);
          if (judge) {
            judged += 1;
            if (expected) accepted += 1;
            const lacking = judge.phone.kind === 'sip-phone' && SIP_LACKS.has(judge.operation);
            if (lacking) expect(result).toBe('NOT_SUPPORTED');
            else if (expected)
              expect([judge.operation, GRANTED.has(result as Result) || result]).toEqual([judge.operation, true]);
            else expect([judge.operation, result]).toEqual([judge.operation, 'WRONG_STATE']);
          }
          for (const happening of world.told.slice(from)) reader.take(happening);
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    process.stdout.write(`rules judged by events: ${judged} operations on calls, ${accepted} of them allowed\n`);
    expect(accepted).toBeGreaterThan(judged / 10);
  });

  it('every call has a leg, a phone at most one that is not held, links are mutual, and the events fold to what is there', () => {
    fc.assert(
      fc.property(list, (moves) => {
        const world = setUp();
        const reader = new Reader();
        for (const one of moves) {
          const from = world.told.length;
          make(world, one);
          for (const happening of world.told.slice(from)) reader.take(happening);
          const problem = unsound(world) || disagreement(world, reader);
          if (problem !== '') throw new Error(problem);
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it('no state is a trap: every hand can clear its calls, and then no call is left', () => {
    fc.assert(
      fc.property(list, (moves) => {
        const world = setUp();
        for (const one of moves) make(world, one);
        for (let round = 0; round < 20; round += 1)
          for (const phone of everyone(world)) {
            const leg = activeLeg(phone) ?? phone.legs[0];
            if (leg)
              expect(world.cluster.perform('clear', phone, { call: leg.localCallId, byHand: true }, world.nowMs).result).toBe(
                'OK',
              );
          }
        expect(everyone(world).flatMap(({ legs }) => legs).length).toBe(0);
        expect(world.cluster.callCount).toBe(0);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
