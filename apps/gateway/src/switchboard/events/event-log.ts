/**
 * The numbered event log of one session (design.md 10, R-CC-09).
 *
 * An event gets its sequence number when it is first handed out, not when it happens. So numbers are dense and never used again,
 * and what has to be dropped before anybody saw it (too many, too old) leaves no hole in the numbering: an explicit GAP takes its
 * place and says how many were lost. What was handed out is kept for resuming, within the same bounds; a cursor from before that
 * is answered with a GAP too. The gap that an epoch begins with is never merged into one of these: only it says that what was known before
 * the restart is to be forgotten.
 */
import type { Epoch } from '#contracts/gateway-admin';
import { entryOf, type EventBody, type EventEntry } from '../../event-entry.js';
import type { EventPage } from '../../event-page.js';
import { Fifo } from '../monitors/fair-queue.js';
import type { Instant } from '../switchboard.port.js';

type CallBody = Extract<EventBody, { category: 'CALL_EVENT' }>;
type GapBody = Extract<EventBody, { category: 'GAP' }>;
type RestartBody = GapBody & { readonly reason: 'restart' };

/** What was lost, so that the owner can describe the present state of it. */
export interface LostEvents {
  lost: number | null;
  since: number;
  readonly objectIds: Set<number>;
  /** The last lost event of each call, by `<objectId>/<localCallId>`. */
  readonly calls: Map<string, CallBody>;
}

export interface ReadResult extends EventPage {
  /** Present when a GAP of this log's own was handed out now: a snapshot of these has to follow. */
  readonly gap: LostEvents | undefined;
}

export class EventLog {
  private readonly held = new Fifo<EventEntry>();
  private readonly waiting = new Fifo<EventEntry>();
  private gap: LostEvents | undefined;
  /** The gap this epoch begins with, once it has left the waiting ones: for a reader it has not reached. */
  private restart: RestartBody | undefined;
  private tellsRestart = false;
  /** The highest sequence number handed out so far; 0 for none. */
  handedSeq = 0;
  /** Events that were dropped before anybody read them, ever; each is in a gap too. */
  droppedEver = 0;

  constructor(
    private readonly epoch: Epoch,
    private readonly bounds: { readonly perSessionMax: number; readonly retentionMs: number },
  ) {}

  /** True when a read at the end of the log would answer something. */
  get hasNews(): boolean {
    return this.waiting.size > 0 || this.gap !== undefined || this.tellsRestart;
  }

  /** Events that were not handed out yet. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  get size(): number {
    return this.held.size + this.waiting.size;
  }

  /**
   * Since when events are unread, ms since 1970; undefined when all have been handed out, or the oldest less than `forMs` ago.
   * A gap that nobody has read begins where it says. With `ackedSeq`, what was handed out behind it counts as unread.
   */
  unreadSince(now: Instant, forMs: number, ackedSeq = this.handedSeq): number | undefined {
    const behind = Math.max(0, Math.min(this.held.size, this.handedSeq - ackedSeq));
    const first = behind > 0 ? this.held.at(this.held.size - behind) : this.waiting.at(0);
    if (this.tellsRestart) return Math.floor(this.restart!.since);
    if (this.gap !== undefined) return Math.floor(this.gap.since);
    if (first === undefined) return undefined;
    const gap = first.isGap ? first.body : undefined;
    if (gap?.category === 'GAP') return Math.floor(gap.since);
    const ageMs = now.nowMs - first.atMs;
    return ageMs < forMs ? undefined : Math.floor(now.wallMs - ageMs);
  }

  /**
   * @param describes says how things stand after a gap: has half as much room again, for to a reader of single events what a full log drops
   * for the description of one gap would be the next gap, for ever
   */
  append(entry: EventEntry, describes = false): void {
    this.waiting.push(entry);
    const { perSessionMax } = this.bounds;
    if (this.size > perSessionMax + (describes ? Math.ceil(perSessionMax / 2) : 0)) this.dropOldest();
  }

