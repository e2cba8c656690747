/**
 * Sends the events of one session to its handler, in order, one message under way at a time, at least once: a message is made once and is
 * the same at every try. The session's log is the queue; what it cannot keep until the receiver takes it is said by its gap, and listed as
 * a dead letter. Nothing is sent before the receiver has answered a challenge (S-49); 410 ends it.
 */
import { randomBytes } from 'node:crypto';
import type { DeadLetter, Delivery as DeliveryTry } from '#contracts/application-api';
import type { EventPage } from '../event-page.js';
import type { EventReader, Outcome, ReaderListener } from '../northbound-port.js';
import type { EventHandler, HandlerKind } from '../switchboard/switchboard.port.js';
import { webhookHeaders, type Message, type MessageForm } from './message-form.js';
import type { Receivers, SendResult } from './receivers.js';
import { afterFailure } from './retry-schedule.js';

const TRIES_KEPT_MAX = 100;
/** Answered so often that a message is not taken, the receiver means it. */
const DECLINES_MAX = 3;

/** What the sending learns; goes to the switchboard. */
export interface DeliverySink {
  handled(handlerId: string, seq: number): void;
  /** Proven (undefined), or disabled: why. */
  changed(handlerId: string, disabled: string | undefined): void;
  deadLetter(handlerId: string, letter: DeadLetter): void;
}

export interface DeliveryParts {
  readonly receivers: Receivers;
  readonly forms: Readonly<Record<HandlerKind, MessageForm>>;
  readonly open: (afterSeq: number, listener: ReaderListener) => Outcome<EventReader>;
  readonly sink: DeliverySink;
  /** How long the log keeps what was read. */
  readonly retentionMs: number;
  readonly now: () => { readonly nowMs: number; readonly wallMs: number };
  readonly random: () => number;
}

