import type { JournalRecord } from '../switchboard/switchboard.port.js';

/** Where acknowledged state is kept (design.md 7). */
export interface Journal {
  /**
   * Queues the records, in order. Resolves when they are on disk; rejects when they may not be, and then goes on rejecting until
   * {@link rewrite} has succeeded. Never blocks; everything queued at once costs one write and one sync.
   */
  append(records: readonly JournalRecord[]): Promise<void>;
  /** Replaces the whole journal by these records, which stand for all that was appended before. May be called again after a failure. */
  rewrite(records: Iterable<JournalRecord>): Promise<void>;
  /** True when a rewrite is worth its cost. */
  readonly isLarge: boolean;
  /** Writes what is queued and closes. May be called twice. */
  close(): Promise<void>;
}

/** A place in the bytes of a journal; those before and after a rewrite have nothing to do with each other. */
export interface JournalPlace {
  /** Since it was opened. */
  readonly rewrites: number;
  readonly sizeBytes: number;
}
export interface JournalBytes extends JournalPlace {
  readonly fromByte: number;
  readonly bytes: Buffer;
}

/** What a copy of the journal is made from: only bytes that are kept, so that none of them can be taken back. */
export interface JournalSource {
  readonly place: JournalPlace;
  /** At most so many bytes from `from` on, or from the first one where that place is no more. Rejects when the file cannot be read. */
  read(from: JournalPlace, bytesMax: number): Promise<JournalBytes>;
}
