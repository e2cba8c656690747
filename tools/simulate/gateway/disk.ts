/**
 * The disk of one instance and its journal, by the contract of `journal.port.ts` and with the real record codec: one commit at a time,
 * whatever was queued meanwhile goes out together; a death keeps what was synced and any part, to the byte, of what was being written.
 */
import type { AccessDocument, Epoch } from '#contracts/gateway-admin';
import { decodeJournal, encodeRecord, JOURNAL_HEADER } from '../../../apps/gateway/src/journal/record.codec.js';
import type { JournalRecord } from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import type { Process } from '../world/process.js';

export interface StoredDocument {
  readonly document: AccessDocument;
  readonly digest: string;
}

export class Disk {
  bytes: Buffer = JOURNAL_HEADER;
  epoch: Epoch | undefined;
  document: StoredDocument | undefined;
  lockedBy: Process | undefined;
  /** Every write fails, after a part of it. */
  full = false;
  /** Whoever writes to the journal next dies in the middle of it. */
  killsWriter = false;

  /** What an incarnation that opens the journal finds; the torn tail is cut off, unless told not to. */
  open(cutsTail = true): JournalRecord[] {
    const { records, goodBytes } = decodeJournal(this.bytes);
    if (goodBytes === 0) this.bytes = JOURNAL_HEADER;
    else if (cutsTail) this.bytes = this.bytes.subarray(0, goodBytes);
    // nothing is sealed in this world
    return records as JournalRecord[];
  }
}

/** Of records handed to the journal: kept, lost, or neither yet. */
export class Ticket {
  state: 'pending' | 'kept' | 'lost' = 'pending';
  private readonly listeners: (() => void)[] = [];

  settle(state: 'kept' | 'lost'): void {
    if (this.state !== 'pending') return;
    this.state = state;
    for (const listener of this.listeners.splice(0)) listener();
  }

  then(kept: () => void, lost: () => void): void {
    const listener = () => (this.state === 'kept' ? kept() : lost());
    if (this.state === 'pending') this.listeners.push(listener);
    else listener();
  }
}

interface Job {
  readonly rewrite: boolean;
  frames: Buffer[];
  readonly ticket: Ticket;
  readonly subsumed?: Ticket | undefined;
}

export class Journal {
  private queued: Job | undefined;
  private readonly jobs: Job[] = [];
  private busy: Job | undefined;
  private failed = false;

  constructor(
    private readonly process: Process,
    private readonly disk: Disk,
    private readonly syncMaxMs: number,
  ) {
    process.onExit(() => this.torn());
  }

  append(records: readonly JournalRecord[]): Ticket {
    if (this.failed) {
      const lost = new Ticket();
      lost.settle('lost');
      return lost;
    }
    if (this.queued === undefined) {
      this.queued = { rewrite: false, frames: [], ticket: new Ticket() };
      this.jobs.push(this.queued);
    }
    const { queued } = this;
    for (const record of records) queued.frames.push(encodeRecord(record));
    this.next();
    return queued.ticket;
  }

  rewrite(records: Iterable<JournalRecord>): Ticket {
    const frames = [JOURNAL_HEADER, ...[...records].map(encodeRecord)];
    const subsumed = this.queued?.ticket;
    if (this.queued !== undefined) this.queued.frames = [];
    this.queued = undefined;
    const job: Job = { rewrite: true, frames, ticket: new Ticket(), subsumed };
    this.jobs.push(job);
    this.next();
    return job.ticket;
  }

  private next(): void {
    if (this.busy !== undefined) return;
    const job = this.jobs.shift();
    if (job === undefined) return;
    if (job === this.queued) this.queued = undefined;
    if (!job.rewrite && job.frames.length === 0) return this.next();
    this.busy = job;
    const takesMs = this.process.world.random.int(0, this.syncMaxMs);
    if (this.disk.killsWriter) this.process.after(Math.floor(takesMs / 2), () => this.process.crash());
    this.disk.killsWriter = false;
    this.process.after(takesMs, () => this.done(job));
  }

  private done(job: Job): void {
    this.busy = undefined;
    const bytes = Buffer.concat(job.frames);
    const fails = this.disk.full || (!job.rewrite && this.failed);
    if (fails) this.fail(job, bytes);
    else {
      this.disk.bytes = job.rewrite ? bytes : Buffer.concat([this.disk.bytes, bytes]);
      if (job.rewrite) this.failed = false;
      job.ticket.settle('kept');
      job.subsumed?.settle('kept');
    }
    this.next();
  }

  private fail(job: Job, bytes: Buffer): void {
    if (!job.rewrite && !this.failed) this.keepPart(bytes);
    this.failed = true;
    job.ticket.settle('lost');
    job.subsumed?.settle('lost');
    this.queued?.ticket.settle('lost');
    if (this.queued !== undefined) this.queued.frames = [];
    this.queued = undefined;
  }

  private torn(): void {
    const { busy } = this;
    if (busy === undefined) return;
    const bytes = Buffer.concat(busy.frames);
    if (!busy.rewrite) this.keepPart(bytes);
    else if (this.process.world.random.chance(0.5)) this.disk.bytes = bytes;
  }

  private keepPart(bytes: Buffer): void {
    const part = bytes.subarray(0, this.process.world.random.int(0, bytes.length));
    this.disk.bytes = Buffer.concat([this.disk.bytes, part]);
  }
}