export class Delivery implements ReaderListener {
  readonly tries: DeliveryTry[] = [];
  failures = 0;
  nextAttemptMs: number | undefined;
  private reader: EventReader | undefined;
  private message: Message | undefined;
  private attempt = 0;
  private declines = 0;
  private ackedSeq = 0;
  private replays = 0;
  private isBusy = false;
  private isOver = false;
  /** Grows when sending begins anew: what was under way then counts no more. */
  private turn = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private handler: EventHandler,
    private readonly parts: DeliveryParts,
  ) {}

  /** New facts (another secret); with `from`, sending begins anew behind that event. */
  update(handler: EventHandler, from: number | undefined): void {
    this.handler = handler;
    if (from === undefined) return;
    if (this.turn > 0) this.replays += 1;
    this.begin(from);
  }

  begin(from: number): void {
    this.turn += 1;
    this.isBusy = false;
    [this.failures, this.attempt, this.declines] = [0, 0, 0];
    this.rewind(from);
    this.flow();
  }

  onNews(): void {
    this.flow();
  }

  /** The instance stops; another claim cannot be, for it is refused. What is under way may still be answered. */
  onEnd(): void {
    this.reader?.close();
    this.reader = undefined;
    clearTimeout(this.timer);
  }

  stop(): void {
    this.isOver = true;
    this.onEnd();
  }

  get isSending(): boolean {
    return this.isBusy && !this.isOver;
  }

  private rewind(seq: number): void {
    clearTimeout(this.timer);
    this.nextAttemptMs = undefined;
    this.message = undefined;
    this.ackedSeq = seq;
    this.reader?.close();
    const opened = this.parts.open(seq, this);
    this.reader = opened.ok ? opened.value : undefined;
  }

  private flow(): void {
    if (this.isBusy || this.isOver || this.nextAttemptMs !== undefined || this.handler.disabled !== undefined) return;
    if (!this.handler.proven) return void this.challenge(this.turn);
    const message = this.message ?? this.next();
    if (message !== undefined) void this.deliver(message, this.turn);
  }

  /** The next message; pages of which this form can say nothing are passed over. */
  private next(): Message | undefined {
    const form = this.parts.forms[this.handler.kind];
    for (;;) {
      const page = this.reader?.read(form.eventsMax);
      if (page === undefined || !page.ok || page.value.entries.length === 0) return undefined;
      this.listGaps(page.value);
      [this.attempt, this.declines] = [0, 0];
      this.message = form.message(page.value, this.handler.id, this.replays);
      if (this.message !== undefined) return this.message;
      this.taken(page.value.cursorSeq);
    }
  }

  private listGaps({ entries, firstSeq }: EventPage): void {
    for (const [at, entry] of entries.entries()) {
      const body = entry.isGap ? entry.body : undefined;
      if (body?.category !== 'GAP' || (body.reason !== 'overflow' && body.reason !== 'restart')) continue;
      const { eventId, since, lost, reason } = body;
      this.parts.sink.deadLetter(this.handler.id, { eventId, seq: firstSeq + at, at: body.eventTime, since, lost, reason });
    }
  }

  private async deliver(message: Message, turn: number): Promise<void> {
    const form = this.parts.forms[this.handler.kind];
    const headers = form.headers(message, this.handler, this.parts.now().wallMs);
    const result = await this.send(headers, message.body, turn);
    if (result === undefined) return;
    const verdict = 'status' in result ? form.verdict(result.status, result.body) : 'refused';
    this.note(message.id, message.firstSeq, message.events, result, verdict === 'taken');
    if (verdict === 'declined') this.declines += 1;
    const isPassedOver = verdict === 'declined' && this.declines >= DECLINES_MAX;
    if (verdict !== 'taken' && !isPassedOver) return this.failed(result);
    if (isPassedOver) this.listDeclined(message);
    this.failures = 0;
    this.message = undefined;
    this.taken(message.lastSeq);
    this.flow();
  }

  /** What an application does not want must not keep from it what comes after. */
  private listDeclined({ firstSeq, oldest }: Message): void {
    const { eventId, eventTime } = oldest.body;
    const letter: DeadLetter = { eventId, seq: firstSeq, at: eventTime, since: eventTime, lost: 1, reason: 'declined' };
    this.parts.sink.deadLetter(this.handler.id, letter);
  }

  private async challenge(turn: number): Promise<void> {
    const challenge = randomBytes(24).toString('base64url');
    const { wallMs } = this.parts.now();
    const id = `${this.handler.id}.challenge.${challenge.slice(0, 8)}`;
    const data = { handlerId: this.handler.id, challenge };
    const body = JSON.stringify({ type: 'cordboard.challenge', timestamp: new Date(wallMs).toISOString(), data });
    const result = await this.send(webhookHeaders(id, body, this.handler, wallMs), body, turn);
    if (result === undefined) return;
    const isTaken = 'status' in result && result.status >= 200 && result.status < 300 && answers(result.body, challenge);
    this.note(id, 0, 0, result, isTaken, 'unproven');
    if (!isTaken) return this.failed(result);
    this.failures = 0;
    this.handler = { ...this.handler, proven: true };
    this.parts.sink.changed(this.handler.id, undefined);
    this.flow();
  }

  /** undefined: what was sent counts no more. */
  private async send(headers: Record<string, string>, body: string, turn: number): Promise<SendResult | undefined> {
    this.isBusy = true;
    this.attempt += 1;
    this.began = this.parts.now().wallMs;
    const result = await this.parts.receivers.send(new URL(this.handler.url), headers, body);
    if (this.isOver || turn !== this.turn) return undefined;
    this.isBusy = false;
    return result;
  }
  private began = 0;

  private taken(seq: number): void {
    this.ackedSeq = seq;
    this.parts.sink.handled(this.handler.id, seq);
  }

  private failed(result: SendResult): void {
    this.failures += 1;
    const what = afterFailure('status' in result ? result.status : undefined, this.failures, this.parts.random());
    if ('givenUp' in what) {
      this.handler = { ...this.handler, disabled: what.givenUp };
      return this.parts.sink.changed(this.handler.id, what.givenUp);
    }
    this.nextAttemptMs = this.parts.now().wallMs + what.delayMs;
    this.timer = setTimeout(() => this.again(), what.delayMs);
    this.timer.unref();
  }

  private again(): void {
    this.nextAttemptMs = undefined;
    const { message } = this;
    // the log has forgotten it meanwhile: what it says instead is a gap
    if (message !== undefined && this.parts.now().nowMs - message.oldest.atMs > this.parts.retentionMs)
      this.rewind(this.ackedSeq);
    this.flow();
  }

  private note(
    messageId: string,
    firstSeq: number,
    events: number,
    result: SendResult,
    isTaken: boolean,
    otherwise: 'refused' | 'unproven' = 'refused',
  ): void {
    const outcome = isTaken ? 'delivered' : 'failure' in result ? result.failure : otherwise;
    const status = 'status' in result ? { status: result.status } : {};
    const tookMs = Math.max(0, Math.round(this.parts.now().wallMs - this.began));
    this.tries.push({
      messageId,
      at: Math.round(this.began),
      attempt: this.attempt,
      firstSeq,
      events,
      outcome,
      ...status,
      tookMs,
    });
    if (this.tries.length > TRIES_KEPT_MAX) this.tries.shift();
  }
}

function answers(body: string, challenge: string): boolean {
  try {
    return (JSON.parse(body) as { challenge?: unknown } | null)?.challenge === challenge;
  } catch {
    return false;
  }
}
