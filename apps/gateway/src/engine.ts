/**
 * The shell around the switchboard: supplies clock and randomness, hashes secrets, waits for the journal where an answer has to be
 * kept, and lets readers of events wait. All decisions are the switchboard's.
 */
import type { DataOperationName, OperationName, OperationRequest, OperationResponse } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { AccessDocument, ConnectionState } from '#contracts/gateway-admin';
import type { ControllerResponse, DirectoryEntries, EventMessage } from '#southbound/messages';
import type { Directory } from './directory/directory.port.js';
import { DirectoryDesk, isOfDirectory } from './directory/directory-desk.js';
import { prepareAuthenticate, prepareLogin, prepareLoginUser, prepareValidate, type Prepared } from './log-in.js';
import { callerOf } from './caller.js';
import type { EngineOptions, EngineStart } from './engine-options.js';
import { EventClaims } from './event-claims.js';
import { pageAnswer, type EventPage } from './event-page.js';
import { carryOutHandlerOperation, isHandlerOperation } from './handlers/handler-operations.js';
import { Outbound } from './handlers/outbound.js';
import type { CallContext, Engine, EventReader, NumberedEvent, Outcome, ReaderListener } from './northbound-port.js';
import { nextRestEvent, restEventAnswer } from './rest-event.js';
import type { ControllerLinks, LinkListener, LinkUp } from './southbound-port.js';
import { Ticker } from './ticker.js';
import { Switchboard } from './switchboard/switchboard.js';
import type {
  Caller,
  CoreOperation,
  CoreOutcome,
  Effect,
  Input,
  Instant,
  JournalRecord,
  OperationOf,
  SwitchboardReport,
} from './switchboard/switchboard.port.js';

const JOURNAL_RETRY_MS = 1000;
const STOP_GRACE_MS = 2000;

interface Waiting {
  /** Undefined once it is answered: V8's maps keep what was in them for a while (event-claims.ts), and a whole request hangs on this. */
  resolve: ((outcome: CoreOutcome) => void) | undefined;
  readonly isLogin: boolean;
}
/** The request that is carried out by {@link GatewayEngine.runNow}. */
interface Asked {
  readonly requestId: number;
  answer: CoreOutcome | undefined;
}

const UNKEPT: Refusal = { code: 'UNAVAILABLE', detail: 'the outcome could not be written to the journal', retryAfterMs: 1000 };
const STOPPING: Refusal = { code: 'UNAVAILABLE', detail: 'this incarnation is stopping', retryAfterMs: 1000 };
const INSIDE: Caller = { face: 'inside', clientAddress: '' };
const realClock = (): Instant => ({ nowMs: performance.now(), wallMs: Date.now() });

export class GatewayEngine implements Engine, LinkListener {
  private readonly switchboard: Switchboard;
  private readonly clock: () => Instant;
  private readonly replies = new Map<number, Waiting>();
  private readonly claims: EventClaims;
  private readonly outbound: Outbound;
  readonly desk: DirectoryDesk;
  private links: ControllerLinks | undefined;
  /** Grows with every change of a link's state: what waits for the journal is not sent on another link than it was meant for. */
  private readonly linkChanges = new Map<number, number>();
  private kept: Promise<void> = Promise.resolve();
  private keeping = true;
  private rewriting = false;
  private lastRequestId = 0;
  private asked: Asked | undefined;
  private readonly ticker: Ticker;
  private stopping = false;

