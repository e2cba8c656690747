/**
 * Reads one controller's directory into ours and writes to it (R-CLU-08, R-DAS-03), one request at a time: so what was read last is what
 * stands, and a controller is never asked for more than a page. Without sockets, clock or promises; times are of one monotonic clock.
 */
import type { Refusal } from '#contracts/errors';
import type { ControllerRequest, ControllerResponse, DirectoryEntries, Item } from '#southbound/messages';
import type { Outcome } from '../northbound-port.js';
import { granted, refusalOf, type RefusedResult } from '../switchboard/controllers/controller-results.mapper.js';
import { partsOf } from '../switchboard/numbering.rules.js';
import { entryOf, SYNCED, wireEntityOf } from './directory-items.rules.js';
import type { Directory, Entry } from './directory.port.js';
import type { Entity } from './entities.js';
import { ReadPage } from './read-page.js';

/** More of one entity at one controller are not taken in. */
const ENTRIES_MAX = 200_000;
/** So many changed entries are read one by one; more: the entity is read again. */
const SINGLE_READS_MAX = 16;
const WRITES_WAITING_MAX = 100;
const RETRY_MIN_MS = 5000;
const RETRY_MAX_MS = 300_000;

export type DirectoryMessage =
  DirectoryEntries | Extract<ControllerResponse, { type: 'DIRECTORY_READ_RESPONSE' | 'DIRECTORY_WRITE_RESPONSE' }>;

export interface ControllerDirectoryParts {
  readonly icpId: number;
  readonly directory: Directory;
  readonly timeoutMs: number;
  /** A number no other request to this controller has. */
  readonly correlation: () => number;
  /** False: nothing was sent. */
  readonly send: (request: ControllerRequest, traceparent?: string) => boolean;
  readonly note: (text: string, facts: object) => void;
  /** Models of phones by handle: of all there are, or (`handle`) of one. */
  readonly models: (models: ReadonlyMap<number, string>, handle: number | undefined) => void;
}

interface ReadAll {
  readonly kind: 'all';
  readonly entity: Entity;
  after: number;
  readonly entries: Map<number, Entry>;
  readonly models: Map<number, string>;
}
interface ReadOne {
  readonly kind: 'one';
  readonly entity: Entity;
  readonly handle: number;
}
export interface DirectoryWrite {
  readonly kind: 'write';
  readonly entity: Entity;
  readonly action: 'INSERT' | 'UPDATE' | 'DELETE';
  /** 0 to insert. */
  readonly handle: number;
  readonly items: readonly Item[];
  /** Of the application's request that caused it. */
  readonly traceparent?: string | undefined;
  readonly done: (outcome: Outcome<{ readonly handle: number }>) => void;
}
type Job = ReadAll | ReadOne | DirectoryWrite;
type ReadResponse = Extract<ControllerResponse, { type: 'DIRECTORY_READ_RESPONSE' }>;

const UNKNOWN: Refusal = { code: 'CONTROLLER_TIMEOUT', detail: 'no answer: whether the controller carried this out is unknown' };
const GONE: Refusal = { code: 'CONTROLLER_DISCONNECTED', detail: 'the link to the controller is down', retryAfterMs: 1000 };
const BUSY: Refusal = { code: 'RATE_LIMITED', detail: 'too many changes wait for this controller', retryAfterMs: 1000 };
/** Where the words of a call would mislead. */
const WRITE_REFUSALS: Partial<Record<RefusedResult, Refusal>> = {
  UNKNOWN_DEVICE: { code: 'CONFLICT', detail: 'the controller has no such entry any more: read it again' },
  NOT_SUPPORTED: { code: 'FEATURE_NOT_ALLOWED', detail: 'the controller does not let applications write this' },
  NOT_ALLOWED: { code: 'PRIVILEGE_VIOLATION', detail: 'the controller does not allow this change' },
  MALFORMED: { code: 'INVALID_ARGUMENT', detail: 'the controller does not take these values' },
};

export class ControllerDirectory {
  private isUp = false;
  private open:
    { readonly job: Job; readonly correlation: number; readonly deadlineMs: number; readonly page: ReadPage } | undefined;
  private isLong = false;
  private readonly writes: DirectoryWrite[] = [];
  private readonly ones = new Map<string, ReadOne>();
  private readonly alls = new Map<number, ReadAll>();
  private failures = 0;
  private lastFailure: string | null = null;
  private readonly counts = new Map<number, number>();
  private restUntilMs = 0;
  private nowMs = 0;

