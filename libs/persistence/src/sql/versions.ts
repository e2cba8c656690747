import { refused, type StoreOutcome } from '../outcome.js';

/** The refusal of an update of something that is missing or has changed since it was read; undefined when the update may go on. */
export function versionRefusal(
  noun: string,
  found: number | undefined,
  expected: number | undefined,
): Extract<StoreOutcome<never>, { ok: false }> | undefined {
  if (found === undefined) return refused('NOT_FOUND', `There is no such ${noun}.`);
  if (expected !== undefined && expected !== found) {
    return refused('PRECONDITION_FAILED', `The ${noun} is at version ${found}, not ${expected}.`);
  }
  return undefined;
}
