/**
 * Secrets of receivers in the journal, and so in its copy, are sealed (S-71, S-72): the whole of a handler, because its address may hold a
 * secret as well, and so the addresses that changes of the directory are sent to. Everything else is written as it is.
 */
import type { Sealer } from '#pki/sealing';
import type { DataRegistration, JournalRecord } from '../switchboard/switchboard.port.js';
import type { Journal } from './journal.port.js';

type HandlerRecord = Extract<JournalRecord, { t: 'handler' }>;
/** A handler as it is written; the session is in the clear, and is part of what was sealed. */
interface SealedHandler {
  readonly t: 'sealed-handler';
  readonly sessionId: number;
  readonly sealed: string;
}
interface SealedRegistration {
  readonly t: 'sealed-data-registration';
  readonly sessionId: number;
  readonly sealed: string;
}
/** What stands in the file. A handler in the clear is one of an earlier release. */
export type StoredRecord = JournalRecord | SealedHandler | SealedRegistration;

export class RecordSeal {
  constructor(
    private readonly sealer: Sealer,
    private readonly owner: { readonly tenantId: string; readonly instanceId: string },
  ) {}

  close(record: JournalRecord): StoredRecord {
    if (record.t === 'data-registration') {
      const { sessionId, registration } = record;
      const sealed = this.sealer.seal(JSON.stringify(registration), this.place(sessionId, 'data-registration'));
      return { t: 'sealed-data-registration', sessionId, sealed };
    }
    if (record.t !== 'handler') return record;
    const { sessionId, handler } = record;
    return { t: 'sealed-handler', sessionId, sealed: this.sealer.seal(JSON.stringify(handler), this.place(sessionId)) };
  }

  /** @throws SealError when it does not open: without its handlers an incarnation must not begin */
  open(record: StoredRecord): JournalRecord {
    if (record.t === 'sealed-data-registration') {
      const { sessionId, sealed } = record;
      const registration = JSON.parse(this.sealer.open(sealed, this.place(sessionId, 'data-registration'))) as DataRegistration;
      return { t: 'data-registration', sessionId, registration };
    }
    if (record.t !== 'sealed-handler') return record;
    const { sessionId, sealed } = record;
    const handler = JSON.parse(this.sealer.open(sealed, this.place(sessionId))) as HandlerRecord['handler'];
    return { t: 'handler', sessionId, handler };
  }

  /** True for what would be written otherwise now: in the clear, or with an earlier key. */
  isStale(record: StoredRecord): boolean {
    return record.t === 'handler' || ('sealed' in record && !this.sealer.isCurrent(record.sealed));
  }

  private place(sessionId: number, what = 'handler'): string {
    return `${this.owner.tenantId}/${this.owner.instanceId}/journal/${what}/${sessionId}`;
  }
}

/** A journal into which secrets go sealed. */
export class SealedJournal implements Journal {
  constructor(
    private readonly journal: Omit<Journal, 'append' | 'rewrite'> & {
      append(records: readonly StoredRecord[]): Promise<void>;
      rewrite(records: Iterable<StoredRecord>): Promise<void>;
    },
    private readonly seal: RecordSeal,
  ) {}

  get isLarge(): boolean {
    return this.journal.isLarge;
  }

  append(records: readonly JournalRecord[]): Promise<void> {
    return this.journal.append(records.map((record) => this.seal.close(record)));
  }

  rewrite(records: Iterable<JournalRecord>): Promise<void> {
    return this.journal.rewrite([...records].map((record) => this.seal.close(record)));
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}
