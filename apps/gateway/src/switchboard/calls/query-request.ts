/** A question about a device to its controller (docs/design/controller-link.md, QUERY); its answer may come in pages (query.operations.ts). */
import type { QueryKind } from '#southbound/messages';
import type { Controller, Pending } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import { Items } from './query-answers.mapper.js';

export interface QueryRequest {
  /** Whose answer it is; 0: the gateway's own question. */
  readonly requestId: number;
  /** Handle of the device. */
  readonly target: number;
  readonly kind: QueryKind;
  readonly done: (items: Items) => void;
  /** Called instead of a refusal to the application. */
  readonly failed?: Extract<Pending, { kind: 'query' }>['failed'];
}

/** Asks for the first page. False: nothing was sent. */
export function sendQuery(core: Core, controller: Controller, { requestId, target, kind, done, failed }: QueryRequest): boolean {
  const pending = {
    kind: 'query',
    requestId,
    target,
    query: kind,
    items: [],
    pages: 1,
    done: (items) => done(new Items(items)),
    ...(failed === undefined ? {} : { failed }),
  } satisfies Pending;
  return core.send(controller, pending, { type: 'QUERY', target, kind, from: 0 });
}
