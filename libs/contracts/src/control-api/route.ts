/** What one route of the control API is: data, from which the server, OpenAPI, the client and the tests are made. */
import { z } from 'zod';
import type { ErrorCode } from '../errors.js';

/** `public`: no key; `any`: every valid key; `tenant`: the tenant's own key or an admin's; `admin`: an admin's only. Anything else fails boot. */
export const ROUTE_ROLES = ['public', 'any', 'tenant', 'admin'] as const;
export type RouteRole = (typeof ROUTE_ROLES)[number];

export interface ControlRoute {
  /** Unique; the client's method is called so. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{name}` for every member of `params`. */
  readonly path: string;
  readonly summary: string;
  readonly role: RouteRole;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Strict; null: the route takes no body and refuses one. */
  readonly body: z.ZodObject | null;
  /** The one success answer. */
  readonly status: 200 | 201 | 202;
  readonly response: z.ZodType;
  /** Every code the route may answer, those common to all routes included. */
  readonly errors: readonly ErrorCode[];
  /** Takes an Idempotency-Key header: every POST. */
  readonly idempotent: boolean;
  /** The answer carries an ETag: its `version`. */
  readonly etag: boolean;
  /** Takes an If-Match header and refuses with 412 when the resource has another version. */
  readonly ifMatch: boolean;
  /** Takes `limit` and `cursor`, answers `{items, nextCursor}`. */
  readonly paged: boolean;
  /** Members of the answer that are told once: absent when an idempotency key is replayed. */
  readonly secrets: readonly string[];
}

const none = z.strictObject({});
/** Codes that any route with a key may answer. */
const COMMON: readonly ErrorCode[] = ['MALFORMED_REQUEST', 'INVALID_ARGUMENT', 'UNAUTHENTICATED', 'UNAVAILABLE', 'INTERNAL'];

type Defaults = {
  params: typeof none;
  query: typeof none;
  body: null;
  etag: false;
  ifMatch: false;
  paged: false;
  secrets: readonly [];
};
type Given = Pick<ControlRoute, 'id' | 'method' | 'path' | 'summary' | 'role' | 'status' | 'response'> & Partial<ControlRoute>;
type Completed<G extends Given> = Omit<Defaults, keyof G> &
  G & { readonly errors: readonly ErrorCode[]; readonly idempotent: boolean };

/** Completes a route: the members left out mean "none", and the codes every such route has are added. */
export function route<const G extends Given>(given: G): Completed<G> {
  const withKey =
    given.role === 'public' ? (['MALFORMED_REQUEST', 'INVALID_ARGUMENT', 'UNAVAILABLE', 'INTERNAL'] as const) : COMMON;
  const errors = new Set<ErrorCode>([...withKey, ...(given.errors ?? [])]);
  if (given.role === 'admin') errors.add('FORBIDDEN');
  if (given.params !== undefined) errors.add('NOT_FOUND');
  if (given.method === 'POST' || given.method === 'PATCH')
    for (const code of ['UNSUPPORTED_MEDIA_TYPE', 'BODY_TOO_LARGE'] as const) errors.add(code);
  if (given.ifMatch === true) errors.add('PRECONDITION_FAILED');
  if (given.role === 'tenant' && given.method !== 'GET') errors.add('TENANT_SUSPENDED');
  if (given.path.startsWith('/v1/tenants/') && given.method !== 'GET') errors.add('CONFLICT');
  const idempotent = given.method === 'POST';
  if (idempotent) for (const code of ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEY_IN_USE'] as const) errors.add(code);
  const completed = {
    params: none,
    query: none,
    body: null,
    etag: false,
    ifMatch: false,
    paged: false,
    secrets: [],
    ...given,
    errors: [...errors].sort(),
    idempotent,
  };
  return Object.freeze(completed) as unknown as Completed<G>;
}

/** One path member. */
export const tenantParams = z.strictObject({
  tenant: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .describe('Id or slug of the tenant'),
});
export const withId = <N extends string>(name: N) => tenantParams.extend({ [name]: z.uuid() } as Record<N, z.ZodUUID>);

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('At most this many items'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,400}$/)
    .optional()
    .describe('nextCursor of the page before; opaque'),
});
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable().describe('null: this was the last page') });

/** Printable text: no control characters, no half characters, no space at either end. */
export const nameText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'printable characters only')
    .regex(/^\S(.*\S)?$/u, 'no space at either end');
export const timestamp = z.iso.datetime();
export const version = z.int().min(1).describe('Grows with every change; the ETag in quotes');

/** A change that changes nothing is a mistake of the caller. */
export const atLeastOne = <S extends z.ZodObject>(body: S): S =>
  body.refine((members) => Object.values(members).some((value) => value !== undefined), 'name at least one member') as S;