  constructor(private readonly options: EngineOptions) {
    const { config, epoch } = options;
    const { sessionKeepAliveMs, commandTimeoutMs } = config.timing;
    this.switchboard = new Switchboard({ ...config, epoch, sessionKeepAliveMs, commandTimeoutMs });
    this.clock = options.clock ?? realClock;
    this.ticker = new Ticker({
      nowMs: () => this.clock().nowMs,
      nextPaceAtMs: () => this.switchboard.nextPaceAtMs(),
      pace: () => this.dispatch({ kind: 'pace' }),
      tick: () => this.tick(),
    });
    this.claims = new EventClaims(config.timing.longPollMaxMs);
    this.outbound = new Outbound({
      receivers: options.receivers,
      switchboard: this.switchboard,
      onGivenUp: (what, why) => options.logger.warn({ why }, `${what} of a session is given up`),
      open: (sessionId, seq, listener) => this.openAt(sessionId, seq, listener, false),
      dispatch: (input) => this.dispatch(input),
      retentionMs: config.eventLog.retentionMs,
      now: this.clock,
    });
    this.desk = new DirectoryDesk({
      directory: options.directory,
      writer: options.directoryWriter,
      sender: this.outbound.changePushes,
      isLive: (id) => this.switchboard.hasSession(id),
      timeoutMs: commandTimeoutMs,
      nowMs: () => this.clock().nowMs,
      isRecovering: () => this.switchboard.isRecovering,
      wallMs: () => this.clock().wallMs,
      send: (icpId, request, traceparent) => this.links?.send(icpId, request, traceparent) === true,
      refusal: (icpId) => this.switchboard.controllerRefusal(icpId),
      note: (text, facts) => options.logger.info(facts, text),
      models: (icpId, models, handle) => this.dispatch({ kind: 'device-models', icpId, models, handle }),
    });
  }

  /** What applications read of the controllers. */
  get directory(): Directory {
    return this.desk.directory;
  }

  /** Pages that may open sockets (S-37), as the access document lists them. */
  browserOrigins(): ReadonlySet<string> {
    return new Set(this.switchboard.document?.browserOrigins);
  }

  /** Once, before anything else. The links begin with the controllers of the document. */
  start({ records, isStale, lastAliveMs, document }: EngineStart, links: ControllerLinks): void {
    this.links = links;
    this.switchboard.restore(records, this.clock(), lastAliveMs);
    if (document !== undefined) this.applyDocument(document);
    if (this.desk.restore(this.switchboard.dataRegistrations())) this.dispatch({ kind: 'watch-directories' });
    if (isStale === true) this.rewrite();
    this.ticker.arm();
  }

  /** The caller has verified and stored it, and asked `documentRefusal`. */
  applyDocument(document: AccessDocument): void {
    const before = this.switchboard.document;
    this.dispatch({ kind: 'access-document', document });
    this.desk.documentChanged(before, document);
  }

  /** What no numbering plan has is no caller's number; may be called at any time. */
  useNumberPlan(isNumber: (e164: string) => boolean): void {
    this.switchboard.useNumberPlan(isNumber);
  }

  drain(on: boolean): void {
    this.dispatch({ kind: 'drain', on });
  }

  /** Something is lacking that other instances may have to spare, or there is news of a sync that was asked for. */
  get wants(): boolean {
    return this.switchboard.wants || this.desk.sync.hasNews;
  }

  report(): SwitchboardReport {
    return this.switchboard.report();
  }

  execute<N extends OperationName>(
    name: N,
    request: OperationRequest<N>,
    context: CallContext,
  ): Promise<Outcome<OperationResponse<N>>> {
    const outcome = this.carryOut({ name, request } as { name: OperationName; request: never }, context);
    return outcome as Promise<Outcome<OperationResponse<N>>>;
  }

  nextEvent(request: Parameters<Engine['nextEvent']>[0], context: CallContext): ReturnType<Engine['nextEvent']> {
    const { sessionId, waitMs, numberedAfter } = request;
    const operation: CoreOperation = { name: 'nextEvent', request: { sessionId, numberedAfter } };
    return this.wait<NumberedEvent | undefined>(operation, sessionId, waitMs, context, (value) => value === undefined);
  }

  nextRestEvent(request: OperationRequest<'getRestEvent'>, context: CallContext): ReturnType<Engine['nextRestEvent']> {
    if (this.stopping) return Promise.resolve({ ok: false, refusal: STOPPING });
    return nextRestEvent(request, context, this.claims, (operation, caller) => this.runNow(operation, caller));
  }

  readEvents(request: OperationRequest<'getEvents'>, context: CallContext): Promise<Outcome<EventPage>> {
    const { sessionId, after, max, waitMs } = request;
    const operation: CoreOperation = { name: 'readEvents', request: { sessionId, after, max } };
    return this.wait<EventPage>(operation, sessionId, waitMs, context, ({ entries }) => entries.length === 0);
  }

