import { describe, expect, it } from 'vitest';
import { type CallFactsView, featureMask, featuresOf } from './call-features.rules.js';

const call = (localCallId: number, more: Partial<CallFactsView> = {}): CallFactsView => ({
  localCallId,
  state: 'hold',
  flags: 0,
  linkedCallId: 0,
  parties: 0,
  failureCause: 'UNKNOWN',
  ...more,
});
const deviceOf = (...calls: CallFactsView[]) => ({ traits: 0, calls: new Map(calls.map((one) => [one.localCallId, one])) });

describe('featuresAllowed', () => {
  it('R-CC-01 a device that has all the calls it can have begins no other: neither consultation nor new call', () => {
    const speaking = call(1, { state: 'connected' });
    const held = (count: number) => Array.from({ length: count }, (_, index) => call(index + 2));
    const allowed = (others: number) => featuresOf(featureMask(speaking, deviceOf(speaking, ...held(others))));
    expect(allowed(6)).toEqual(expect.arrayContaining(['CONSULTATION_CALL', 'NEW_CALL']));
    for (const feature of ['CONSULTATION_CALL', 'NEW_CALL']) expect(allowed(7)).not.toContain(feature);
    expect(allowed(7)).toEqual(expect.arrayContaining(['HOLD_CALL', 'CLEAR_CALL']));
  });
});
