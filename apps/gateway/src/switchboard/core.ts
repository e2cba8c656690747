/** The state of the switchboard and the few ways to change it that all parts share. Effects collect here until the input is done. */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS, type InstanceLimits } from '#domain/limits';
import type { ControllerRequest } from '#southbound/messages';
import { controllerMonitorCap, effectiveLimits } from './sessions/admission.rules.js';
import { AttemptLimiter } from './sessions/attempt-limiter.js';
import { BulkTable } from './monitors/bulk-table.js';
import { ClearingMemory } from './monitors/clearing-memory.js';
import type { Controller, Pending } from './controllers/controller-table.js';
import { entryOf, type EventBody, type EventEntry } from '../event-entry.js';
import { CallerMemory } from './events/event-remarks.js';
import { Figures } from './figures.js';
import { IdempotencyTable } from './sessions/idempotency-table.js';
import { LicenceBook } from './licences/licence-book.js';
import { type Monitor, MonitorTable } from './monitors/monitor-table.js';
import { PaceOrder } from './monitors/pace-order.js';
import { RateBook } from './controllers/rate.rules.js';
import { Recovery } from './recovery.js';
import { RequestTraces } from './calls/request-traces.js';
import { SessionTable, type Session } from './sessions/session-table.js';
import { DepartedSessions } from './sessions/departed-sessions.js';
import { DroppedEvents } from './events/dropped-events.js';
import { TraceTable } from './calls/trace-table.js';
import {
  refused,
  type CoreOutcome,
  type Effect,
  type Instant,
  type JournalRecord,
  type SwitchboardSettings,
} from './switchboard.port.js';

const WRONG_SESSIONS_PER_MINUTE = 50;
const WRONG_LOGINS_PER_MINUTE = 20;

type Unnumbered<R> = R extends unknown ? Omit<R, 'correlation'> : never;

export class Core {
  now: Instant = { nowMs: 0, wallMs: 0 };
  document: AccessDocument | undefined;
  /** Of the document, by id. */
  applications: ReadonlyMap<string, AccessDocument['applications'][number]> = new Map();
  readonly licences = new LicenceBook();
  limits: InstanceLimits;
  draining = false;
  /** False while the journal cannot be written. */
  keeping = true;
  /** Some application has asked for data of the directory (directory-watch.ts). */
  watchesDirectories = false;
  readonly sessions: SessionTable;
  readonly departed = new DepartedSessions();
  readonly controllers = new Map<number, Controller>();
  readonly paceOrder = new PaceOrder();
  readonly monitors = new MonitorTable((sessionId) => this.sessions.get(sessionId)?.applicationId ?? `${sessionId}`);
  readonly keys = new IdempotencyTable();
  readonly wrongSessions = new AttemptLimiter(WRONG_SESSIONS_PER_MINUTE);
  readonly wrongLogins = new AttemptLimiter(WRONG_LOGINS_PER_MINUTE);
  readonly recovery = new Recovery();
  readonly rates = new RateBook((level, text, facts) => this.note(level, text, facts));
  readonly dropped = new DroppedEvents((level, text, facts) => this.note(level, text, facts));
  readonly traces = new TraceTable();
  readonly requestTraces = new RequestTraces();
  readonly figures = new Figures();
  readonly callers = new CallerMemory();
  /** Whether a numbering plan has a number, where plans are loaded. */
  numberPlan: { readonly isNumber?: (e164: string) => boolean } = {};
  readonly bulks = new BulkTable();
  readonly clearings = new ClearingMemory();
  /** Monitors whose calls may have begun or ended since the journal was told. */
  readonly callChanges = new Set<number>();
  /** Devices whose homes (R-RES-02) have changed since the journal was told. */
  readonly homeChanges = new Set<number>();
  /** Devices whose companion is to be set now, and what was one and is to be given up: until the input is done. */
  readonly companionsToSet = new Set<number>();
  readonly companionsToStop = new Set<Monitor>();
  /** Companions that found no room, by their id: of which device, and when to try again (monotonic ms), the soonest first. */
  readonly companionsWithoutRoom = new Map<number, { readonly deviceId: number; readonly atMs: number }>();
  private readonly monitorOf = (objectId: number) => this.monitors.get(objectId);
  private effects: Effect[] = [];
  private synthetic = 0;

  constructor(readonly settings: SwitchboardSettings) {
    this.sessions = new SessionTable(settings);
    this.limits = effectiveLimits(settings.limits);
  }

  takeEffects(): Effect[] {
    const effects = this.effects;
    this.effects = [];
    return effects;
  }

  /** Requests below 0 are those of bulk requests (monitor-bulk.ts). */
  answer(requestId: number, value: unknown, kept = false): void {
    this.requestTraces.end(requestId);
    if (requestId < 0) return this.bulks.answered(requestId, { ok: true, value });
    const { localCallId } = (value ?? {}) as { readonly localCallId?: number };
    this.traces.end(requestId, localCallId);
    this.figures.end(requestId, this.now.nowMs);
    this.effects.push({ kind: 'reply', requestId, outcome: { ok: true, value }, kept });
  }

