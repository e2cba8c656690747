import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEARCH_OPERATORS, type SearchOperator } from '#contracts/application-api';
import { entityByName } from './entities.js';
import { conditionsOf, matcherOf, type Condition } from './search.rules.js';

const lines = entityByName('line-appearances')!;
const [BUTTON, DN] = [3, 2];
const values = (dn: string, button: string) => ['1', '1', dn, button, '2001'];
const fits = (condition: Partial<Condition>, dn: string, button = '7') => {
  const matches = matcherOf(lines, [
    { fieldId: DN, searchOperator: 'SO_EQUAL_TO', value: '', caseInsensitive: false, ...condition },
  ]);
  if (typeof matches !== 'function') throw new Error(matches.detail);
  return matches(values(dn, button));
};

describe('R-DAS-03 searching', () => {
  it('has every operator, with and without regard to capitals', () => {
    const cases: readonly (readonly [SearchOperator, string, readonly string[], readonly string[]])[] = [
      ['SO_EQUAL_TO', 'Bob', ['Bob'], ['bob', 'Bo']],
      ['SO_NOT_EQUAL_TO', 'Bob', ['bob', ''], ['Bob']],
      ['SO_LESS', 'Bob', ['Ann'], ['Bob', 'Cid']],
      ['SO_LESS_EQUAL', 'Bob', ['Ann', 'Bob'], ['Cid']],
      ['SO_GREATER', 'Bob', ['Cid', 'bob'], ['Bob', 'Ann']],
      ['SO_GREATER_EQUAL', 'Bob', ['Cid', 'Bob'], ['Ann']],
      ['SO_CONTAINS', 'ob', ['Bob', 'ob'], ['Ann', 'OB']],
      ['SO_STARTS_WITH', 'Bo', ['Bob'], ['bob', 'oBo']],
    ];
    expect(cases.map(([operator]) => operator).sort()).toEqual([...SEARCH_OPERATORS].sort());
    for (const [searchOperator, value, yes, no] of cases) {
      for (const dn of yes) expect(fits({ searchOperator, value }, dn), `${dn} ${searchOperator}`).toBe(true);
      for (const dn of no) expect(fits({ searchOperator, value }, dn), `${dn} ${searchOperator}`).toBe(false);
    }
    expect(fits({ value: 'BOB', caseInsensitive: true }, 'bob')).toBe(true);
    expect(fits({ searchOperator: 'SO_CONTAINS', value: 'OB', caseInsensitive: true }, 'bob')).toBe(true);
  });

  it('compares numbers as numbers, an absent one as smaller than any', () => {
    expect(fits({ fieldId: BUTTON, searchOperator: 'SO_GREATER', value: '9' }, 'x', '10')).toBe(true);
    expect(fits({ fieldId: BUTTON, searchOperator: 'SO_EQUAL_TO', value: '07' }, 'x', '7')).toBe(true);
    expect(fits({ fieldId: BUTTON, searchOperator: 'SO_LESS', value: '0' }, 'x', '')).toBe(true);
    expect(fits({ fieldId: BUTTON, searchOperator: 'SO_STARTS_WITH', value: '1' }, 'x', '10')).toBe(true);
  });

  it('refuses what is no field or no number, and says what there is', () => {
    const condition = { searchOperator: 'SO_LESS', value: '1', caseInsensitive: false } as const;
    expect(matcherOf(lines, [{ ...condition, fieldId: 5 }])).toMatchObject({
      code: 'INVALID_ARGUMENT',
      detail: expect.stringMatching(/has no field 5/) as string,
    });
    expect(matcherOf(lines, [{ ...condition, fieldId: BUTTON, value: 'x' }])).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('a filter text means the conditions that are written in it', () => {
    const words = { eq: 0, ne: 1, lt: 2, le: 3, gt: 4, ge: 5, contains: 6, startsWith: 7 };
    const operators: readonly SearchOperator[] = [
      'SO_EQUAL_TO',
      'SO_NOT_EQUAL_TO',
      'SO_LESS',
      'SO_LESS_EQUAL',
      'SO_GREATER',
      'SO_GREATER_EQUAL',
      'SO_CONTAINS',
      'SO_STARTS_WITH',
    ];
    const term = fc.record({
      field: fc.constantFrom(...lines.fields.map(({ name }) => name)),
      word: fc.constantFrom(...(Object.keys(words) as (keyof typeof words)[])),
      fold: fc.boolean(),
      value: fc.string({ maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
        const text = terms
          .map(({ field, word, fold, value }) => `${field} ${word}${fold ? '~' : ''} "${value.replace(/["\\]/g, '\\$&')}"`)
          .join(' and ');
        expect(conditionsOf(lines, text)).toEqual(
          terms.map(({ field, word, fold, value }) => ({
            fieldId: lines.fields.findIndex(({ name }) => name === field),
            searchOperator: operators[words[word]],
            value,
            caseInsensitive: fold,
          })),
        );
      }),
    );
    expect(conditionsOf(lines, 'dn startsWith 20 and button gt 1')).toHaveLength(2);
  });

  it('a filter text that cannot be read is refused with what was expected, in the time of a normal answer', () => {
    for (const bad of [
      'dn',
      'dn eq',
      'dn eq a b',
      'dn eq 1 and ',
      'dn eq "x',
      'dn is 1',
      'name eq 1',
      ' dn eq 1',
      'dn eq 1 or dn eq 2',
    ])
      expect(conditionsOf(lines, bad), bad).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(conditionsOf(lines, Array.from({ length: 17 }, () => 'dn eq 1').join(' and '))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    const before = performance.now();
    conditionsOf(lines, `dn eq "${'\\'.repeat(1990)}`);
    conditionsOf(lines, 'dn eq 1 and '.repeat(160));
    expect(performance.now() - before).toBeLessThan(250);
  });
});
