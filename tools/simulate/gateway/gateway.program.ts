/**
 * One incarnation: the real switchboard and link machines in a shell that keeps `engine.ts`'s promises (what is `kept` leaves only after
 * the journal's sync) and `incarnation.ts`'s (lock, epoch, journal, document, then serve) in virtual time.
 */
import type { ConnectionState, Epoch } from '#contracts/gateway-admin';
import { makeSessionId } from '#domain/session-id';
import type { ControllerMessage, ControllerResponse, EventMessage } from '#southbound/messages';
import type { ControllerTarget, LinkListener, LinkUp } from '../../../apps/gateway/src/southbound-port.js';
import { documentRefusal } from '../../../apps/gateway/src/switchboard/sessions/access-changes.js';
import type { Core } from '../../../apps/gateway/src/switchboard/core.js';
import { Switchboard } from '../../../apps/gateway/src/switchboard/switchboard.js';
import type {
  ControllerReport,
  CoreOperation,
  CoreOutcome,
  Effect,
  Input,
  Instant,
} from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import type { Site } from '../site.js';
import type { Connection } from '../world/network.js';
import type { Process } from '../world/process.js';
import { type Disk, Journal, type StoredDocument, Ticket } from './disk.js';
import { LinkHost } from './link-host.js';

const TICK_MS = 250;
const JOURNAL_RETRY_MS = 1000;
const LINK_TIMINGS = { heartbeatMs: 2500, silenceMs: 8000, reconnectMinMs: 250, reconnectMaxMs: 5000 };
const UNKEPT: CoreOutcome = {
  ok: false,
  refusal: { code: 'UNAVAILABLE', detail: 'the outcome could not be written', retryAfterMs: 1000 },
};

type Answer = (outcome: CoreOutcome) => void;
type PlainOperation = Exclude<CoreOperation, { name: 'login' | 'loginUser' }>;
export type ApplicationRequest =
  | { readonly kind: 'login'; readonly applicationName: string; readonly token: string }
  | { readonly kind: 'plain'; readonly token: string; readonly operation: PlainOperation; readonly waitMs: number };

export interface ProgramOptions {
  readonly instanceId: string;
  readonly epochMajor: number;
  readonly slots: readonly number[];
  readonly disk: Disk;
}

export class GatewayProgram implements LinkListener {
  epoch: Epoch | undefined;
  serving = false;
  draining = false;
  /** The access document that counts, of this incarnation's own knowledge. */
  private accepted: StoredDocument | undefined;
  private core!: Core;
  private switchboard!: Switchboard;
  private journal!: Journal;
  private kept = new Ticket();
  private keeping = true;
  private rewriting = false;
  private appended = 0;
  private lastRequestId = 0;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private readonly replies = new Map<number, { readonly answer: Answer; readonly isLogin: boolean }>();
  private readonly waiters = new Map<number, { readonly again: () => void; readonly finish: () => void }>();
  private readonly links = new Map<number, LinkHost>();
  private readonly linkChanges = new Map<number, number>();
  private readonly callbackPort: number;

  constructor(
    private readonly site: Site,
    readonly process: Process,
    private readonly options: ProgramOptions,
  ) {
    this.callbackPort = site.nextPort();
    process.onExit(() => this.dead());
    process.after(site.world.random.int(20, 200), () => this.boot());
  }

  get instanceId(): string {
    return this.options.instanceId;
  }

  get epochMajor(): number {
    return this.options.epochMajor;
  }

  /** What the admin interface says. */
  status(): {
    readonly epochMajor: number;
    readonly serving: boolean;
    readonly digest: string | null;
    readonly controllers: readonly ControllerReport[];
  } {
    return {
      epochMajor: this.options.epochMajor,
      serving: this.serving,
      digest: this.accepted?.digest ?? null,
      controllers: this.serving ? this.switchboard.report().controllers : [],
    };
  }

  /** As `access-document.store.ts`: kept on disk before it counts, replaced only by a newer one. */
  pushDocument(pushed: StoredDocument, done: (accepted: boolean) => void): void {
    const { disk } = this.options;
    const { drops } = this.site.plant;
    const isOlder = () => this.accepted !== undefined && pushed.document.serial <= this.accepted.document.serial;
    if (this.accepted?.digest === pushed.digest) return done(true);
    if (!this.serving || (isOlder() && drops !== 'document-serial')) return done(false);
    this.process.after(this.site.world.random.int(0, 5), () => {
      if (disk.full || (isOlder() && drops !== 'document-serial')) return done(false);
      if (drops !== 'document-synced') disk.document = pushed;
      this.accepted = pushed;
      this.apply(pushed);
      done(true);
    });
  }

