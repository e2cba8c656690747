/** What gateway and worker both have to know of an instance's journal folder; without schemas, so that a gateway's start need not load them. */

/** By name. */
export const JOURNAL_FILES = Object.freeze({
  /** The journal; it begins with a header of so many bytes, and without a whole header it holds nothing. */
  log: 'journal.log',
  headerBytes: 8,
  /** Its time is when an incarnation last lived. */
  alive: 'alive',
  /** `RestoredJournal`: there while the journal is a copy that no incarnation has taken up yet. */
  restored: 'restored.json',
});

/** At most so many bytes of a journal are asked for and given at once. */
export const JOURNAL_PIECE_BYTES_MAX = 256 * 1024;
