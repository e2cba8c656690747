/**
 * The core of a gateway instance: takes one input at a time and answers what is to be done. Sans-IO: no clock, no randomness, no
 * promises, so a simulation in virtual time runs exactly this. Everything in it is bounded by the caps of admission and by constants.
 */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { applyDocument } from './access-changes.js';
import { callCommand } from './call.operations.js';
import { callRecords, keepCalls } from './calls-hint.js';
import { fromController, tickController } from './controller-inputs.js';
import { Core, NOT_KEPT } from './core.js';
import { getEvents, nextEvent, readEvents, readOn } from './event.operations.js';
import {
  handlerReport,
  keepPositions,
  onDeadLetter,
  onHandled,
  onHandlerChange,
  removeHandler,
  replay,
  rotateSecret,
  setHandler,
} from './handler.operations.js';
import { issueTicket } from './event-tickets.js';
import { tickLicences } from './licence-expiry.js';
import { licenceReport } from './licence-use.js';
import { getIcpId, getPhoneNumberId } from './lookup.operations.js';
import { isMissing, missingRefusal, type MissingOperation } from './missing-operations.js';
import { releaseMonitor, requestMonitor } from './monitor-lifecycle.js';
import { restore } from './restore.js';
import { accessRecord, isAdvanced } from './session-access.js';
import { authenticate, endSession, findSession, login, logout, registerHACallback } from './session.operations.js';
import type { Session } from './session-table.js';
import type {
  CoreOperation,
  Effect,
  Input,
  Instant,
  JournalRecord,
  SwitchboardReport,
  SwitchboardSettings,
} from './switchboard.port.js';
import { keepUnread, unreadRecords } from './unread-hint.js';
import { loginUser, validateToken } from './user-session.operations.js';
import { CONTRACT_VERSION } from './version.rules.js';

/** Ticks come four times a second; when none came for so long, this process did not run. */
const OWN_PAUSE_MS = 2000;