  request(request: ApplicationRequest, answer: Answer): void {
    if (request.kind === 'login') {
      const { random } = this.site.world;
      const sessionIds = this.options.slots.map((slot) => makeSessionId(slot, random.word() * 2048 + random.int(0, 2047)));
      const facts = {
        companyName: 'Acme',
        applicationName: request.applicationName,
        applicationPasswordSha256: 'a'.repeat(64),
        localPasswordSha256: 'b'.repeat(64),
      };
      return this.run({ name: 'login', request: facts, entropy: { sessionIds, tokenHash: request.token } }, undefined, answer);
    }
    const { operation, token, waitMs } = request;
    if (operation.name === 'getEvents') this.read(operation, token, waitMs, answer);
    else this.run(operation, token, answer);
    this.arm();
  }

  /** SIGTERM: GOODBYE to the controllers, the journal is written out, the end. */
  terminate(): void {
    this.serving = false;
    for (const waiter of [...this.waiters.values()]) waiter.finish();
    for (const link of this.links.values()) link.stop();
    this.process.after(this.site.world.random.int(20, 300), () => this.process.exit('SIGTERM'));
  }

  linkState(icpId: number, state: ConnectionState, up: LinkUp | undefined, reason: string, silentMs = 0): void {
    this.site.world.trace(this.name, `link ${icpId} ${state} ${reason}`);
    this.linkChanges.set(icpId, (this.linkChanges.get(icpId) ?? 0) + 1);
    this.dispatch({ kind: 'link', icpId, state, up, reason, silentMs });
    this.arm();
  }

  message(icpId: number, message: ControllerResponse | EventMessage): void {
    this.dispatch({ kind: 'message', icpId, message });
    if (message.type !== 'EVENT') this.arm();
  }

  backConnected(icpId: number, connection: Connection<ControllerMessage>): void {
    connection.attach(0, {
      message: (message) =>
        this.process.run(() => {
          const taken = message.type === 'BACK_HELLO' && this.links.get(icpId)?.takeBack(message, connection) === true;
          if (!taken) connection.close(0);
        }),
      ended: () => {},
    });
  }

  private get name(): string {
    return `${this.instanceId}@${this.epoch === undefined ? this.options.epochMajor : `${this.epoch.major}.${this.epoch.minor}`}`;
  }

  /** As `epoch-lock.ts`: one process per folder, no epoch older than the last, the counter synced before it is used. */
  private boot(): void {
    const { disk, epochMajor } = this.options;
    const { plant, northbound } = this.site;
    const isLocked = disk.lockedBy?.alive === true && disk.lockedBy !== this.process;
    if (isLocked && plant.drops !== 'journal-lock') return this.process.exit('another process has the journal');
    if (disk.epoch !== undefined && disk.epoch.major > epochMajor && plant.drops !== 'journal-lock')
      return this.process.exit('stale epoch');
    disk.lockedBy = this.process;
    const right = {
      major: epochMajor,
      minor: disk.epoch === undefined || disk.epoch.major < epochMajor ? 0 : disk.epoch.minor + 1,
    };
    const epoch = plant.epoch?.(right, disk.epoch) ?? right;
    this.process.after(this.site.world.random.int(0, 5), () => {
      if (disk.full) return this.process.exit('no space left');
      disk.epoch = epoch;
      this.epoch = epoch;
      if (northbound.get(this.instanceId)?.process.alive === true && plant.drops !== 'journal-lock')
        return this.process.exit('the port is taken');
      this.serve(epoch);
    });
  }

  private serve(epoch: Epoch): void {
    const { disk } = this.options;
    const { site } = this;
    const { config, plant } = site;
    const records = disk.open(plant.drops !== 'torn-tail-cut');
    this.journal = new Journal(this.process, disk, config.syncMaxMs);
    this.kept.settle('kept');
    const settings = {
      epoch,
      limits: config.limits,
      sessionKeepAliveMs: config.keepAliveMs,
      commandTimeoutMs: config.commandTimeoutMs,
      eventLog: { perSessionMax: config.eventsPerSessionMax, retentionMs: config.retentionMs },
      monitorStartsPerSecond: config.startsPerSecond,
    };
    this.switchboard = new Switchboard(plant.settings?.(settings) ?? settings);
    this.core = (this.switchboard as unknown as { readonly core: Core }).core;
    plant.core?.(this.core);
    this.switchboard.restore(records, this.instant());
    site.northbound.set(this.instanceId, this);
    site.callbacks.set(this.callbackPort, this);
    this.serving = true;
    site.world.trace(this.name, `serves with ${records.length} records`);
    this.accepted = disk.document;
    if (disk.document !== undefined) this.apply(disk.document);
    this.arm();
  }

