import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalStateName } from '#southbound/messages';
import { AttemptLimiter } from './sessions/attempt-limiter.js';
import { CommandTable, SYNC_CORRELATIONS } from './calls/command-table.js';
import { advance, CONNECTION_STATE_NAMES } from './controllers/connection-state.rules.js';
import { FairQueue } from './monitors/fair-queue.js';
import { IdempotencyTable } from './sessions/idempotency-table.js';
import { eventNumberOf, ICP_ID_END, makeObjectId, partsOf, seqOfEventNumber } from './numbering.rules.js';
import { compareVersions } from './sessions/version.rules.js';

const EVENTS = ['ORIGINATED', 'DELIVERED', 'RECEIVED', 'ESTABLISHED', 'HELD', 'RETRIEVED', 'CLEARED', 'FAILED'] as const;
/** How far a call has come; hold and connected are equally far. */
const PROGRESS: Readonly<Record<LocalStateName, number>> = {
  null: 0,
  initiated: 1,
  originated: 2,
  delivered: 3,
  queued: 3,
  alerting: 4,
  connected: 5,
  hold: 5,
  fail: 6,
};
const state = fc.constantFrom(...CONNECTION_STATE_NAMES);
const event = fc.constantFrom(...EVENTS);

describe('connection states', () => {
  it('no trap: from every state the call can be cleared', () => {
    for (const from of CONNECTION_STATE_NAMES) expect(advance(from, 'CLEARED', 'null')).toBe('null');
  });

  it('R-CC-08 never backwards, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(state, fc.array(fc.tuple(event, state), { maxLength: 20 }), (from, script) => {
        let current = from;
        for (const [name, reported] of script) {
          const next = advance(current, name, reported);
          if (next === undefined) continue;
          // a device that rings for a call of its own goes on with it
          if (current === 'alerting' && name === 'ORIGINATED') return;
          // back from hold to a far end that only rings is no step back
          if (name === 'RETRIEVED' && next === 'delivered') expect(['hold', 'delivered']).toContain(current);
          else if (name !== 'CLEARED') expect(PROGRESS[next]).toBeGreaterThanOrEqual(PROGRESS[current]);
          else expect(next).toBe('null');
          current = next;
          if (current === 'null') return;
        }
      }),
    );
  });

  it('takes legal skips and refuses what is late or repeated', () => {
    expect(advance('null', 'ESTABLISHED', 'connected')).toBe('connected');
    expect(advance('originated', 'ESTABLISHED', 'connected')).toBe('connected');
    expect(advance('alerting', 'HELD', 'hold')).toBe('hold');
    expect(advance('connected', 'HELD', 'connected')).toBe('connected');
    for (const late of ['ORIGINATED', 'DELIVERED', 'RECEIVED', 'ESTABLISHED'] as const)
      expect(advance('connected', late, 'connected')).toBeUndefined();
    expect(advance('hold', 'ESTABLISHED', 'connected')).toBeUndefined();
    expect(advance('fail', 'ESTABLISHED', 'connected')).toBeUndefined();
    expect(advance('delivered', 'DELIVERED', 'delivered')).toBeUndefined();
  });
});

