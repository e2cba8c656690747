/** Searching the directory: the conditions of old applications, and the filter texts of new ones, which mean the same. Pure. */
import type { SearchOperator } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { Entity } from './entities.js';

export interface Condition {
  readonly fieldId: number;
  readonly searchOperator: SearchOperator;
  readonly value: string;
  readonly caseInsensitive: boolean;
}
/** Whether the values of an entry fit every condition. */
export type Matcher = (values: readonly string[]) => boolean;

const OPERATORS: Readonly<Record<SearchOperator, (order: number, value: string, wanted: string) => boolean>> = {
  SO_EQUAL_TO: (order) => order === 0,
  SO_NOT_EQUAL_TO: (order) => order !== 0,
  SO_LESS: (order) => order < 0,
  SO_LESS_EQUAL: (order) => order <= 0,
  SO_GREATER: (order) => order > 0,
  SO_GREATER_EQUAL: (order) => order >= 0,
  SO_CONTAINS: (_order, value, wanted) => value.includes(wanted),
  SO_STARTS_WITH: (_order, value, wanted) => value.startsWith(wanted),
};
const OF_TEXTS = new Set<SearchOperator>(['SO_CONTAINS', 'SO_STARTS_WITH']);

const invalid = (detail: string): Refusal => ({ code: 'INVALID_ARGUMENT', detail });

/** Numbers are compared as numbers, and one that is not there is smaller than any; texts by their code units. */
export function matcherOf(entity: Entity, conditions: readonly Condition[]): Matcher | Refusal {
  const tests: Matcher[] = [];
  for (const { fieldId, searchOperator, value, caseInsensitive } of conditions) {
    const field = entity.fields[fieldId];
    if (field === undefined) return invalid(`${entity.name} has no field ${fieldId}, it has 0 to ${entity.fields.length - 1}`);
    const fits = OPERATORS[searchOperator];
    if (field.type === 'integer' && !OF_TEXTS.has(searchOperator)) {
      if (!/^-?\d{1,16}$/.test(value)) return invalid(`${field.name} is compared with whole numbers, not with what was sent`);
      const wanted = Number(value);
      tests.push((values) => fits(numberOf(values[fieldId]) - wanted, '', ''));
    } else {
      const fold = caseInsensitive ? (text: string) => text.toLowerCase() : (text: string) => text;
      const wanted = fold(value);
      tests.push((values) => {
        const given = fold(values[fieldId] ?? '');
        return fits(given < wanted ? -1 : given > wanted ? 1 : 0, given, wanted);
      });
    }
  }
  return (values) => tests.every((test) => test(values));
}

const numberOf = (text: string | undefined): number =>
  text === undefined || text === '' ? Number.NEGATIVE_INFINITY : Number(text);

const WORDS: Readonly<Record<string, SearchOperator>> = {
  eq: 'SO_EQUAL_TO',
  ne: 'SO_NOT_EQUAL_TO',
  lt: 'SO_LESS',
  le: 'SO_LESS_EQUAL',
  gt: 'SO_GREATER',
  ge: 'SO_GREATER_EQUAL',
  contains: 'SO_CONTAINS',
  startsWith: 'SO_STARTS_WITH',
};
/** `field operator value`, the operator with `~` behind it when capitals do not matter, the value in quotation marks when it has spaces. */
const TERM = /^(\w{1,40}) ([a-zA-Z]{2,10})(~?) (?:"((?:[^"\\]|\\["\\])*)"|([^\s"]+))(?: and (?=\S)|$)/;
const TERMS_MAX = 16;

export function conditionsOf(entity: Entity, filter: string): readonly Condition[] | Refusal {
  const conditions: Condition[] = [];
  for (let left = filter; left !== '';) {
    const match = TERM.exec(left);
    if (match === null || conditions.length === TERMS_MAX)
      return invalid(
        `filter: term ${conditions.length + 1} is not \`field operator value\`, or there are more than ${TERMS_MAX}`,
      );
    const [whole, name, word = '', fold, quoted, plain] = match;
    const fieldId = entity.fields.findIndex((field) => field.name === name);
    const searchOperator = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    if (fieldId === -1)
      return invalid(
        `filter: ${entity.name} has no field ${name}; it has ${entity.fields.map((field) => field.name).join(', ')}`,
      );
    if (searchOperator === undefined) return invalid(`filter: the operators are ${Object.keys(WORDS).join(', ')}`);
    const value = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(["\\])/g, '$1');
    conditions.push({ fieldId, searchOperator, value, caseInsensitive: fold === '~' });
    left = left.slice(whole.length);
  }
  return conditions;
}
