/**
 * The core of a gateway instance: takes one input at a time and answers what is to be done. Sans-IO: no clock, no randomness, no
 * promises, so a simulation in virtual time runs exactly this. Everything in it is bounded by the caps of admission and by constants.
 */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { APPLICATIONS_PER_TENANT } from '#domain/limits';
import { applyDocument } from './sessions/access-changes.js';
import { callRecords, keepCalls } from './events/calls-hint.js';
import { fromController, tickController } from './controllers/controller-inputs.js';
import type { Controller } from './controllers/controller-table.js';
import { Core } from './core.js';
import { dataRegistrationRecord, keepDataRegistration } from './directory/data-registration.operations.js';
import { monitorRecord } from './resilience/device-names.js';
import { watchDirectories } from './directory/directory-watch.js';
import { keepPositions, onDeadLetter, onHandled, onHandlerChange } from './events/handler.operations.js';
import { tickLicences } from './licences/licence-expiry.js';
import { licenceReport } from './licences/licence-use.js';
import { carryOnBulks } from './monitors/monitor-bulk.js';
import { kindsReport, wantsKinds } from './monitors/monitor-kinds.js';
import { pump } from './monitors/monitor-lifecycle.js';
import { enterOperation } from './operation-entry.js';
import { readerOperation } from './events/reader.operations.js';
import { restSession, restSessionRecord } from './sessions/rest-session.operations.js';
import { restore } from './restore.js';
import { accessRecord, isAdvanced, typeOf } from './sessions/session-access.js';
import { readLast } from './events/event.operations.js';
import { endSession, findSession, login } from './sessions/session.operations.js';
import { sessionOperation } from './session-operation.js';
import type {
  DataRegistration,
  Effect,
  HACallback,
  Input,
  Instant,
  JournalRecord,
  SwitchboardReport,
  SwitchboardSettings,
} from './switchboard.port.js';
import { homeRecords, keepCompanions, tickCompanions } from './resilience/companion-monitors.js';
import { keepUnread, unreadRecords } from './events/unread-hint.js';
import { loginUser, validateToken } from './sessions/user-session.operations.js';

/** Ticks come four times a second; when none came for so long, this process did not run. */
const OWN_PAUSE_MS = 2000;
/** For so long that more starts wait than our part lets go is worth a look before the next sweep. */
const WANT_FRESH_MS = 5000;

/** The contract's advanced operations are called so (R-CC-10); a test compares this with the contract. */
const ADVANCED = /^adv[A-Z]/;
const advancedRefusal = (name: string): Refusal => ({
  code: 'ADVANCED_REQUIRED',
  detail: `${name} is for advanced applications that have signed their challenge`,
});

export class Switchboard {
  private readonly core: Core;
  private lastTickMs: number | undefined;

  constructor(settings: SwitchboardSettings) {
    this.core = new Core(settings);
  }

  /** Carries one input through to its end. Effects are to be carried out in order. Never throws for anything from outside. */
  handle(input: Input, now: Instant): Effect[] {
    this.core.now = now;
    this.route(input);
    carryOnBulks(this.core);
    keepCompanions(this.core);
    return this.core.takeEffects();
  }

  /** Numbers that no plan has are left out of what callers are matched to; without plans all of a possible length are taken. */
  useNumberPlan(isNumber: (e164: string) => boolean): void {
    this.core.numberPlan = { isNumber };
  }

  /** When pacing next allows something that waits; undefined when nothing waits. */
  nextPaceAtMs(): number | undefined {
    return this.core.paceOrder.nextAtMs(this.core.now.nowMs);
  }

  /** Only as the first input: takes up what an earlier incarnation had acknowledged. Its sessions begin this epoch with a gap. */
  restore(records: Iterable<JournalRecord>, now: Instant, lastAliveMs?: number): void {
    this.core.now = now;
    this.lastTickMs = now.nowMs;
    restore(this.core, records, lastAliveMs);
  }

