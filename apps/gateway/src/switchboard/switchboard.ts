/**
 * The core of a gateway instance: takes one input at a time and answers what is to be done. Sans-IO: no clock, no randomness, no
 * promises, so a simulation in virtual time runs exactly this. Everything in it is bounded by the caps of admission and by constants.
 */
import type { AccessDocument } from '#contracts/gateway-admin';
import { applyDocument } from './access-changes.js';
import { callCommand } from './call.operations.js';
import { fromController, tickController } from './controller-inputs.js';
import { Core, NOT_KEPT } from './core.js';
import { getEvents, nextEvent } from './event.operations.js';
import { getIcpId, getPhoneNumberId } from './lookup.operations.js';
import { releaseMonitor, requestMonitor } from './monitor-lifecycle.js';
import { restore } from './restore.js';
import { endSession, findSession, login, logout } from './session.operations.js';
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
import { CONTRACT_VERSION } from './version.rules.js';

export class Switchboard {
  private readonly core: Core;

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
  restore(records: Iterable<JournalRecord>, now: Instant): void {
    this.core.now = now;
    restore(this.core, records);
  }

  /** Everything a later incarnation needs, for a compact journal. */
  *records(): Generator<JournalRecord> {
    for (const { id, tokenHash, applicationId, applicationName, monitors } of this.core.sessions.all()) {
      yield { t: 'session', id, tokenHash, applicationId, applicationName };
      for (const objectId of monitors)
        if (this.core.monitors.get(objectId)?.holders.has(id) === true) yield { t: 'monitor', sessionId: id, objectId };
    }
    yield* this.core.keys.records();
  }

  report(): SwitchboardReport {
    const { sessions, monitors, limits, controllers, draining } = this.core;
    return {
      draining,
      sessions: { used: sessions.size, cap: limits.sessions },
      monitors: { used: monitors.places, cap: limits.monitors },
      controllers: [...controllers.values()].map((controller) => ({
        icpId: controller.icpId,
        address: controller.grant.address,
        state: controller.state,
        monitors: { used: controller.places, cap: this.core.monitorCap(controller) },
      })),
    };
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
      }
    }
  }

  private operation({ requestId, caller, operation }: Extract<Input, { kind: 'operation' }>): void {
    if (operation.name === 'login') return login(this.core, requestId, operation);
    const session = findSession(this.core, caller, operation.request.sessionId);
    if ('code' in session) return this.core.refuse(requestId, session);
    this.sessionOperation(session, requestId, operation);
  }

  private sessionOperation(session: Session, requestId: number, operation: Exclude<CoreOperation, { name: 'login' }>): void {
    const { core } = this;
    switch (operation.name) {
      case 'logout':
        return logout(core, session, requestId);
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
        return getEvents(core, session, requestId, operation.request.after, operation.request.max);
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
    const monitor = core.monitors.get(objectId);
    const held = monitor?.holders.has(session.id) === true;
    if (monitor === undefined || !session.monitors.has(objectId)) {
      return core.refuse(requestId, { code: 'MONITOR_NOT_SET', detail: `the session holds no monitor of ${objectId}` });
    }
    if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
    releaseMonitor(core, session, monitor, { code: 'MONITOR_NOT_SET', detail: 'the monitor was stopped before it was set' });
    if (held) core.journal({ t: 'monitor-end', sessionId: session.id, objectId });
    core.answer(requestId, {}, true);
  }

  private tick(): void {
    const { core } = this;
    for (const session of core.sessions.silent(core.now.nowMs))
      endSession(core, session, `silent for more than ${core.settings.sessionKeepAliveMs} ms`);
    for (const session of core.sessions.all()) session.log.expire(core.now.nowMs);
    core.keys.expire(core.now.nowMs);
    for (const controller of core.controllers.values()) tickController(core, controller);
  }
}