  openReader(
    { sessionId, after }: { readonly sessionId: number; readonly after?: string | undefined },
    context: CallContext,
    listener: ReaderListener,
  ): Outcome<EventReader> {
    if (this.stopping) return { ok: false, refusal: STOPPING };
    const place = this.runNow({ name: 'readEvents', request: { sessionId, after, max: 0 } }, callerOf(context));
    return place.ok ? this.openAt(sessionId, (place.value as EventPage).cursorSeq, listener, true) : place;
  }

  private openAt(sessionId: number, seq: number, listener: ReaderListener, isSignOfLife: boolean): Outcome<EventReader> {
    const readOn = (afterSeq: number, max: number) =>
      this.runNow({ name: 'readOn', request: { sessionId, afterSeq, max } }, INSIDE) as Outcome<EventPage>;
    return { ok: true, value: this.claims.open({ sessionId, epoch: this.options.epoch, seq, readOn, listener, isSignOfLife }) };
  }

  linkState(icpId: number, state: ConnectionState, up: LinkUp | undefined, reason: string, silentMs = 0): void {
    this.linkChanges.set(icpId, (this.linkChanges.get(icpId) ?? 0) + 1);
    this.dispatch({ kind: 'link', icpId, state, up, reason, silentMs });
    this.desk.linkChanged(icpId, state, up, this.switchboard.document);
    this.options.logger.info({ icpId, state, reason, release: up?.release }, 'link state');
    this.ticker.arm();
  }

  message(icpId: number, message: ControllerResponse | DirectoryEntries | EventMessage): void {
    if (isOfDirectory(message)) return this.desk.sync.message(icpId, message);
    this.dispatch({ kind: 'message', icpId, message });
    if (message.type !== 'EVENT') this.ticker.arm();
  }