  constructor(private readonly parts: ControllerDirectoryParts) {}

  /** Why something could not be read the last time, and will be read again; null: it could. */
  get failure(): string | null {
    return this.lastFailure;
  }

  /** Entries of all entities, as they were read whole last. */
  get entries(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get isConnected(): boolean {
    return this.isUp;
  }

  /** True while something is still to be read. */
  get isReading(): boolean {
    return this.alls.size > 0 || this.ones.size > 0;
  }

  /** The controller takes values of any length that the schema allows, and sends them so. */
  get takesLong(): boolean {
    return this.isLong;
  }

  /** Writes go now; what is there is read when {@link readAll} says so. @param takesLong it has announced LONG_ITEMS */
  up(takesLong = false): void {
    this.down();
    this.isUp = true;
    this.isLong = takesLong;
    this.failures = 0;
    this.lastFailure = null;
    this.restUntilMs = 0;
  }

  /** What was under way is unknown, what waited was not done. The copy stays: it is read again when the link is back. */
  down(): void {
    this.isUp = false;
    const { open } = this;
    this.open = undefined;
    this.alls.clear();
    this.ones.clear();
    if (open?.job.kind === 'write') open.job.done({ ok: false, refusal: UNKNOWN });
    for (const write of this.writes.splice(0)) write.done({ ok: false, refusal: GONE });
  }

  /** Everything again; what is being read already begins anew. */
  readAll(nowMs: number): void {
    if (!this.isUp) return;
    for (const entity of SYNCED) this.again(entity);
    this.goOn(nowMs);
  }

  /** The controller says that this entry has changed, come or gone. */
  changed(nowMs: number, deiId: number, handle: number): void {
    const entity = SYNCED.find((each) => each.deiId === deiId);
    if (!this.isUp || entity === undefined || handle === 0) return;
    const waiting = [...this.ones.values()].filter((one) => one.entity === entity).length;
    if (waiting >= SINGLE_READS_MAX) this.again(entity);
    else this.ones.set(`${deiId}/${handle}`, { kind: 'one', entity, handle });
    this.goOn(nowMs);
  }

  write(nowMs: number, write: DirectoryWrite): void {
    if (!this.isUp) return write.done({ ok: false, refusal: GONE });
    if (this.writes.length >= WRITES_WAITING_MAX) return write.done({ ok: false, refusal: BUSY });
    this.writes.push(write);
    this.goOn(nowMs);
  }

  /** An answer to something else than what is open is one that came too late. */
  message(nowMs: number, message: DirectoryMessage): void {
    const { open } = this;
    if (open === undefined || message.correlation !== open.correlation) return;
    if (message.type === 'DIRECTORY_ENTRIES') {
      if (open.job.kind === 'write') return;
      const why = open.page.add(message.entries);
      if (why === undefined) return;
      this.open = undefined;
      this.failed(nowMs, open.job, why);
      return this.goOn(nowMs);
    }
    this.open = undefined;
    if (open.job.kind === 'write') this.written(open.job, message);
    else if (message.type === 'DIRECTORY_READ_RESPONSE') this.read(nowMs, open.job, message, open.page);
    this.goOn(nowMs);
  }

  tick(nowMs: number): void {
    const { open } = this;
    if (open !== undefined && open.deadlineMs <= nowMs) {
      this.open = undefined;
      if (open.job.kind === 'write') {
        this.again(open.job.entity);
        open.job.done({ ok: false, refusal: UNKNOWN });
      } else this.failed(nowMs, open.job, 'no answer in time');
    }
    this.goOn(nowMs);
  }

  private again(entity: Entity): void {
    // in the middle of it, nobody could tell what has been read before the change and what after
    this.alls.set(entity.deiId, { kind: 'all', entity, after: 0, entries: new Map(), models: new Map() });
  }

  private goOn(nowMs: number): void {
    this.nowMs = nowMs;
    while (this.isUp && this.open === undefined) {
      const job = this.next();
      if (job === undefined || !this.ask(job)) return;
    }
  }

  private next(): Job | undefined {
    const write = this.writes[0];
    if (write !== undefined) return write;
    if (this.restUntilMs > this.nowMs) return undefined;
    const [one] = this.ones.values();
    const [all] = this.alls.values();
    return one ?? all;
  }

  private ask(job: Job): boolean {
    const correlation = this.parts.correlation();
    const entity = wireEntityOf(job.entity);
    const continued = this.isLong ? { continued: true } : {};
    const sent = this.parts.send(
      job.kind === 'write'
        ? { type: 'DIRECTORY_WRITE', correlation, target: job.handle, entity, action: job.action, items: job.items }
        : { type: 'DIRECTORY_READ', correlation, entity, after: job.kind === 'one' ? job.handle - 1 : job.after, ...continued },
      job.kind === 'write' ? job.traceparent : undefined,
    );
    // the next tick tries again; a link that is gone is told by its state
    if (!sent) return false;
    if (job.kind === 'write') this.writes.shift();
    if (job.kind === 'one') this.ones.delete(`${job.entity.deiId}/${job.handle}`);
    const page = new ReadPage(job.entity, this.parts.icpId, this.isLong);
    this.open = { job, correlation, deadlineMs: this.nowMs + this.parts.timeoutMs, page };
    return true;
  }

  private read(nowMs: number, job: ReadAll | ReadOne, { result, count, next }: ReadResponse, read: ReadPage): void {
    const page = read.end();
    if (result === 'NOT_SUPPORTED') return void this.alls.delete(job.entity.deiId);
    if (!granted(result)) return this.failed(nowMs, job, `refused: ${result}`);
    if (count !== page.length) return this.failed(nowMs, job, `${page.length} entries of ${count} came`);
    this.failures = 0;
    this.lastFailure = null;
    if (job.kind === 'one') return this.readOne(job, page, read.models);
    // begun anew meanwhile
    if (this.alls.get(job.entity.deiId) !== job) return;
    for (const entry of page) job.entries.set(entry.objectId, entry);
    for (const [handle, model] of read.models) job.models.set(handle, model);
    if (job.entries.size > ENTRIES_MAX) {
      this.alls.delete(job.entity.deiId);
      return this.parts.note('a directory has more entries than are taken in', this.facts(job.entity));
    }
    if (next > job.after) return void (job.after = next);
    this.alls.delete(job.entity.deiId);
    this.counts.set(job.entity.deiId, job.entries.size);
    if (job.entity.name === 'phones') this.parts.models(job.models, undefined);
    this.keep(job.entity, () => this.parts.directory.replace(job.entity.deiId, this.parts.icpId, [...job.entries.values()]));
  }

  private readOne({ entity, handle }: ReadOne, page: readonly Entry[], models: ReadonlyMap<number, string>): void {
    const { directory } = this.parts;
    if (entity.name === 'phones') this.parts.models(models, handle);
    const found = page.find(({ objectId }) => partsOf(objectId)?.handle === handle);
    if (found !== undefined) {
      this.alls.get(entity.deiId)?.entries.set(found.objectId, found);
      return this.keep(entity, () => directory.put(entity.deiId, found));
    }
    const objectId = entryOf(entity, this.parts.icpId, { handle, items: [] }).objectId;
    this.alls.get(entity.deiId)?.entries.delete(objectId);
    directory.remove(entity.deiId, objectId);
  }

  private written(job: DirectoryWrite, message: Exclude<DirectoryMessage, DirectoryEntries>): void {
    const { result } = message;
    // whatever else is being read of this entity may have been read before
    if (this.alls.has(job.entity.deiId)) this.again(job.entity);
    const handle = message.type === 'DIRECTORY_WRITE_RESPONSE' ? message.handle : 0;
    const fits = job.action === 'INSERT' ? handle !== 0 : handle === job.handle;
    if (granted(result) && fits) return job.done({ ok: true, value: { handle } });
    if (granted(result)) this.again(job.entity);
    const refusal = granted(result) ? UNKNOWN : (WRITE_REFUSALS[result] ?? refusalOf(result));
    if (result === 'UNKNOWN_DEVICE') this.changed(this.nowMs, job.entity.deiId, job.handle);
    job.done({ ok: false, refusal });
  }

  /** Later again, each time later: what was read of it is not used. */
  private failed(nowMs: number, { entity }: ReadAll | ReadOne, why: string): void {
    this.again(entity);
    this.restUntilMs = nowMs + Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    this.lastFailure = `${entity.name}: ${why}`;
    this.parts.note('a directory could not be read, and will be read again', { ...this.facts(entity), why });
  }

  private keep(entity: Entity, change: () => void): void {
    try {
      change();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.parts.note('the directory is full', { ...this.facts(entity), why: error.message });
    }
  }

  private facts({ name }: Entity): object {
    return { icpId: this.parts.icpId, entity: name };
  }
}