  private apply({ document }: StoredDocument): void {
    if (!this.serving || documentRefusal(document, this.site.config.limits) !== undefined) return;
    this.site.world.trace(this.name, `document ${document.serial}`);
    this.site.oracle.sessions.documentInForce(this.instanceId, document, this.site.world.nowMs);
    this.dispatch({ kind: 'access-document', document: this.site.plant.document?.(document) ?? document });
  }

  private read(operation: PlainOperation, token: string, waitMs: number, answer: Answer): void {
    const { sessionId } = operation.request as { readonly sessionId: number };
    const now = (): CoreOutcome => {
      let outcome: CoreOutcome | undefined;
      this.run(operation, token, (given) => (outcome = given));
      if (outcome === undefined) throw new Error('a read was not answered at once');
      return outcome;
    };
    const isEmpty = (outcome: CoreOutcome) => outcome.ok && (outcome.value as { events: unknown[] }).events.length === 0;
    const first = now();
    if (first.ok) this.waiters.get(sessionId)?.finish();
    if (waitMs === 0 || !isEmpty(first)) return answer(first);
    const waiter = {
      again: () => {
        if (this.waiters.get(sessionId) !== waiter) return;
        const outcome = now();
        if (isEmpty(outcome)) return;
        this.waiters.delete(sessionId);
        answer(outcome);
      },
      finish: () => {
        if (this.waiters.get(sessionId) !== waiter) return;
        this.waiters.delete(sessionId);
        answer(first);
      },
    };
    this.waiters.set(sessionId, waiter);
    this.process.after(waitMs, waiter.finish);
  }

  private run(operation: CoreOperation, token: string | undefined, answer: Answer): void {
    this.lastRequestId += 1;
    const requestId = this.lastRequestId;
    this.replies.set(requestId, { answer, isLogin: operation.name === 'login' });
    const caller = { face: 'rest', clientAddress: '192.0.2.1', ...(token === undefined ? {} : { tokenHash: token }) } as const;
    this.dispatch({ kind: 'operation', requestId, caller, operation });
  }

  private instant(): Instant {
    const now = { nowMs: this.site.world.nowMs, wallMs: this.site.wallMs };
    return this.site.plant.instant?.(now) ?? now;
  }

  private dispatch(input: Input): void {
    const { plant } = this.site;
    const taken = plant.input === undefined ? input : plant.input(input, this.core);
    if (taken === undefined || !this.process.alive) return;
    const effects = this.switchboard.handle(taken, this.instant());
    this.carry(plant.effects?.(effects, this.core) ?? effects);
  }

  private carry(effects: readonly Effect[]): void {
    const records = effects.flatMap((effect) => (effect.kind === 'journal' ? [effect.record] : []));
    if (records.length > 0) {
      const ticket = this.journal.append(records);
      this.kept = ticket;
      ticket.then(
        () => {},
        () => this.onJournalFailed(),
      );
      this.appended += records.length;
      if (this.appended > this.site.config.compactAfter && this.keeping && !this.rewriting) this.rewrite();
    }
    for (const effect of effects) this.carryOne(effect);
  }

  private carryOne(effect: Effect): void {
    switch (effect.kind) {
      case 'reply':
        if (!effect.kept) return this.reply(effect.requestId, effect.outcome);
        return this.kept.then(
          () => this.reply(effect.requestId, effect.outcome),
          () => this.unkept(effect.requestId, effect.outcome),
        );
      case 'send':
        return effect.kept ? this.sendKept(effect) : this.send(effect);
      case 'wake':
        return this.process.after(0, () => this.waiters.get(effect.sessionId)?.again());
      case 'controllers':
        return this.setControllers(effect.targets);
      default:
    }
  }

  private reply(requestId: number, outcome: CoreOutcome): void {
    const waiting = this.replies.get(requestId);
    this.replies.delete(requestId);
    waiting?.answer(outcome);
  }

  private unkept(requestId: number, outcome: CoreOutcome): void {
    const isLogin = this.replies.get(requestId)?.isLogin === true;
    this.reply(requestId, outcome.ok ? UNKEPT : outcome);
    if (outcome.ok && isLogin)
      this.dispatch({ kind: 'log-in-unkept', sessionId: (outcome.value as { sessionId: number }).sessionId });
  }

