/** The journal as one append-only file, group-committed: whatever has been queued meanwhile goes out in one write and one fdatasync. */
import { ftruncateSync, fsyncSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL_FILES } from '#contracts/journal-files';
import { replaceDurably, syncFolderNow, withFile } from './durable-file.js';
import type { Journal, JournalBytes, JournalPlace, JournalSource } from './journal.port.js';
import { readIfThere } from './read-if-there.js';
import { decodeJournal, encodeRecord, JOURNAL_HEADER } from './record.codec.js';
import type { StoredRecord } from './sealed-journal.js';

const LARGE_BYTES_MIN = 4 * 1024 * 1024;
const LARGE_FACTOR = 4;

interface Batch {
  readonly frames: Buffer[];
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function newBatch(): Batch {
  let resolve = () => {};
  let reject: (error: Error) => void = () => {};
  const done = new Promise<void>((whenKept, whenLost) => {
    resolve = whenKept;
    reject = whenLost;
  });
  // whoever appended sees the rejection; an append nobody waits for must not end the process
  done.catch(() => {});
  return { frames: [], done, resolve, reject };
}

export interface OpenedJournal {
  readonly journal: FileJournal;
  readonly records: StoredRecord[];
  /** Bytes of a torn tail that were cut off. */
  readonly tornBytes: number;
}

export class FileJournal implements Journal, JournalSource {
  private handle: FileHandle | undefined;
  private queued: Batch | undefined;
  /** Writes and rewrites, one after the other. */
  private turn: Promise<void> = Promise.resolve();
  private failure: Error | undefined;
  private closed = false;
  private sizeBytes: number;
  private baseBytes: number;
  private rewrites = 0;

  private constructor(
    private readonly file: string,
    handle: FileHandle,
    sizeBytes: number,
  ) {
    this.handle = handle;
    this.sizeBytes = sizeBytes;
    this.baseBytes = sizeBytes;
  }

  /** The caller holds the folder's lock. Throws when the file is not a journal. */
  static async open(folder: string): Promise<OpenedJournal> {
    const file = join(folder, JOURNAL_FILES.log);
    const bytes = readIfThere(file) ?? Buffer.alloc(0);
    const { records, goodBytes } = decodeJournal(bytes);
    withFile(file, goodBytes === 0 ? 'w+' : 'r+', (whole) => {
      if (goodBytes === 0) writeSync(whole, JOURNAL_HEADER);
      else if (goodBytes < bytes.length) ftruncateSync(whole, goodBytes);
      fsyncSync(whole);
    });
    syncFolderNow(folder);
    const handle = await open(file, 'r+');
    const journal = new FileJournal(file, handle, Math.max(goodBytes, JOURNAL_HEADER.length));
    return { journal, records, tornBytes: goodBytes === 0 ? bytes.length : bytes.length - goodBytes };
  }

  get isLarge(): boolean {
    return this.sizeBytes > Math.max(LARGE_BYTES_MIN, this.baseBytes * LARGE_FACTOR);
  }

  get place(): JournalPlace {
    return { rewrites: this.rewrites, sizeBytes: this.sizeBytes };
  }

  async read(from: JournalPlace, bytesMax: number): Promise<JournalBytes> {
    const { handle, sizeBytes, rewrites } = this;
    if (handle === undefined) throw new Error('the journal is closed');
    const fromByte = from.rewrites === rewrites && from.sizeBytes <= sizeBytes ? from.sizeBytes : 0;
    const bytes = Buffer.alloc(Math.min(bytesMax, sizeBytes - fromByte));
    let read = 0;
    while (read < bytes.length) {
      // a rewrite meanwhile waits for this before it closes the file, and what is read is still of the same one
      const { bytesRead } = await handle.read(bytes, read, bytes.length - read, fromByte + read);
      if (bytesRead === 0) throw new Error('the journal is shorter than what was kept of it');
      read += bytesRead;
    }
    return { rewrites, sizeBytes, fromByte, bytes };
  }

  append(records: readonly StoredRecord[]): Promise<void> {
    if (this.closed) return Promise.reject(new Error('the journal is closed'));
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.queued === undefined) {
      const batch = newBatch();
      this.queued = batch;
      this.turn = this.turn.then(() => this.commit(batch));
    }
    for (const record of records) this.queued.frames.push(encodeRecord(record));
    return this.queued.done;
  }

  rewrite(records: Iterable<StoredRecord>): Promise<void> {
    const content = Buffer.concat([JOURNAL_HEADER, ...[...records].map(encodeRecord)]);
    // what is queued is in these records already, and is kept when they are
    const subsumed = this.queued;
    this.queued = undefined;
    if (subsumed !== undefined) subsumed.frames.length = 0;
    const done = this.turn.then(() => this.replace(content));
    this.turn = done.then(
      () => subsumed?.resolve(),
      (error: Error) => {
        this.failure = error;
        subsumed?.reject(error);
      },
    );
    return done;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.turn;
    await this.handle?.close();
    this.handle = undefined;
  }

  private async commit(batch: Batch): Promise<void> {
    if (this.queued === batch) this.queued = undefined;
    if (batch.frames.length === 0) return;
    try {
      if (this.failure !== undefined) throw this.failure;
      const bytes = Buffer.concat(batch.frames);
      await this.writeAll(bytes);
      this.sizeBytes += bytes.length;
      batch.resolve();
    } catch (error) {
      this.failure = error as Error;
      batch.reject(this.failure);
      this.queued?.reject(this.failure);
      this.queued = undefined;
    }
  }

  private async writeAll(bytes: Buffer): Promise<void> {
    if (this.handle === undefined) throw new Error('the journal is closed');
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.handle.write(bytes, written, bytes.length - written, this.sizeBytes + written);
      written += bytesWritten;
    }
    await this.handle.datasync();
  }

  private async replace(content: Buffer): Promise<void> {
    await replaceDurably(this.file, content);
    const handle = await open(this.file, 'r+');
    await this.handle?.close().catch(() => {});
    this.handle = handle;
    this.sizeBytes = content.length;
    this.baseBytes = content.length;
    this.rewrites += 1;
    this.failure = undefined;
  }
}