describe('pacing', () => {
  it('takes lanes in turn, urgent ones first, and loses nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 60 }), (items) => {
        const queue = new FairQueue<number>();
        items.forEach(([lane, urgent], index) =>
          urgent ? queue.pushUrgent(index) : queue.push({ owner: `application ${lane % 2}`, lane }, index),
        );
        const out: number[] = [];
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) out.push(item);
        expect([...out].sort((a, b) => a - b)).toEqual(items.map((_, index) => index));
        const urgent = items.flatMap(([, first], index) => (first ? [index] : []));
        expect(out.slice(0, urgent.length)).toEqual(urgent);
      }),
    );
  });

  it('R-MON-03 an owner waits for one item of each other owner per own item, however many those have and however many lanes', () => {
    const owners = fc.array(fc.record({ items: fc.integer({ min: 1, max: 60 }), lanes: fc.integer({ min: 1, max: 30 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(owners, (all) => {
        const queue = new FairQueue<number>();
        all.forEach(({ items, lanes }, owner) => {
          for (let item = 0; item < items; item += 1) queue.push({ owner: `${owner}`, lane: item % lanes }, owner);
        });
        const out: number[] = [];
        for (let owner = queue.shift(); owner !== undefined; owner = queue.shift()) out.push(owner);
        all.forEach(({ items }, owner) => {
          const own = out.flatMap((one, at) => (one === owner ? [at] : []));
          expect(own).toHaveLength(items);
          own.forEach((at, index) => expect(at).toBeLessThan((index + 1) * all.length));
        });
      }),
    );
  });
});

describe('numbering', () => {
  it('object ids fit in 53 bits and come apart again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ICP_ID_END - 1 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (icpId, handle) => {
        const objectId = makeObjectId(icpId, handle);
        expect(Number.isSafeInteger(objectId)).toBe(true);
        expect(partsOf(objectId)).toEqual({ icpId, handle });
      }),
    );
    for (const wrong of [0, 5, -1, 1.5, 2 ** 32, 2 ** 53, Number.NaN]) expect(partsOf(wrong)).toBeUndefined();
  });

  it('32-bit event numbers wrap and are found again', () => {
    const handed = 2 ** 32 + 5;
    for (const seq of [handed, handed - 1, 2 ** 32, 2 ** 32 - 1, 6])
      expect(seqOfEventNumber(eventNumberOf(seq), handed)).toBe(seq);
    expect(seqOfEventNumber(9, 3)).toBeUndefined();
    expect(seqOfEventNumber(0, 3)).toBe(0);
  });
});

describe('tables', () => {
  it('R-SES-02 versions', () => {
    const ascending = ['3.9', '4', '4.0 SP1', '4.0.1', '4.1', '4.1 SP5', '4.1 SP6', '4.2', '10.0', 'nonsense'];
    for (let index = 1; index < ascending.length; index += 1)
      expect(compareVersions(ascending[index - 1]!, ascending[index]!), ascending[index]).toBeLessThan(0);
    expect(compareVersions('4', '4.0.0 SP0')).toBe(0);
  });

  it('correlations wrap and skip what is open; full means refuse', () => {
    const table = new CommandTable<string>(1000, 2);
    const last = SYNC_CORRELATIONS.from - 1;
    Object.assign(table, { last: last - 1 });
    expect(table.add('a', 0)).toBe(last);
    expect(table.add('b', 1)).toBe(1);
    expect(table.add('c', 1)).toBeUndefined();
    expect(table.expire(1000)).toEqual([{ correlation: last, pending: 'a', order: 1 }]);
    expect(table.take(1, (pending) => pending === 'other')).toBeUndefined();
    expect(table.take(1, () => true)).toEqual({ pending: 'b', late: false, order: 2 });
    table.keepLate({ correlation: last, pending: 'a', order: 1 });
    expect(table.take(last, () => true)).toEqual({ pending: 'a', late: true, order: 1 });
  });

  it('idempotency keys are bounded: full refuses new ones and forgets none that is young', () => {
    const table = new IdempotencyTable(2);
    table.begin('a', 'f', 0);
    table.finish('a', { ok: true, value: 1 });
    table.begin('b', 'f', 1);
    expect(table.stateOf('c', 'f', 2)).toMatchObject({ kind: 'refused', refusal: { code: 'RATE_LIMITED', used: 2, cap: 2 } });
    expect(table.stateOf('a', 'f', 599_999)).toEqual({ kind: 'done', outcome: { ok: true, value: 1 } });
    expect(table.stateOf('c', 'f', 600_001)).toEqual({ kind: 'new' });
  });

  it('wrong guesses are forgotten after a minute, and many addresses do not fill the memory', () => {
    const limiter = new AttemptLimiter(2, 3);
    limiter.failed('a', 0);
    expect(limiter.blockedForMs('a', 0)).toBeUndefined();
    expect(limiter.failed('a', 10)).toBe(true);
    expect(limiter.blockedForMs('a', 1000)).toBe(59_000);
    expect(limiter.blockedForMs('a', 60_000)).toBeUndefined();
    for (const address of ['b', 'c', 'd']) limiter.failed(address, 20);
    expect(limiter.blockedForMs('a', 30)).toBeUndefined();
  });
});