  reply(requestId: number, outcome: CoreOutcome): void {
    this.requestTraces.end(requestId);
    this.effects.push({ kind: 'reply', requestId, outcome, kept: false });
  }

  refuse(requestId: number, refusal: Refusal, kept = false): void {
    this.requestTraces.end(requestId);
    if (requestId < 0) return this.bulks.answered(requestId, refused(refusal));
    this.traces.end(requestId);
    this.figures.end(requestId, this.now.nowMs, refusal.code);
    this.effects.push({ kind: 'reply', requestId, outcome: refused(refusal), kept });
  }

  journal(record: JournalRecord | undefined): void {
    if (record !== undefined) this.effects.push({ kind: 'journal', record });
  }

  note(level: 'info' | 'warn', text: string, facts: Readonly<Record<string, unknown>>): void {
    this.effects.push({ kind: 'note', level, text, facts });
  }

  setControllers(): void {
    const targets = [...this.controllers.values()]
      .filter(({ grant }) => grant.enabled)
      .map(({ grant: { icpId, address, port } }) => ({ icpId, address, port }));
    this.effects.push({ kind: 'controllers', targets });
  }

  effect(effect: Extract<Effect, { kind: 'ha-callback' }>): void {
    this.effects.push(effect);
  }

  /** Opens a request to the controller and sends it; false when too many are open. */
  send(controller: Controller, pending: Pending, request: Unnumbered<ControllerRequest>, kept = false): boolean {
    const correlation = controller.commands.add(pending, this.now.nowMs);
    if (correlation === undefined) return false;
    const traceparent = this.requestTraces.sending(pending, this.monitorOf);
    const { icpId } = controller;
    this.effects.push({ kind: 'send', icpId, request: { ...request, correlation } as ControllerRequest, kept, traceparent });
    return true;
  }

  /** Puts an event into a session's log; `describes`: what a gap of that log left out. */
  post(session: Session, body: EventBody, describes = false): void {
    this.postEntry(session, entryOf(body, this.now.nowMs), describes);
  }

  /** The same for an event of several sessions: they share the one entry. */
  postEntry(session: Session, entry: EventEntry, describes = false): void {
    session.log.append(entry, describes);
    this.wake(session);
  }

  /** The handler's session is gone: what is left is sent, then it ends. */
  retireHandler({ id }: Session): void {
    this.effects.push({ kind: 'handler', sessionId: id, handler: undefined, from: undefined, retires: true });
  }

  /** @param begins send from where it has acknowledged; else it goes on */
  tellHandler({ id, handler }: Session, begins = false): void {
    this.effects.push({ kind: 'handler', sessionId: id, handler: handler?.facts, from: begins ? handler?.ackedSeq : undefined });
  }

  /** An entry of a controller's directory has changed; undefined: anything may have. */
  tellDirectory(icpId: number, entry: { readonly deiId: number; readonly handle: number } | undefined): void {
    this.effects.push({ kind: 'directory', icpId, entry });
  }

  wake(session: Session): void {
    if (!session.wantsWake) return;
    session.wantsWake = false;
    this.effects.push({ kind: 'wake', sessionId: session.id });
  }

  /** An event id for something no controller named: unique within the instance. */
  syntheticId(): string {
    this.synthetic += 1;
    return `x-${this.settings.epoch.major}.${this.settings.epoch.minor}-${this.synthetic}`;
  }

  monitorCap(controller: Controller): number {
    const { grant, up, carried, places } = controller;
    const cap = controllerMonitorCap(grant.monitorsMax, this.limits, up?.platform);
    // What was held when the grant was lowered stays, and counts for us with whoever grants; what only lingers does neither.
    return Math.max(cap, Math.min(carried, places, controllerMonitorCap(carried, INSTANCE_LIMITS, up?.platform)));
  }

  /** What this instance may hold on a controller of this platform by its own limits. */
  ownMonitorCap(platform: 'x86' | 'powerpc' | undefined): number {
    return controllerMonitorCap(this.limits.monitorsPerController, this.limits, platform);
  }

  /** The controller an application names, when it may be used now; else why not (R-CLU-05, R-CLU-07). */
  usableController(icpId: number): { readonly controller: Controller } | { readonly refusal: Refusal } {
    const controller = this.controllers.get(icpId);
    if (controller === undefined) return { refusal: { code: 'CONTROLLER_UNKNOWN', detail: `no controller has the id ${icpId}` } };
    if (!controller.grant.enabled)
      return { refusal: { code: 'PRIVILEGE_VIOLATION', detail: `controller ${controller.grant.name} is disabled` } };
    if (!controller.connected) return { refusal: disconnected(controller) };
    return { controller };
  }
}

export function disconnected(controller: Controller): Refusal {
  return {
    code: 'CONTROLLER_DISCONNECTED',
    detail: `controller ${controller.grant.name} is ${controller.state}`,
    retryAfterMs: 1000,
  };
}

export const BUSY: Refusal = {
  code: 'RATE_LIMITED',
  detail: 'too many requests to this controller are under way',
  retryAfterMs: 1000,
};
export const NOT_KEPT: Refusal = {
  code: 'UNAVAILABLE',
  detail: 'the journal cannot be written; nothing may change now',
  retryAfterMs: 1000,
};
