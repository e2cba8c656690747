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
