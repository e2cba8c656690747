/** Two thousand seeds of the whole system in virtual time, and the power of that: what is broken on purpose is found. */
import { describe, expect, it } from 'vitest';
import { parseArguments } from './options.js';
import { PLANTED_FAULTS } from './planted/planted-faults.js';
import { complaintsOf, replayCommand, seedsToFind } from './runs.js';
import { runSeed } from './run-seed.js';

const SEEDS = 2000;
const SHARE = 500;
const PATIENCE_MS = 600_000;

describe('the simulated system', () => {
  for (let from = 1; from <= SEEDS; from += SHARE) {
    it(
      `I1 I2 I3 I4 I6 I7 I9 I10 I11 I12 hold for seeds ${from} to ${from + SHARE - 1}`,
      () => {
        const found: string[] = [];
        for (let seed = from; seed < from + SHARE; seed += 1) {
          const complaints = complaintsOf(runSeed(seed));
          if (complaints.length > 0) found.push(...complaints, `again: ${replayCommand(seed)}`);
        }
        expect(found).toEqual([]);
      },
      PATIENCE_MS,
    );
  }

  it('the same seed gives the same trace, another seed another', () => {
    const [first, again, other] = [runSeed(7, { trace: true }), runSeed(7, { trace: true }), runSeed(8)];
    expect(again).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });
});

/** Those that few seeds find; `npm run simulate -- --planted` tries all. */
const QUICK = [
  'session-not-journaled',
  'monitors-not-restored',
  'slot-not-freed',
  'monitor-place-not-freed',
  'session-cap-too-high',
  'session-cap-too-low',
  'monitor-cap-too-high',
  'controller-cap-not-checked',
  'keep-alive-never-expires',
  'wall-clock-for-time-outs',
  'wall-clock-for-deadlines',
  'epoch-not-advanced',
  'cursor-off-by-one',
  'restart-gap-not-told',
  'pacing-forgotten-with-link',
  'not-set-again-after-link',
  'last-one-out-does-not-stop',
  'correlation-reused',
  'answer-to-the-wrong-request',
  'link-gap-not-told',
  'acknowledge-before-write',
  'no-sweep',
  'key-not-journaled',
  'key-ignores-body',
  'monitor-end-not-journaled',
  'compaction-loses-keys',
  'compaction-loses-monitors',
  'no-snapshot',
  'unlisted-may-log-in',
  'grants-not-planned',
  'back-off-for-ever',
  'keep-alive-too-short',
  'cursor-reads-again',
  'unbounded-log',
  'overflow-not-told',
  'pace-off-by-one',
  'no-fencing-token',
];

describe('the power of the simulation', () => {
  it.each(QUICK)(
    'a planted fault is found: %s',
    (name) => {
      expect(PLANTED_FAULTS.map((fault) => fault.name)).toContain(name);
      expect(seedsToFind(name, 200)).toBeDefined();
    },
    120_000,
  );

  it('planted faults have names of their own', () => {
    const names = PLANTED_FAULTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the command line', () => {
  it('takes seeds, replays and planted faults, and refuses the rest', () => {
    expect(parseArguments(['--seeds', '5', '--from', '3'])).toMatchObject({ seeds: 5, from: 3 });
    expect(parseArguments(['--seed', '9', '--trace', '--plant', 'x'])).toMatchObject({ seed: 9, trace: true, plant: 'x' });
    expect(parseArguments(['--planted', 'a', 'b', '--seeds', '7'])).toMatchObject({ planted: ['a', 'b'], seeds: 7 });
    expect(parseArguments(['--seeds', 'many'])).toContain('whole number');
    expect(parseArguments(['--sedes', '4'])).toContain('not an option');
    expect(parseArguments(['--help'])).toContain('usage');
  });
});