  /**
   * @param afterSeq the reader's position; undefined for the beginning of what is held; never above `handedSeq`
   * @param allObjectIds called only when a position is too old to resume from: the gap then concerns all monitors of the session
   */
  read(afterSeq: number | undefined, max: number, now: Instant, allObjectIds: () => Iterable<number>): ReadResult {
    this.expire(now.nowMs);
    const oldest = this.handedSeq - this.held.size;
    let position = afterSeq ?? oldest;
    if (position < oldest) {
      this.lose(this.handedSeq - position, now.wallMs, allObjectIds());
      this.tellsRestart ||= position === 0 && this.restart !== undefined;
      position = this.handedSeq;
    }
    const firstSeq = position + 1;
    const entries: EventEntry[] = [];
    const behind = this.handedSeq - this.held.size;
    while (entries.length < max && position < this.handedSeq) {
      entries.push(this.held.at(position - behind)!);
      position += 1;
    }
    if (this.tellsRestart && entries.length < max) this.handOutRestart(entries, now);
    const gap = entries.length < max ? this.handOutGap(entries, now) : undefined;
    while (entries.length < max && this.waiting.size > 0) this.handOut(this.waiting.shift()!, entries);
    const cursorSeq = firstSeq + entries.length - 1;
    return { epoch: this.epoch, firstSeq, entries, cursorSeq, atEnd: cursorSeq === this.handedSeq && !this.hasNews, gap };
  }

  private handOutGap(entries: EventEntry[], now: Instant): LostEvents | undefined {
    const gap = this.gap;
    if (gap === undefined) return undefined;
    // what an earlier description has put in beyond the bound makes room for this one's, and is counted in it
    while (this.size > this.bounds.perSessionMax) this.dropOldest();
    this.gap = undefined;
    const body: EventBody = {
      category: 'GAP',
      type: 'EVENT_GAP',
      eventId: `gap-${this.epoch.major}.${this.epoch.minor}-${this.handedSeq + 1}`,
      eventTime: now.wallMs,
      source: 'synthetic',
      objectIds: [...gap.objectIds],
      since: gap.since,
      lost: gap.lost,
      reason: 'overflow',
    };
    this.handOut(entryOf(body, now.nowMs), entries);
    this.makeRoom();
    return gap;
  }

  private handOutRestart(entries: EventEntry[], now: Instant): void {
    this.tellsRestart = false;
    this.handOut(entryOf(this.restart!, now.nowMs), entries);
    this.makeRoom();
  }

  /** What was handed out makes room for what was not. */
  private makeRoom(): void {
    while (this.size > this.bounds.perSessionMax && this.held.size > 0) this.held.shift();
  }

  private handOut(entry: EventEntry, entries: EventEntry[]): void {
    this.restart = restartOf(entry) ?? this.restart;
    this.held.push(entry);
    this.handedSeq += 1;
    entries.push(entry);
  }

  /** Drops what is older than the log may hold. */
  expire(nowMs: number): void {
    const tooOld = nowMs - this.bounds.retentionMs;
    while ((this.held.at(0)?.atMs ?? Number.POSITIVE_INFINITY) < tooOld) this.held.shift();
    while ((this.waiting.at(0)?.atMs ?? Number.POSITIVE_INFINITY) < tooOld) this.loseEvent(this.waiting.shift()!);
  }

  private dropOldest(): void {
    if (this.held.shift() !== undefined) return;
    const entry = this.waiting.shift();
    if (entry !== undefined) this.loseEvent(entry);
  }

  private loseEvent(entry: EventEntry): void {
    const restart = restartOf(entry);
    if (restart !== undefined) {
      this.restart = restart;
      this.tellsRestart = true;
      return;
    }
    const { body } = entry;
    if (body.category === 'GAP') return this.lose(body.lost, body.since, body.objectIds);
    this.droppedEver += 1;
    this.lose(1, body.eventTime, body.category === 'CALL_EVENT' ? [body.objectId] : []);
    if (body.category !== 'CALL_EVENT' || body.localCallId === 0) return;
    const calls = this.gap!.calls;
    calls.set(`${body.objectId}/${body.localCallId}`, body);
    if (calls.size > this.bounds.perSessionMax) calls.delete(calls.keys().next().value!);
  }

  private lose(lost: number | null, since: number, objectIds: Iterable<number>): void {
    this.gap ??= { lost: 0, since, objectIds: new Set(), calls: new Map() };
    this.gap.lost = lost === null || this.gap.lost === null ? null : this.gap.lost + lost;
    for (const objectId of objectIds) this.gap.objectIds.add(objectId);
  }
}

/** Asked of every event that is handed out: the body of one that is no gap is not made for it. */
function restartOf(entry: EventEntry): RestartBody | undefined {
  const body = entry.isGap ? entry.body : undefined;
  return body?.category === 'GAP' && body.reason === 'restart' ? (body as RestartBody) : undefined;
}