  /** Everything a later incarnation needs, for a compact journal. */
  *records(): Generator<JournalRecord> {
    for (const session of this.core.sessions.all()) {
      const { id, tokenHash, applicationId, applicationName } = session;
      yield { t: 'session', id, tokenHash, applicationId, applicationName };
      const access = accessRecord(session);
      if (access !== undefined) yield access;
      const registered = restSessionRecord(session);
      if (registered !== undefined) yield registered;
      const data = dataRegistrationRecord(session);
      if (data !== undefined) yield data;
      const { handler } = session;
      if (handler !== undefined) yield { t: 'handler', sessionId: id, handler: handler.facts };
      for (const letter of handler?.deadLetters ?? []) yield { t: 'dead-letter', sessionId: id, letter };
      for (const objectId of session.monitors)
        if (this.core.monitors.get(objectId)?.holders.has(id) === true) yield monitorRecord(session, objectId);
    }
    const inCall = [...this.core.monitors.all()].filter((monitor) => monitor.keptInCall && monitor.holders.size > 0);
    yield* callRecords(
      inCall.map(({ objectId }) => objectId),
      [],
    );
    yield* homeRecords([...this.core.monitors.all()].filter(({ homes, holders }) => homes !== undefined && holders.size > 0));
    yield* unreadRecords([...this.core.sessions.all()].filter(({ keptUnreadSince }) => keptUnreadSince !== undefined));
    yield* this.core.keys.records();
  }

  report(): SwitchboardReport {
    const { sessions, monitors, limits, controllers, draining } = this.core;
    return {
      draining,
      sessions: { used: sessions.size, cap: limits.sessions },
      monitors: { used: monitors.places, cap: limits.monitors },
      hotDeskUsers: { used: monitors.userCount.users, cap: limits.hotDeskUsers },
      devices: this.devices(),
      licences: licenceReport(this.core),
      recovery: this.core.recovery.report(),
      rates: this.core.rates.report(this.core.now.nowMs),
      figures: this.figures(),
      controllers: [...controllers.values()].map((controller) => ({
        icpId: controller.icpId,
        address: controller.grant.address,
        state: controller.state,
        monitors: { used: controller.places, cap: this.core.monitorCap(controller) },
        ...(controller.grant.shared === undefined ? {} : { shared: this.shared(controller) }),
        rates: this.core.rates.ofController(controller.icpId, this.core.now.nowMs),
        ...this.kinds(controller),
        crowdedNumbers: controller.lines.crowdedCount,
        queues: {
          commandsOpen: controller.commands.size,
          startsWaiting: controller.starts.size,
          monitorStartsPerSecond: controller.pacer.use(this.core.now.nowMs),
        },
      })),
    };
  }

  /** What a session has to sign, and with which key; undefined when it has nothing to sign. Changes nothing. */
  challengeOf(
    sessionId: number,
  ): { readonly challenge: string; readonly publicKeyPem: string; readonly legacy: boolean } | undefined {
    const session = this.core.sessions.get(sessionId);
    const signing = session === undefined ? undefined : this.core.applications.get(session.applicationId)?.signing;
    const challenge = session?.access.challenge?.text;
    return challenge === undefined || signing === undefined ? undefined : { challenge, ...signing };
  }

  /** Monitors that an earlier incarnation held are still being set again. */
  get isRecovering(): boolean {
    return this.core.recovery.isUnderWay;
  }

  /** Why a controller cannot be used now; undefined: it can. */
  controllerRefusal(icpId: number): Refusal | undefined {
    const usable = this.core.usableController(icpId);
    return 'refusal' in usable ? usable.refusal : undefined;
  }

  /** What sessions are told of the directory, as it was kept. */
  *dataRegistrations(): Generator<readonly [sessionId: number, DataRegistration]> {
    for (const { id, dataRegistration } of this.core.sessions.all())
      if (dataRegistration !== undefined) yield [id, dataRegistration];
  }

  /** Whether a session stands; for what is kept of sessions beside the switchboard. */
  hasSession(sessionId: number): boolean {
    return this.core.sessions.get(sessionId) !== undefined;
  }