  /**
   * Takes nothing new but reads of events, tells every session OIG_SHUTDOWN (waiting readers are answered with it), gives requests under
   * way a short time, writes the journal out. May be called twice.
   */
  async stop(): Promise<void> {
    if (!this.stopping) this.dispatch({ kind: 'shutdown' });
    this.stopping = true;
    this.ticker.stop();
    // readers that were woken read in the same turn of the loop
    await new Promise((resolve) => setImmediate(resolve));
    this.claims.endAll('stopping');
    const deadlineMs = performance.now() + STOP_GRACE_MS;
    while (this.replies.size > 0 && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 10));
    await this.outbound.close();
    await this.options.journal.close();
  }

  private carryOut(operation: { name: OperationName; request: never }, context: CallContext): Promise<CoreOutcome> {
    if (this.stopping && operation.name !== 'getEvents') return Promise.resolve({ ok: false, refusal: STOPPING });
    const { slots } = this.options.config;
    if (operation.name === 'login') return this.begin(prepareLogin(operation.request, slots), context);
    if (operation.name === 'loginUser') return this.begin(prepareLoginUser(operation.request, slots), context);
    if (operation.name === 'validateToken') return this.validateToken(operation.request, context);
    if (operation.name === 'authenticate')
      return this.run(prepareAuthenticate(operation.request, this.switchboard), callerOf(context));
    if (this.desk.data.carries(operation.name)) return this.dataOperation(operation.name, operation.request, context);
    if (isHandlerOperation(operation.name)) return this.handlerOperation(operation as CoreOperation, context);
    if (operation.name === 'getEvents')
      return this.readEvents(operation.request, context).then((page) =>
        page.ok ? { ok: true, value: pageAnswer(page.value) } : page,
      );
    if (operation.name === 'getRestEvent') return this.nextRestEvent(operation.request, context).then(restEventAnswer);
    const outcome = this.run(operation as CoreOperation, callerOf(context));
    if (operation.name === 'cancelGetEvents')
      void outcome.then(({ ok }) => ok && this.claims.cancel((operation.request as { sessionId: number }).sessionId));
    this.ticker.arm();
    return outcome;
  }

  /** The directory is not the switchboard's, but whose session it is: asked as a sign of life, which every operation is. */
  private async dataOperation(
    name: DataOperationName,
    request: OperationRequest<DataOperationName>,
    context: CallContext,
  ): Promise<CoreOutcome> {
    const { sessionId } = request;
    const checked = this.runNow({ name: 'resetSessionTimer', request: { sessionId } }, callerOf(context));
    if (!checked.ok) return checked;
    this.dispatch({ kind: 'watch-directories' });
    const keep: Parameters<DirectoryDesk['carryOut']>[3] = (registration) =>
      this.run({ name: 'keepDataRegistration', request: { sessionId, registration } }, callerOf(context));
    return this.desk.carryOut(name, request as never, this.keeping, keep, context.traceparent);
  }

  /** A log-in, of an application or of a user: what could not be kept has not happened. */
  private async begin(
    { operation, complete }: Prepared<OperationOf<'login' | 'loginUser'>>,
    context: CallContext,
  ): Promise<CoreOutcome> {
    const outcome = await this.run(operation, callerOf(context), true);
    return outcome.ok ? { ok: true, value: complete(outcome.value as object) } : outcome;
  }

  private async validateToken(request: OperationRequest<'validateToken'>, context: CallContext): Promise<CoreOutcome> {
    const { operation, complete } = prepareValidate(request);
    const outcome = await this.run(operation, callerOf({ ...context, token: request.token }));
    return outcome.ok ? { ok: true, value: complete(outcome.value as object) } : outcome;
  }

  private handlerOperation(operation: CoreOperation, context: CallContext): Promise<CoreOutcome> {
    const run = (core: CoreOperation) => this.run(core, callerOf(context));
    return carryOutHandlerOperation(operation, run, (sessionId) => this.outbound.deliveries.figures(sessionId));
  }

  /** Reads now; when there is nothing, waits to be woken. A refused reader does not disturb the one that waits. */
  private wait<T>(
    operation: CoreOperation,
    sessionId: number,
    waitMs: number,
    context: CallContext,
    isEmpty: (value: T) => boolean,
  ): Promise<Outcome<T>> {
    const caller = callerOf(context);
    return this.claims.read<T>({
      sessionId,
      waitMs: this.stopping ? 0 : waitMs,
      signal: context.signal,
      isEmpty,
      read: () => this.runNow(operation, caller) as Outcome<T>,
    });
  }

  private run(operation: CoreOperation, caller: Caller, isLogin = false): Promise<CoreOutcome> {
    return new Promise((resolve) => {
      this.lastRequestId += 1;
      this.replies.set(this.lastRequestId, { resolve, isLogin });
      this.dispatch({ kind: 'operation', requestId: this.lastRequestId, caller, operation });
    });
  }

  /** For operations that are answered at once. */
  private runNow(operation: CoreOperation, caller: Caller): CoreOutcome {
    this.lastRequestId += 1;
    const asked: Asked = { requestId: this.lastRequestId, answer: undefined };
    const outer = this.asked;
    this.asked = asked;
    this.dispatch({ kind: 'operation', requestId: asked.requestId, caller, operation });
    this.asked = outer;
    if (asked.answer === undefined) throw new Error(`${operation.name} was not answered at once`);
    return asked.answer;
  }

  private dispatch(input: Input): void {
    this.carry(this.switchboard.handle(input, this.clock()));
  }

  private carry(effects: readonly Effect[]): void {
    let records: JournalRecord[] | undefined;
    for (const effect of effects) if (effect.kind === 'journal') (records ??= []).push(effect.record);
    if (records !== undefined) this.keep(records);
    for (const effect of effects) this.carryOne(effect);
  }

  private carryOne(effect: Effect): void {
    switch (effect.kind) {
      case 'reply':
        return effect.kept
          ? this.afterKept(
              () => this.reply(effect.requestId, effect.outcome),
              () => this.unkept(effect.requestId, effect.outcome),
            )
          : this.reply(effect.requestId, effect.outcome);
      case 'send':
        return effect.kept ? this.sendKept(effect) : this.send(effect);
      case 'wake':
        return this.claims.wake(effect.sessionId);
      case 'handler':
        return this.tellHandler(effect);
      case 'ha-callback':
        return this.outbound.haNotices.tell(effect.sessionId, effect.callback);
      case 'controllers':
        return this.links?.setControllers(effect.targets);
      case 'directory':
        // not from within the handling that told it
        return queueMicrotask(() => this.desk.sync.changed(effect.icpId, effect.entry));
      case 'note':
        return this.options.logger[effect.level](effect.facts, effect.text);
    }
  }

  /** What is sent to, or with which secret, has to be kept first. Never from within the handling that told it. */
  private tellHandler({ sessionId, handler, from, retires }: Extract<Effect, { kind: 'handler' }>): void {
    if (this.stopping) return;
    this.afterKept(
      () =>
        retires === true ? this.outbound.deliveries.retire(sessionId) : this.outbound.deliveries.set(sessionId, handler, from),
      () => {},
    );
  }

  private reply(requestId: number, outcome: CoreOutcome): void {
    if (this.asked?.requestId === requestId) {
      this.asked.answer = outcome;
      return;
    }
    const waiting = this.replies.get(requestId);
    if (waiting === undefined) return;
    this.replies.delete(requestId);
    const { resolve } = waiting;
    waiting.resolve = undefined;
    resolve?.(outcome);
  }

  private unkept(requestId: number, outcome: CoreOutcome): void {
    const sessionId =
      outcome.ok && this.replies.get(requestId)?.isLogin === true
        ? (outcome.value as { sessionId: number }).sessionId
        : undefined;
    this.reply(requestId, outcome.ok ? { ok: false, refusal: UNKEPT } : outcome);
    if (sessionId !== undefined) this.dispatch({ kind: 'log-in-unkept', sessionId });
  }

  private send({ icpId, request, traceparent }: Extract<Effect, { kind: 'send' }>): void {
    if (this.links?.send(icpId, request, traceparent) === true) return;
    // not from within the handling that asked for it
    queueMicrotask(() => this.dispatch({ kind: 'send-failed', icpId, correlation: request.correlation }));
  }

  private sendKept(effect: Extract<Effect, { kind: 'send' }>): void {
    const { icpId, request } = effect;
    const change = this.linkChanges.get(icpId);
    const failed = () => this.dispatch({ kind: 'send-failed', icpId, correlation: request.correlation });
    this.afterKept(() => (this.linkChanges.get(icpId) === change ? this.send(effect) : failed()), failed);
  }

  private afterKept(then: () => void, otherwise: () => void): void {
    void this.kept.then(then, otherwise);
  }

  private keep(records: readonly JournalRecord[]): void {
    this.kept = this.options.journal.append(records);
    this.kept.catch((error: unknown) => this.onJournalFailed(error));
    if (this.options.journal.isLarge && this.keeping && !this.rewriting) this.rewrite();
  }

  /** From here on nothing that has to be kept is acknowledged; reads go on. Tried again until the whole state is on disk. */
  private onJournalFailed(error: unknown): void {
    if (!this.keeping || this.stopping) return;
    this.keeping = false;
    this.options.logger.error({ err: error }, 'the journal cannot be written: changes are refused until it can');
    this.dispatch({ kind: 'journal', healthy: false });
    setTimeout(() => this.rewrite(), JOURNAL_RETRY_MS).unref();
  }

  private rewrite(): void {
    if (this.stopping) return;
    this.rewriting = true;
    this.options.journal.rewrite(this.switchboard.records()).then(
      () => {
        this.rewriting = false;
        if (this.keeping) return;
        this.keeping = true;
        this.kept = Promise.resolve();
        this.options.logger.info({}, 'the journal can be written again');
        this.dispatch({ kind: 'journal', healthy: true });
      },
      (error: unknown) => {
        this.rewriting = false;
        if (this.keeping) this.onJournalFailed(error);
        else setTimeout(() => this.rewrite(), JOURNAL_RETRY_MS).unref();
      },
    );
  }

  private tick(): void {
    for (const sessionId of this.claims.sessionIds()) this.dispatch({ kind: 'polling', sessionId });
    this.dispatch({ kind: 'tick' });
    this.desk.sync.tick();
  }
}
