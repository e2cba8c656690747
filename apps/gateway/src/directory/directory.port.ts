/**
 * The gateway's own copy of the directories of its controllers (R-DAS-01): what applications read is here, and no controller is asked for it.
 * One writer: the directory sync of the controller link, and what applications have written.
 */
import type { Outcome } from '../northbound-port.js';

/** Values in the order of the entity's fields, `objectId` and `icpId` first. Never changed once it is in. */
export interface Entry {
  readonly objectId: number;
  readonly values: readonly string[];
}

export interface Change {
  readonly deiId: number;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
  /** It is of the first whole read of this entity at its controller: learned, not changed. */
  readonly isFirst?: true;
}

export interface Directory {
  /**
   * All entries of one entity at one controller, in place of those that were there; only differences are told to listeners. May be called again.
   * Throws `RangeError` past the greatest number of entries of an entity: the caller has bounded what it read.
   */
  replace(deiId: number, icpId: number, entries: readonly Entry[]): void;
  /** Inserts or changes one entry; the same again tells nobody. Throws as `replace`. */
  put(deiId: number, entry: Entry): void;
  /** Removes one entry; unknown: nothing. */
  remove(deiId: number, objectId: number): void;
  /** Everything of a controller that is gone. */
  forget(icpId: number): void;
  get(deiId: number, objectId: number): Entry | undefined;
  /**
   * Entries in the order of their ids, from the first after `objectId` (-1: from the beginning). Lazy: a reader that stops has cost only what it
   * read, and readers do not wait for one another. What changes while a reader goes on is seen or not, but nothing is told twice.
   */
  after(deiId: number, objectId: number): Iterable<Entry>;
  size(deiId: number): number;
  /** @returns ends the telling */
  onChange(listener: (change: Change) => void): () => void;
}

/** Takes what an application writes to the controller it is for. */
export interface DirectoryWriter {
  /**
   * Resolves when the controller has taken or refused it; `objectId` of what was inserted. Never rejects for what a controller does.
   * @param traceparent of the application's request
   */
  write(
    change: {
      readonly deiId: number;
      readonly icpId: number;
      readonly before: Entry | undefined;
      readonly after: readonly string[] | undefined;
    },
    traceparent?: string,
  ): Promise<Outcome<{ readonly objectId: number }>>;
}
