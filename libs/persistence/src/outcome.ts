/** What stores answer: expected outcomes are values (guides/style.md 23); what must never happen is thrown. */
import type { ErrorCode, Refusal } from '#contracts/errors';

/** A refused write has changed nothing; returned from `withTenant` or `asPlatform` it also rolls the transaction back. */
export type StoreOutcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const accepted = <T>(value: T): StoreOutcome<T> => ({ ok: true, value });
export const refused = (code: ErrorCode, detail: string, facts: Partial<Refusal> = {}): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { ...facts, code, detail },
});

/** Keyset paging: ids grow with time, so the id of the last item seen is the cursor. */
export interface PageRequest {
  /** Id of the last item of the page before; absent for the first page. Must be a UUID. */
  readonly after?: string;
  /** 1 to 500 */
  readonly limit: number;
}
export interface Page<T> {
  readonly items: readonly T[];
  /** `after` of the next page; null when this is the last. */
  readonly next: string | null;
}
