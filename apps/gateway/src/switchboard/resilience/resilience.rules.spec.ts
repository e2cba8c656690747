import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRAITS, type EventTypeName } from '#southbound/messages';
import { type Home, isResilient, onAsked, onServiceNews, otherHome, type Whereabouts } from './resilience.rules.js';

interface Said {
  readonly from: Home;
  readonly eventType: EventTypeName;
  readonly serial: number;
}

/** What the two controllers say of a device that moves so often, each in its own order; serials go on wherever it is. */
function movesOf(count: number, first: Home): { readonly primary: Said[]; readonly secondary: Said[]; readonly end: Home } {
  const streams = { primary: [] as Said[], secondary: [] as Said[] };
  let [at, serial] = [first, 0];
  const say = (from: Home, eventType: EventTypeName) => streams[from].push({ from, eventType, serial: (serial += 1) });
  for (let move = 0; move < count; move += 1) {
    say(at, 'RESILIENT_DEVICE');
    say(at, 'OUT_OF_SERVICE');
    at = otherHome(at);
    say(at, 'RESILIENT_DEVICE');
    say(at, 'IN_SERVICE');
  }
  return { ...streams, end: at };
}

/** Takes the streams in, one event of either at a time as `turns` say. */
function take(first: Home, streams: { readonly primary: Said[]; readonly secondary: Said[] }, turns: readonly boolean[]) {
  const rest = { primary: [...streams.primary], secondary: [...streams.secondary] };
  const last: Partial<Record<Home, EventTypeName>> = {};
  let known: Whereabouts = { active: first, serial: 0 };
  let [handovers, shown, turn] = [0, 0, 0];
  while (rest.primary.length + rest.secondary.length > 0) {
    const wanted: Home = turns[turn % turns.length] === true ? 'primary' : 'secondary';
    turn += 1;
    const from = rest[wanted].length > 0 ? wanted : otherHome(wanted);
    const said = rest[from].shift()!;
    const verdict = onServiceNews(known, { ...said, afterMove: last[from] === 'RESILIENT_DEVICE' });
    last[from] = said.eventType;
    if (verdict.whereabouts.active !== known.active) handovers += 1;
    if (verdict.shown) shown += 1;
    known = verdict.whereabouts;
  }
  return { active: known.active, handovers, shown };
}

const homes = fc.constantFrom<Home>('primary', 'secondary');
const turns = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });

describe('where a resilient device is', () => {
  it('R-RES-03 one move is one handover, whichever of the two links is the faster one, and none of its four events is shown', () => {
    fc.assert(
      fc.property(homes, turns, (first, order) => {
        const taken = take(first, movesOf(1, first), order);
        expect(taken).toEqual({ active: otherHome(first), handovers: 1, shown: 0 });
      }),
    );
  });

  it('R-RES-03 after any moves it is known where the device is, and no more handovers were told than there were moves', () => {
    fc.assert(
      fc.property(homes, fc.integer({ min: 1, max: 8 }), turns, (first, count, order) => {
        const moves = movesOf(count, first);
        const { active, handovers, shown } = take(first, moves, order);
        expect(active).toBe(moves.end);
        expect(handovers).toBeLessThanOrEqual(count);
        expect(shown).toBe(0);
      }),
    );
  });

  it('R-RES-03 one side alone is enough', () => {
    fc.assert(
      fc.property(homes, fc.integer({ min: 1, max: 8 }), homes, (first, count, heard) => {
        const moves = movesOf(count, first);
        const only = { primary: [] as Said[], secondary: [] as Said[], [heard]: moves[heard] };
        expect(take(first, only, [true]).active).toBe(moves.end);
      }),
    );
  });

  it('R-RES-03 what is about service and no move is shown from where the device is served, and from nowhere else', () => {
    fc.assert(
      fc.property(homes, homes, fc.constantFrom<EventTypeName>('IN_SERVICE', 'OUT_OF_SERVICE'), (active, from, eventType) => {
        const known: Whereabouts = { active, serial: 3 };
        const verdict = onServiceNews(known, { from, eventType, serial: 9, afterMove: false });
        expect(verdict).toEqual({ whereabouts: known, shown: from === active });
      }),
    );
  });

  it('R-RES-03 who is asked tells the truth about itself', () => {
    fc.assert(
      fc.property(homes, homes, fc.boolean(), (active, from, isHere) => {
        expect(onAsked({ active, serial: 3 }, from, isHere)).toEqual({ active: isHere ? from : otherHome(from), serial: 3 });
      }),
    );
  });

  it('R-RES-04 a line appearance is not resilient, nor is a device that does not say so', () => {
    expect(isResilient(TRAITS.RESILIENT)).toBe(true);
    expect(isResilient(TRAITS.RESILIENT | TRAITS.HOT_DESK | TRAITS.SIP)).toBe(true);
    expect(isResilient(TRAITS.RESILIENT | TRAITS.LINE_APPEARANCE)).toBe(false);
    expect(isResilient(TRAITS.SIP)).toBe(false);
  });
});
