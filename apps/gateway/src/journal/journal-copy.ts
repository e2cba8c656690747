/** This incarnation's side of the journal's copy (design.md 7): gives pieces to the worker, knows how far the copy is, and whether it began with one. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Epoch, JournalGeneration, JournalPiece, JournalState, RestoredJournal } from '#contracts/gateway-admin';
import { JOURNAL_FILES, JOURNAL_PIECE_BYTES_MAX } from '#contracts/journal-files';
import type { JournalSource } from './journal.port.js';
import { readIfThere } from './read-if-there.js';

export interface CopyPlace {
  readonly generation: JournalGeneration;
  readonly fromByte: number;
}

export interface JournalCopyOptions {
  readonly instanceId: string;
  readonly epoch: Epoch;
  readonly journal: JournalSource;
  readonly restored: RestoredJournal | null;
}

export class JournalCopy {
  private copied = { rewrites: 0, bytes: 0 };

  constructor(private readonly options: JournalCopyOptions) {}

  get state(): JournalState {
    const { journal, restored } = this.options;
    const { rewrites, sizeBytes } = journal.place;
    const copiedBytes = this.copied.rewrites === rewrites ? Math.min(this.copied.bytes, sizeBytes) : 0;
    return { durability: 'local', generation: this.generation(rewrites), sizeBytes, copiedBytes, restored };
  }

  /** Whoever asks holds everything before the place. */
  async piece(held: CopyPlace | undefined): Promise<JournalPiece> {
    const { journal, instanceId } = this.options;
    const rewrites = held === undefined ? -1 : this.rewritesOf(held.generation);
    const place = { rewrites, sizeBytes: held?.fromByte ?? 0 };
    const { bytes, fromByte, sizeBytes, ...now } = await journal.read(place, JOURNAL_PIECE_BYTES_MAX);
    this.copied = { rewrites: now.rewrites, bytes: fromByte };
    return { instanceId, generation: this.generation(now.rewrites), fromByte, sizeBytes, base64: bytes.toString('base64') };
  }

  private generation(rewrites: number): JournalGeneration {
    const { major, minor } = this.options.epoch;
    return [major, minor, rewrites];
  }

  /** -1: not of this incarnation. */
  private rewritesOf([major, minor, rewrites]: JournalGeneration): number {
    const { epoch } = this.options;
    return major === epoch.major && minor === epoch.minor ? rewrites : -1;
  }
}

/** What the worker has left in the folder when it put the copy in place of a journal that was gone. Throws when it is not readable. */
export async function restoredJournal(folder: string): Promise<RestoredJournal | null> {
  const bytes = readIfThere(join(folder, JOURNAL_FILES.restored));
  if (bytes === undefined) return null;
  const { RestoredJournalSchema } = await import('../shapes/schemas.js');
  return RestoredJournalSchema.parse(JSON.parse(bytes.toString()));
}

/** From here on the journal is this incarnation's own. May be called twice. */
export const takeUpRestored = (folder: string): Promise<void> => rm(join(folder, JOURNAL_FILES.restored), { force: true });
