import { describe, expect, it } from 'vitest';
import { FACE_NAMES } from './faces.js';
import { parseArguments } from './options.js';

describe('the command line of npm run fuzz', () => {
  it('takes cases, seed and transports, and one case of a finding', () => {
    expect(parseArguments([], 5)).toEqual({ cases: 100_000, seed: 5, from: 0, transports: FACE_NAMES });
    expect(parseArguments(['--cases', '7', '--seed', '9', '--transport', 'rest', '--transport', 'soap'], 5)).toEqual({
      cases: 7,
      seed: 9,
      from: 0,
      transports: ['rest', 'soap'],
    });
    expect(parseArguments(['--seed', '9', '--transport', 'soap', '--only', '17'], 5)).toEqual({
      cases: 1,
      seed: 9,
      from: 17,
      transports: ['soap'],
    });
  });

  it.each([
    [['--help'], 'usage'],
    [['--cases'], 'lacks its value'],
    [['--cases', '0'], 'above 0'],
    [['--cases', '-1'], 'whole number'],
    [['--seed', 'x'], 'whole number'],
    [['--transport', 'telex'], 'no transport telex'],
    [['rest'], 'not an option'],
  ])('%j is answered with words', (words, said) => {
    expect(parseArguments(words, 1)).toContain(said);
  });
});
