import type { Tx } from '#persistence/database';
import type { OutboxEntry } from '#persistence/outbox';
import type { Request } from 'express';
import type { Caller } from '../unit-of-work/call.js';

/** What we know of a request besides what it says itself; filled on its way: middleware, guard, interceptor. */
export interface RequestState {
  readonly correlationId: string;
  /** The body as strict JSON; undefined when there was none. */
  body: unknown;
  caller: Caller | undefined;
  /** The transaction of the present attempt, and the bells to ring when it commits. */
  work: { readonly tx: Tx; readonly bells: OutboxEntry[] } | undefined;
}

export type ControlRequest = Request;

const states = new WeakMap<object, RequestState>();

export function beginState(request: object, correlationId: string): RequestState {
  const state: RequestState = { correlationId, body: undefined, caller: undefined, work: undefined };
  states.set(request, state);
  return state;
}

export function stateOf(request: object): RequestState {
  const state = states.get(request);
  if (state === undefined) throw new Error('a request that did not pass the entry');
  return state;
}

/** For the exception filter: errors may come before the entry has been passed. */
export const correlationIdOf = (request: object): string | undefined => states.get(request)?.correlationId;
