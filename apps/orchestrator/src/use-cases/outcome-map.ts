import { accepted, refused, type StoreOutcome } from '#persistence/outcome';

export { accepted, refused };
export type { StoreOutcome };

/** The answer of an accepted outcome; a refused one stays as it is. */
export const mapped = <T, A>(outcome: StoreOutcome<T>, map: (value: T) => A): StoreOutcome<A> =>
  outcome.ok ? accepted(map(outcome.value)) : outcome;

/** What was looked for, or NOT_FOUND in the same words whatever the reason it cannot be seen (S-01). */
export const found = <T, A>(noun: string, value: T | undefined, map: (value: T) => A): StoreOutcome<A> =>
  value === undefined ? refused('NOT_FOUND', `There is no such ${noun}.`) : accepted(map(value));
