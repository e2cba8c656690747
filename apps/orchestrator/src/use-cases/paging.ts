import type { Page, PageRequest } from '#persistence/outcome';
import { refuse } from '../unit-of-work/call.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The cursor is the store's, wrapped so that nobody builds on what is in it. */
export function pageRequest(query: { readonly limit: number; readonly cursor?: string | undefined }): PageRequest {
  if (query.cursor === undefined) return { limit: query.limit };
  const after = Buffer.from(query.cursor, 'base64url').toString('utf8');
  if (!UUID.test(after))
    throw refuse('INVALID_ARGUMENT', 'cursor is none that we gave out.', {
      errors: [{ path: 'query.cursor', message: 'is none that we gave out' }],
    });
  return { limit: query.limit, after };
}

export function pageAnswer<T, A>(page: Page<T>, map: (item: T) => A): { items: A[]; nextCursor: string | null } {
  return { items: page.items.map(map), nextCursor: page.next === null ? null : Buffer.from(page.next).toString('base64url') };
}