  /** Whether something is lacking that others may have to spare, and was not lacking a moment ago. */
  get wants(): boolean {
    const { controllers, now } = this.core;
    for (const controller of controllers.values()) {
      const { grant, room, startsWantedSinceMs } = controller;
      if (grant.shared === undefined) continue;
      if (room.wanted(now.nowMs) > 0 || now.nowMs - (startsWantedSinceMs ?? -Infinity) < WANT_FRESH_MS) return true;
      if (wantsKinds(controller, now.nowMs, WANT_FRESH_MS)) return true;
    }
    return false;
  }

  private kinds(controller: Controller): Pick<SwitchboardReport['controllers'][number], 'monitorKinds'> {
    const monitorKinds = kindsReport(this.core, controller);
    return monitorKinds === undefined ? {} : { monitorKinds };
  }

  /** Where the application wants to be told that its session goes on; undefined: nowhere, or no such session. */
  haCallbackOf(sessionId: number): HACallback | undefined {
    return this.core.sessions.get(sessionId)?.access.haCallback;
  }

  private shared({
    pacer,
    room,
    startsWantedSinceMs,
  }: Controller): NonNullable<SwitchboardReport['controllers'][number]['shared']> {
    const { nowMs } = this.core.now;
    return {
      startsPerSecond: pacer.inForce(nowMs),
      startsWanted: startsWantedSinceMs !== undefined,
      monitorsWanted: room.wanted(nowMs),
      askedUpTo: room.askedUpTo,
    };
  }

  private figures(): SwitchboardReport['figures'] {
    const { figures, controllers, document, limits, sessions, keeping, now } = this.core;
    const eventsWaiting = new Map([['generic', { count: 0, oldestMs: 0 }]]);
    for (const session of sessions.all()) {
      const type = typeOf(this.core, session);
      const { count, oldestMs } = eventsWaiting.get(type) ?? { count: 0, oldestMs: 0 };
      const since = session.log.unreadSince(now, 0, session.handler?.ackedSeq) ?? now.wallMs;
      eventsWaiting.set(type, { count: count + session.log.waitingCount, oldestMs: Math.max(oldestMs, now.wallMs - since) });
    }
    return {
      refused: figures.refused,
      operations: figures.operations,
      lags: figures.lags,
      controllers: { used: controllers.size, cap: limits.controllers },
      applications: { used: document?.applications.length ?? 0, cap: APPLICATIONS_PER_TENANT },
      eventsWaiting,
      eventsDropped: this.core.dropped.count,
      journalWritable: keeping,
    };
  }

  private devices(): SwitchboardReport['devices'] {
    let [wanted, standing] = [0, 0];
    for (const monitor of this.core.monitors.all()) {
      if (monitor.places === 0 || monitor.device !== monitor) continue;
      wanted += 1;
      if (monitor.state === 'set') standing += 1;
    }
    return { wanted, standing };
  }

  get document(): AccessDocument | undefined {
    return this.core.document;
  }

  private route(input: Input): void {
    const { core } = this;
    switch (input.kind) {
      case 'operation':
        return this.operation(input);
      case 'message':
      case 'link':
      case 'send-failed': {
        const controller = core.controllers.get(input.icpId);
        return controller === undefined ? undefined : fromController(core, controller, input);
      }
      case 'tick':
        return this.tick();
      case 'pace':
        for (const controller of core.controllers.values()) pump(core, controller);
        return;
      case 'access-document':
        return applyDocument(core, input.document);
      case 'drain':
        core.draining = input.on;
        return;
      case 'device-models':
        return core.controllers.get(input.icpId)?.learnModels(input.models, input.handle);
      case 'watch-directories':
        return watchDirectories(core);
      case 'shutdown':
        return this.shutdown();
      case 'journal':
        core.keeping = input.healthy;
        return;
      case 'log-in-unkept': {
        const session = core.sessions.get(input.sessionId);
        return session === undefined ? undefined : endSession(core, session, 'its log-in could not be kept', false);
      }
      case 'polling': {
        const session = core.sessions.get(input.sessionId);
        if (session !== undefined) session.lastSeenMs = core.now.nowMs;
        return;
      }
      case 'handled':
      case 'handler-change':
      case 'dead-letter':
        return this.fromHandler(input);
    }
  }

