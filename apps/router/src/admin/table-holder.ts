/** The one table a router goes by: taken in order, written down before it is used or acknowledged. */
import { isDeepStrictEqual } from 'node:util';
import { ReceivedRoutingTableSchema, type RoutingTable } from '#contracts/routing';
import type { Logger } from '#telemetry/logger';
import { EMPTY_INDEX, indexTable, loweredEpochs, type RoutingIndex } from '../table/routing-index.js';
import { readTable, writeTable } from './table-file.js';

export type Offered =
  | { readonly kind: 'taken' }
  /** Older than what is held, another of the same version, or one that leads back to an earlier epoch. */
  | { readonly kind: 'stale'; readonly detail: string }
  | { readonly kind: 'invalid'; readonly errors: readonly { readonly path: string; readonly message: string }[] };

const ERRORS_MAX = 20;

export class TableHolder {
  #index: RoutingIndex = EMPTY_INDEX;
  #table: RoutingTable | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly file: string,
    private readonly taken: (index: RoutingIndex) => void,
  ) {}

  get index(): RoutingIndex {
    return this.#index;
  }
  get issuedAt(): string | null {
    return this.#table?.issuedAt ?? null;
  }

  /** A file that cannot be used is said and left; the next table replaces it. */
  async load(logger: Logger): Promise<void> {
    try {
      const table = await readTable(this.file);
      const indexed = table === undefined ? undefined : indexTable(table);
      if (indexed?.ok === false) throw new Error(indexed.faults[0]);
      if (table !== undefined && indexed !== undefined) this.#use(table, indexed.index);
    } catch (error) {
      logger.error({ err: error, file: this.file }, 'the routing table on disk cannot be used; waiting for a new one');
    }
  }

  /** One after the other; a table is used only once it is on disk. May be called again with the same table. Rejects when it cannot be written. */
  async offer(document: unknown): Promise<Offered> {
    const turn = this.#last.then(async () => await this.#offer(document));
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  async #offer(document: unknown): Promise<Offered> {
    const parsed = ReceivedRoutingTableSchema.safeParse(document);
    if (!parsed.success) {
      return {
        kind: 'invalid',
        errors: parsed.error.issues.slice(0, ERRORS_MAX).map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
      };
    }
    // as it came: what we do not know is not lost on the disk, and the same table again is the same
    const table = document as RoutingTable;
    const held = this.#index;
    if (table.version < held.version)
      return { kind: 'stale', detail: `Version ${table.version} is older than ${held.version}, which is held.` };
    if (table.version === held.version) {
      return isDeepStrictEqual(table, this.#table)
        ? { kind: 'taken' }
        : { kind: 'stale', detail: `Another table of version ${held.version} is held.` };
    }
    const indexed = indexTable(parsed.data);
    if (!indexed.ok)
      return { kind: 'invalid', errors: indexed.faults.slice(0, ERRORS_MAX).map((message) => ({ path: 'tenants', message })) };
    const lowered = loweredEpochs(held, indexed.index);
    if (lowered.length > 0) return { kind: 'stale', detail: `The epoch of instance ${lowered[0]} would go back.` };
    await writeTable(this.file, table);
    this.#use(table, indexed.index);
    return { kind: 'taken' };
  }

  #use(table: RoutingTable, index: RoutingIndex): void {
    this.#table = table;
    this.#index = index;
    this.taken(index);
  }
}