  private send({ icpId, request }: Extract<Effect, { kind: 'send' }>): void {
    if (this.site.plant.drops === 'stop-sent' && request.type === 'MONITOR_STOP') {
      const { correlation, target } = request;
      return this.process.after(1, () =>
        this.message(icpId, { type: 'MONITOR_STOP_RESPONSE', correlation, result: 'OK', target }),
      );
    }
    if (this.links.get(icpId)?.send(request) === true) {
      if (this.site.plant.drops === 'make-call-once' && request.type === 'MAKE_CALL') this.again(icpId, request);
      return;
    }
    this.process.after(0, () => this.dispatch({ kind: 'send-failed', icpId, correlation: request.correlation }));
  }

  /** A planted fault: what was not answered soon is sent once more. */
  private again(icpId: number, request: Extract<Effect, { kind: 'send' }>['request']): void {
    const { commands } = this.core.controllers.get(icpId)!;
    const open = (commands as unknown as { readonly open: ReadonlyMap<number, unknown> }).open;
    this.process.after(500, () => {
      if (open.has(request.correlation))
        this.links.get(icpId)?.send({ ...request, correlation: request.correlation + 1_000_000 });
    });
  }

  private sendKept(effect: Extract<Effect, { kind: 'send' }>): void {
    const { icpId, request } = effect;
    const change = this.linkChanges.get(icpId);
    const failed = () => this.dispatch({ kind: 'send-failed', icpId, correlation: request.correlation });
    this.kept.then(() => (this.linkChanges.get(icpId) === change ? this.send(effect) : failed()), failed);
  }

  private onJournalFailed(): void {
    if (!this.keeping || !this.process.alive) return;
    this.keeping = false;
    this.site.world.trace(this.name, 'journal failed');
    this.dispatch({ kind: 'journal', healthy: false });
    this.process.after(JOURNAL_RETRY_MS, () => this.rewrite());
  }

  private rewrite(): void {
    this.rewriting = true;
    this.appended = 0;
    const records = [...this.switchboard.records()];
    this.journal.rewrite(this.site.plant.compacted?.(records) ?? records).then(
      () => {
        this.rewriting = false;
        if (this.keeping) return;
        this.keeping = true;
        this.kept = new Ticket();
        this.kept.settle('kept');
        this.dispatch({ kind: 'journal', healthy: true });
      },
      () => {
        this.rewriting = false;
        if (this.keeping) this.onJournalFailed();
        else this.process.after(JOURNAL_RETRY_MS, () => this.rewrite());
      },
    );
  }

  private setControllers(targets: readonly ControllerTarget[]): void {
    const wanted = new Set(targets.map(({ icpId }) => icpId));
    for (const [icpId, link] of [...this.links]) {
      if (wanted.has(icpId)) continue;
      this.links.delete(icpId);
      link.stop();
    }
    for (const target of targets) {
      if (this.links.has(target.icpId)) continue;
      const { site, process, instanceId, callbackPort } = this;
      const link = new LinkHost({
        site,
        process,
        instanceId,
        epoch: this.epoch!,
        callbackPort,
        target,
        timings: LINK_TIMINGS,
        listener: this,
      });
      this.links.set(target.icpId, link);
      process.after(0, () => {
        if (this.links.get(target.icpId) === link) link.start();
      });
    }
  }

  private arm(): void {
    const { nowMs } = this.site.world;
    const atMs = Math.min(nowMs + TICK_MS, this.switchboard.nextPaceAtMs() ?? Number.POSITIVE_INFINITY);
    if (this.timerAtMs <= atMs && this.timerAtMs > nowMs) return;
    this.timerAtMs = atMs;
    this.process.after(Math.max(1, Math.ceil(atMs - nowMs)), () => {
      if (this.timerAtMs === atMs) this.tick();
    });
  }

  private tick(): void {
    this.timerAtMs = Number.POSITIVE_INFINITY;
    for (const sessionId of this.waiters.keys()) this.dispatch({ kind: 'polling', sessionId });
    this.dispatch({ kind: 'tick' });
    this.arm();
  }

  private dead(): void {
    this.serving = false;
    if (this.site.northbound.get(this.instanceId) === this) this.site.northbound.delete(this.instanceId);
    this.site.callbacks.delete(this.callbackPort);
    for (const link of this.links.values()) link.dead();
  }
}
