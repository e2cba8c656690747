/** The directory in memory: per entity a map, and the ids in order, put in order when somebody reads. */
import type { Change, Directory, Entry } from './directory.port.js';
import { ICP_ID_FIELD } from './entities.js';

/** Per entity; 250 controllers of a cluster hold far less. */
export const ENTRIES_MAX = 500_000;

interface Table {
  readonly entries: Map<number, Entry>;
  /** How many there are of each controller: the first read of one must not look through those of all others. */
  readonly ofController: Map<string, number>;
  /** In order; undefined: to be made again. */
  ids: readonly number[] | undefined;
}

export class MemoryDirectory implements Directory {
  private readonly tables = new Map<number, Table>();
  private readonly listeners = new Set<(change: Change) => void>();
  /** Entities of controllers that have been read whole. */
  private readonly known = new Set<string>();

  /** @param entriesMax per entity; a test takes fewer */
  constructor(private readonly entriesMax = ENTRIES_MAX) {}

  replace(deiId: number, icpId: number, entries: readonly Entry[]): void {
    const wanted = new Set(entries.map(({ objectId }) => objectId));
    const gone = this.of(deiId, String(icpId)).filter(({ objectId }) => !wanted.has(objectId));
    if (this.size(deiId) - gone.length + entries.filter(({ objectId }) => !this.has(deiId, objectId)).length > this.entriesMax)
      throw this.full(deiId);
    const isFirst = !this.known.has(`${deiId}/${icpId}`);
    this.known.add(`${deiId}/${icpId}`);
    for (const { objectId } of gone) this.remove(deiId, objectId);
    for (const entry of entries) this.put(deiId, entry, isFirst);
  }

  put(deiId: number, entry: Entry, isFirst = false): void {
    const table = this.table(deiId);
    const before = table.entries.get(entry.objectId);
    if (before !== undefined && sameValues(before.values, entry.values)) return;
    if (before === undefined) {
      if (table.entries.size >= this.entriesMax) throw this.full(deiId);
      table.ids = undefined;
    }
    table.entries.set(entry.objectId, entry);
    count(table, before, -1);
    count(table, entry, 1);
    this.tell({ deiId, before, after: entry, ...(isFirst ? { isFirst } : {}) });
  }

  remove(deiId: number, objectId: number): void {
    const table = this.table(deiId);
    const before = table.entries.get(objectId);
    if (before === undefined) return;
    table.entries.delete(objectId);
    count(table, before, -1);
    table.ids = undefined;
    this.tell({ deiId, before, after: undefined });
  }

  forget(icpId: number): void {
    for (const deiId of this.tables.keys()) {
      this.replace(deiId, icpId, []);
      this.known.delete(`${deiId}/${icpId}`);
    }
  }

  get(deiId: number, objectId: number): Entry | undefined {
    return this.tables.get(deiId)?.entries.get(objectId);
  }

  *after(deiId: number, objectId: number): Generator<Entry> {
    const table = this.table(deiId);
    // a reader keeps the order it began with; what is removed meanwhile is passed over
    const ids = (table.ids ??= Float64Array.from(table.entries.keys()).sort() as unknown as readonly number[]);
    for (let at = firstAfter(ids, objectId); at < ids.length; at += 1) {
      const entry = table.entries.get(ids[at]!);
      if (entry !== undefined) yield entry;
    }
  }

  size(deiId: number): number {
    return this.tables.get(deiId)?.entries.size ?? 0;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private of(deiId: number, icpId: string): Entry[] {
    const { entries, ofController } = this.table(deiId);
    return ofController.has(icpId) ? [...entries.values()].filter((entry) => controllerOf(entry) === icpId) : [];
  }

  private has(deiId: number, objectId: number): boolean {
    return this.get(deiId, objectId) !== undefined;
  }

  private full(deiId: number): RangeError {
    return new RangeError(`entity ${deiId} would have more than ${this.entriesMax} entries`);
  }

  private table(deiId: number): Table {
    let table = this.tables.get(deiId);
    if (table === undefined) this.tables.set(deiId, (table = { entries: new Map(), ofController: new Map(), ids: undefined }));
    return table;
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}

const controllerOf = ({ values }: Entry): string | undefined => values[ICP_ID_FIELD];

function count({ ofController }: Table, entry: Entry | undefined, by: 1 | -1): void {
  const icpId = entry && controllerOf(entry);
  if (icpId === undefined) return;
  const left = (ofController.get(icpId) ?? 0) + by;
  if (left > 0) ofController.set(icpId, left);
  else ofController.delete(icpId);
}

export const sameValues = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((value, at) => value === right[at]);

/** Index of the first id greater than the given one. */
function firstAfter(ids: readonly number[], objectId: number): number {
  let [from, to] = [0, ids.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ids[middle]! <= objectId) from = middle + 1;
    else to = middle;
  }
  return from;
}
