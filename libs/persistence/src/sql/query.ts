import type { Page, PageRequest } from '../outcome.js';
import { managerOf, type Tx } from './transaction.js';

type Parameter = string | number | boolean | bigint | Date | null | readonly string[] | readonly number[] | Uint8Array;

/** All rows of one parameterised statement, also of UPDATE and DELETE with RETURNING. */
export async function rowsOf<R extends object>(tx: Tx, sql: string, parameters: readonly Parameter[] = []): Promise<R[]> {
  const answer: unknown = await managerOf(tx).query(sql, parameters as unknown[]);
  // TypeORM answers UPDATE and DELETE as [rows, count], everything else as rows.
  if (Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number')
    return answer[0] as R[];
  return answer as R[];
}

export async function rowOf<R extends object>(
  tx: Tx,
  sql: string,
  parameters: readonly Parameter[] = [],
): Promise<R | undefined> {
  return (await rowsOf<R>(tx, sql, parameters))[0];
}

/** One page of rows already asked for with `limit + 1`. */
export function pageOf<R extends { id: string }, T>(rows: readonly R[], request: PageRequest, map: (row: R) => T): Page<T> {
  const items = rows.slice(0, request.limit);
  return { items: items.map(map), next: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null };
}

export const PAGE_LIMIT_MAX = 500;
export function checkPage(request: PageRequest): void {
  if (!Number.isInteger(request.limit) || request.limit < 1 || request.limit > PAGE_LIMIT_MAX) {
    throw new RangeError(`page limit ${request.limit} is outside 1..${PAGE_LIMIT_MAX}`);
  }
}