type SessionOperation = Exclude<CoreOperation, { name: 'login' | 'loginUser' | 'validateToken' | MissingOperation }>;
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
    return this.core.takeEffects();
  }

  /** When pacing next allows something that waits; undefined when nothing waits. */
  nextPaceAtMs(): number | undefined {
    let next: number | undefined;
    for (const { starts, connected, pacer } of this.core.controllers.values()) {
      if (starts.size > 0 && connected) next = Math.min(next ?? Number.POSITIVE_INFINITY, pacer.readyAtMs);
    }
    return next;
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
      const { handler } = session;
      if (handler !== undefined) yield { t: 'handler', sessionId: id, handler: handler.facts };
      for (const letter of handler?.deadLetters ?? []) yield { t: 'dead-letter', sessionId: id, letter };
      for (const objectId of session.monitors)
        if (this.core.monitors.get(objectId)?.holders.has(id) === true) yield { t: 'monitor', sessionId: id, objectId };
    }
    const inCall = [...this.core.monitors.all()].filter((monitor) => monitor.keptInCall && monitor.holders.size > 0);
    yield* callRecords(
      inCall.map(({ objectId }) => objectId),
      [],
    );
    yield* unreadRecords([...this.core.sessions.all()].filter(({ keptUnreadSince }) => keptUnreadSince !== undefined));
    yield* this.core.keys.records();
  }

  report(): SwitchboardReport {
    const { sessions, monitors, limits, controllers, draining } = this.core;
    return {
      draining,
      sessions: { used: sessions.size, cap: limits.sessions },
      monitors: { used: monitors.places, cap: limits.monitors },
      devices: this.devices(),
      licences: licenceReport(this.core),
      recovery: this.core.recovery.report(),
      controllers: [...controllers.values()].map((controller) => ({
        icpId: controller.icpId,
        address: controller.grant.address,
        state: controller.state,
        monitors: { used: controller.places, cap: this.core.monitorCap(controller) },
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

  /** Whether a session stands; for what is kept of sessions beside the switchboard. */
  hasSession(sessionId: number): boolean {
    return this.core.sessions.get(sessionId) !== undefined;
  }

  private devices(): SwitchboardReport['devices'] {
    let [wanted, standing] = [0, 0];
    for (const { places, state } of this.core.monitors.all()) {
      if (places > 0) wanted += 1;
      if (places > 0 && state === 'set') standing += 1;
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
      case 'access-document':
        return applyDocument(core, input.document);
      case 'drain':
        core.draining = input.on;
        return;
      case 'shutdown':
        return this.shutdown();
      case 'journal':
        core.keeping = input.healthy;
        return;
      case 'log-in-unkept': {
        const session = core.sessions.get(input.sessionId);
        return session === undefined ? undefined : endSession(core, session, 'its log-in could not be kept');
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
    const session = findSession(this.core, caller, operation.request.sessionId);
    if ('code' in session) return this.core.refuse(requestId, session);
    if (ADVANCED.test(operation.name) && !isAdvanced(this.core, session))
      return this.core.refuse(requestId, advancedRefusal(operation.name));
    if (isMissing(operation)) return this.core.refuse(requestId, missingRefusal(operation.name));
    this.sessionOperation(session, requestId, operation);
  }

  private sessionOperation(session: Session, requestId: number, operation: SessionOperation): void {
    const { core } = this;
    switch (operation.name) {
      case 'logout':
        return logout(core, session, requestId);
      case 'authenticate':
        return authenticate(core, session, requestId, operation.request.verified);
      case 'registerHAClientCallback':
        return registerHACallback(core, session, requestId, operation.request.callbackUri);
      case 'resetSessionTimer':
        return core.answer(requestId, { keepAliveMs: core.settings.sessionKeepAliveMs });
      case 'serviceVersions':
        return core.answer(requestId, { serviceVersions: CONTRACT_VERSION });
      case 'getIcpId':
        return getIcpId(core, session, requestId, operation.request.icpIpAddress);
      case 'getPhoneNumberId':
        return getPhoneNumberId(core, session, requestId, operation.request.icpId, operation.request.primeDn);
      case 'monitorObject':
        return requestMonitor(core, session, requestId, operation.request.objectId);
      case 'stopMonitor':
        return this.stopMonitor(session, requestId, operation.request.objectId);
      case 'getEvents':
        return core.reply(requestId, getEvents(core, session, operation.request.after, operation.request.max));
      case 'readEvents':
        return core.reply(requestId, readEvents(core, session, operation.request.after, operation.request.max));
      case 'readOn':
        return core.reply(requestId, readOn(core, session, operation.request.afterSeq, operation.request.max));
      case 'issueEventTicket':
        return issueTicket(core, session, requestId, operation.entropy.ticketHash);
      case 'setEventHandler': {
        const { url, secret } = operation.request;
        const { handlerId: id, secret: made } = operation.entropy;
        const handler = { id, kind: 'webhook', url, secret: secret ?? made } as const;
        return setHandler(core, session, requestId, handler, {
          handlerId: id,
          ...(secret === undefined ? { secret: made } : {}),
        });
      }
      case 'rotateHandlerSecret': {
        const { secret } = operation.request;
        const made = operation.entropy.secret;
        return rotateSecret(core, session, requestId, secret ?? made, secret === undefined ? { secret: made } : {});
      }
      case 'removeEventHandler':
        return removeHandler(core, session, requestId);
      case 'replayEvents':
        return replay(core, session, requestId, operation.request.after);
      case 'handlerReport':
        return handlerReport(core, session, requestId);
      case 'cancelGetEvents':
        return core.answer(requestId, {});
      case 'nextEvent':
        return nextEvent(core, session, requestId, operation.request.numberedAfter);
      default:
        return callCommand(core, session, requestId, operation);
    }
  }

  private stopMonitor(session: Session, requestId: number, objectId: number): void {
    const { core } = this;
    // also that there is none may be known only from what could not be kept
    if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
    const monitor = core.monitors.get(objectId);
    const held = monitor?.holders.has(session.id) === true;
    if (monitor === undefined || !session.monitors.has(objectId)) {
      return core.refuse(requestId, { code: 'MONITOR_NOT_SET', detail: `the session holds no monitor of ${objectId}` });
    }
    releaseMonitor(core, session, monitor, { code: 'MONITOR_NOT_SET', detail: 'the monitor was stopped before it was set' });
    if (held) core.journal({ t: 'monitor-end', sessionId: session.id, objectId });
    core.answer(requestId, {}, true);
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
    for (const session of core.sessions.all()) session.log.expire(core.now.nowMs);
    core.keys.expire(core.now.nowMs);
    for (const controller of core.controllers.values()) tickController(core, controller);
    keepCalls(core);
    keepUnread(core);
    keepPositions(core);
    tickLicences(core);
  }
}
