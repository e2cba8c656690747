import { describe, expect, it } from 'vitest';
import type { Face, Made, Verdict } from './cases.js';
import { reportLines } from './cases.js';
import { runCases } from './run-cases.js';

interface Numbered extends Made {
  readonly number: number;
}
const face = (changes: Partial<Face<Numbered>> = {}): Face<Numbered> => ({
  name: 'a face',
  lanes: 2,
  operations: 3,
  make: (random) => ({ what: 'a number', operation: String(random.below(3)), number: random.below(1000) }),
  send: () => Promise.resolve({ reached: 'handler' }),
  good: () => Promise.resolve(),
  state: () => Promise.resolve('same'),
  failures: () => [],
  hangUp: () => Promise.resolve(),
  close: () => Promise.resolve(),
  show: ({ number }) => `number ${number}`,
  ...changes,
});

describe('a run of bad input', () => {
  it('counts how far its cases got and finds nothing where nothing is wrong', async () => {
    const sent: number[] = [];
    const send = (_lane: number, { number }: Numbered): Promise<Verdict> => {
      sent.push(number);
      return Promise.resolve({ reached: sent.length % 2 === 0 ? 'handler' : 'parser' });
    };
    const report = await runCases(face({ send }), { seed: 3, cases: 40 });
    expect(report).toMatchObject({
      cases: 40,
      findings: [],
      reached: { parser: 20, checks: 0, handler: 20 },
      met: { operations: 3, of: 3 },
    });
    const again: number[] = [];
    await runCases(face({ send: (_lane, { number }) => (again.push(number), Promise.resolve({ reached: 'handler' })) }), {
      seed: 3,
      cases: 40,
    });
    expect(again).toEqual(sent);
  });

  it('names the case of a wrong answer so that it can be made again, alone', async () => {
    const wrong = (above: number) =>
      face({
        send: (_lane, { number }) =>
          Promise.resolve(number > above ? { reached: 'parser', wrong: `${number}!` } : { reached: 'checks' }),
      });
    const { findings, ...report } = await runCases(wrong(900), { seed: 3, cases: 100 });
    expect(findings.length).toBeGreaterThan(0);
    const { index, shown } = findings[0]!;
    expect(reportLines({ findings, ...report })[1]).toContain(`--seed 3 --only ${index}`);
    const alone = await runCases(wrong(900), { seed: 3, cases: 1, from: index });
    expect(alone.findings).toMatchObject([{ index, shown }]);
  });

  it.each<[string, Partial<Face<Numbered>>, RegExp]>([
    ['a lost answer', { send: () => Promise.reject(new Error('gone')) }, /gone/],
    ['a disturbed neighbour', { good: () => Promise.reject(new Error('refused')) }, /refused/],
    [
      'a change',
      {
        state: (
          (count) => () =>
            Promise.resolve(String(count++))
        )(0),
      },
      /something has changed: 0 → 1/,
    ],
    ['a failure on our side', { failures: () => [{ message: 'broke' }] }, /broke/],
  ])('finds %s', async (_what, changes, said) => {
    const { findings } = await runCases(face(changes), { seed: 3, cases: 5 });
    expect(findings.map(({ wrong }) => wrong).join()).toMatch(said);
  });
});
