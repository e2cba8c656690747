import { describe, expect, it } from 'vitest';
import { faultsOf, labelOf, type SeenEvent } from './seven-events.js';

const call = (...rows: [SeenEvent['at'], string, string][]): SeenEvent[] =>
  rows.map(([at, type, cause], index) => ({ at, type, cause, time: index }));
const RIGHT = call(
  ['caller', 'CALL_ORIGINATED', 'NEW_CALL'],
  ['caller', 'CALL_DELIVERED', 'DELIVERED'],
  ['called', 'CALL_RECEIVED', 'NEW_CALL'],
  ['called', 'CALL_ESTABLISHED', 'ANSWERED_INVOKED'],
  ['caller', 'CALL_ESTABLISHED', 'ANSWERED'],
  ['called', 'CALL_CLEAR', 'CLEAR_INVOKED'],
  ['caller', 'CALL_CLEAR', 'CLEARED'],
);

describe('R-CC-02 the demo’s judgement of the seven events', () => {
  it('accepts them however the two phones interleave', () => {
    expect(faultsOf(RIGHT)).toEqual([]);
    expect(faultsOf([...RIGHT.filter((e) => e.at === 'called'), ...RIGHT.filter((e) => e.at === 'caller')])).toEqual([]);
    expect(RIGHT.map(labelOf)).toContain('CallClearedInvoked');
  });
  it('finds each missing, doubled or exchanged event', () => {
    for (const index of RIGHT.keys()) {
      expect(faultsOf(RIGHT.toSpliced(index, 1))).not.toEqual([]);
      expect(faultsOf(RIGHT.toSpliced(index, 0, RIGHT[index]!))).not.toEqual([]);
    }
    expect(faultsOf(RIGHT.map((e) => ({ ...e, at: e.at === 'caller' ? ('called' as const) : ('caller' as const) })))).not.toEqual(
      [],
    );
    expect(faultsOf(RIGHT.map((e) => (e.cause === 'CLEARED' ? { ...e, cause: 'CLEAR_INVOKED' } : e)))).not.toEqual([]);
  });
});