  private fromHandler(input: Extract<Input, { kind: 'handled' | 'handler-change' | 'dead-letter' }>): void {
    const session = this.core.sessions.get(input.sessionId);
    if (session === undefined) return;
    if (input.kind === 'handled') onHandled(this.core, session, input.handlerId, input.seq);
    else if (input.kind === 'dead-letter') onDeadLetter(this.core, session, input.handlerId, input.letter);
    else onHandlerChange(this.core, session, input.handlerId, input.disabled);
  }

  private operation({ requestId, caller, operation }: Extract<Input, { kind: 'operation' }>): void {
    if (operation.name === 'login') return login(this.core, requestId, caller, operation);
    if (operation.name === 'loginUser') return loginUser(this.core, requestId, caller, operation);
    if (operation.name === 'validateToken') return validateToken(this.core, requestId, caller, operation);
    if (operation.name === 'readOn') {
      const { sessionId, afterSeq, max } = operation.request;
      const departed = this.core.sessions.get(sessionId) === undefined ? this.core.departed.get(sessionId) : undefined;
      if (departed !== undefined) return this.core.reply(requestId, readLast(this.core, departed, afterSeq, max));
    }
    if (operation.name === 'restSession') return restSession(this.core, requestId, caller, operation.request.restSessionId);
    const session = findSession(this.core, caller, operation.request.sessionId);
    if ('code' in session) return this.core.refuse(requestId, session);
    if (ADVANCED.test(operation.name) && !isAdvanced(this.core, session))
      return this.core.refuse(requestId, advancedRefusal(operation.name));
    // the end of an operation that has been counted
    if (operation.name === 'keepDataRegistration')
      return keepDataRegistration(this.core, session, requestId, operation.request.registration);
    // asked with every delivery, and of no controller: rates, numbers and traces have no part in it
    if (operation.name === 'readOn' || operation.name === 'readEvents')
      return readerOperation(this.core, session, requestId, operation);
    const entered = enterOperation(this.core, session, requestId, caller, operation);
    if (entered !== undefined) sessionOperation(this.core, session, requestId, entered, caller);
  }

  private shutdown(): void {
    const { core } = this;
    const event = {
      category: 'SYSTEM_EVENT',
      type: 'OIG_SHUTDOWN',
      icpId: 0,
      connectionState: null,
      source: 'synthetic',
    } as const;
    core.draining = true;
    for (const session of core.sessions.all())
      core.post(session, { ...event, eventId: core.syntheticId(), eventTime: core.now.wallMs });
  }

  /** Whoever was stopped itself has not heard what was said meanwhile: that silence is not the sessions' (I12). */
  private forgiveOwnPause(): void {
    const { sessions, now } = this.core;
    const pausedMs = this.lastTickMs === undefined ? 0 : now.nowMs - this.lastTickMs;
    this.lastTickMs = now.nowMs;
    if (pausedMs < OWN_PAUSE_MS) return;
    for (const session of sessions.all()) session.lastSeenMs = Math.min(now.nowMs, session.lastSeenMs + pausedMs);
  }

  private tick(): void {
    const { core } = this;
    this.forgiveOwnPause();
    for (const session of core.sessions.silent(core.now.nowMs))
      endSession(core, session, `silent for more than ${core.settings.sessionKeepAliveMs} ms`);
    for (const session of core.sessions.all()) {
      session.log.expire(core.now.nowMs);
      core.dropped.take(session, core.now.nowMs);
    }
    core.departed.expire(core.now.nowMs);
    core.keys.expire(core.now.nowMs);
    for (const controller of core.controllers.values()) tickController(core, controller);
    tickCompanions(core);
    keepCalls(core);
    keepUnread(core);
    keepPositions(core);
    tickLicences(core);
  }
}
