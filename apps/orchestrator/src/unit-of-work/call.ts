/** One request on its way to a use-case: who asks, for what, in which transaction. */
import type { BodyOf, ParamsOf, QueryOf, RouteId } from '#contracts/control-api';
import type { Refusal } from '#contracts/errors';
import type { ApiKey, Tenant } from '#domain/resources';
import type { Tx } from '#persistence/database';
import type { OutboxEntry } from '#persistence/outbox';

/** Established before anything of the request is acted on. */
export interface Caller {
  readonly key: ApiKey;
  /** The tenant the path names, or that the key belongs to; undefined for admins on paths without one. */
  readonly tenant: Tenant | undefined;
}

/**
 * What a use-case gets. It runs in `tx` and may be run again when Postgres asks for it, so it has no effect outside of `tx`;
 * bells handed to `ring` are rung after the commit.
 */
export interface Call<I extends RouteId> {
  readonly params: ParamsOf<I>;
  readonly query: QueryOf<I>;
  readonly body: BodyOf<I>;
  readonly caller: Caller;
  /** The version of If-Match; undefined when the caller did not say. */
  readonly expectedVersion: number | undefined;
  /** The request, for the ledger: method and path. */
  readonly cause: string;
  readonly tx: Tx;
  ring(entry: OutboxEntry): void;
}

/** A call of a route that keeps no transaction open (it waits): it opens short ones by itself. */
export type WaitingCall<I extends RouteId> = Omit<Call<I>, 'tx' | 'ring'> & { readonly signal: AbortSignal };

/** A refusal on its way to the exception filter; nothing of the request has been done. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  constructor(readonly refusal: Refusal) {
    super(`${refusal.code}: ${refusal.detail}`);
  }
}

export const refuse = (code: Refusal['code'], detail: string, facts: Partial<Refusal> = {}): RefusalError =>
  new RefusalError({ ...facts, code, detail });

/** The tenant of a route that names one; the guard has seen to it that there is one. */
export function tenantOf(caller: Caller): Tenant {
  if (caller.tenant === undefined) throw new Error('a route without a tenant was treated as one with');
  return caller.tenant;
}
