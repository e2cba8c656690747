/** Taking in an access document: who may log in, which controllers there are, how much may be held. */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { effectiveLimits, admitControllers } from './admission.rules.js';
import { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import { onLink } from '../controllers/link-changes.js';
import { trimRestored } from '../licences/licence-expiry.js';
import { endMonitor, shrink, tryAsksAgain } from '../monitors/monitor-lifecycle.js';
import { ICP_ID_END } from '../numbering.rules.js';
import { adoptCompanions } from '../resilience/companion-monitors.js';
import { applicationOf } from './session-access.js';
import { endSession } from './session.operations.js';
import type { Session } from './session-table.js';

const CONTROLLER_REMOVED: Refusal = { code: 'CONTROLLER_UNKNOWN', detail: 'the controller was removed' };

/** Why a document cannot be taken in; nothing has changed then. */
export function documentRefusal(document: AccessDocument, limits: Core['settings']['limits']): Refusal | undefined {
  const ids = document.controllers.map(({ icpId }) => icpId);
  if (ids.some((icpId) => icpId >= ICP_ID_END)) return { code: 'INVALID_ARGUMENT', detail: `icpId must be below ${ICP_ID_END}` };
  if (new Set(ids).size !== ids.length) return { code: 'INVALID_ARGUMENT', detail: 'an icpId stands twice in the document' };
  return admitControllers(ids.length, effectiveLimits(limits, document.limits));
}

/** Takes the document in; the same one again changes nothing. Callers have checked {@link documentRefusal}. */
export function applyDocument(core: Core, document: AccessDocument): void {
  const isFirst = core.document === undefined;
  const capsBefore = new Map([...core.controllers].map(([icpId, controller]) => [icpId, core.monitorCap(controller)]));
  core.document = document;
  core.applications = new Map(document.applications.map((application) => [application.id, application]));
  core.licences.take(document, core.now);
  core.limits = effectiveLimits(core.settings.limits, document.limits);
  const granted = new Map(document.controllers.map((grant) => [grant.icpId, grant]));
  for (const [icpId, controller] of core.controllers) {
    const grant = granted.get(icpId);
    if (grant === undefined || !grant.enabled) onLink(core, controller, 'NOT_CONNECTED', undefined);
    if (grant === undefined) removeController(core, controller);
    else controller.grant = grant;
  }
  for (const [icpId, grant] of granted)
    if (!core.controllers.has(icpId))
      core.controllers.set(icpId, new Controller(grant, core.settings, (changed) => core.paceOrder.touch(changed)));
  adoptMonitors(core);
  for (const controller of core.controllers.values()) takeShare(core, controller, capsBefore.get(controller.icpId) ?? 0);
  adoptCompanions(core);
  core.setControllers();
  closeSessions(core, document);
  if (isFirst) trimRestored(core);
}

/** Our part of what several instances have at the controller. `capBefore`: of the document before, 0 when the controller was in none. */
function takeShare(core: Core, controller: Controller, capBefore: number): void {
  const { grant, pacer, room, objectIds, lingering, givingWay } = controller;
  const { monitorStartsPerSecond } = core.settings;
  pacer.setShare(core.now.nowMs, Math.min(monitorStartsPerSecond, grant.shared?.startsPerSecond ?? monitorStartsPerSecond));
  // What waits for a place that we never had is not carried: so what the journal brings back counts within the first grant, because since an
  // orderly stop others may have had the rest; and what is asked for again while it makes room waits for room.
  controller.carried = Math.min(capBefore, objectIds.size - lingering.size - givingWay.size);
  shrink(core, controller);
  room.isUnheard = false;
  tryAsksAgain(core, controller);
}

function removeController(core: Core, controller: Controller): void {
  core.controllers.delete(controller.icpId);
  for (const { requestId } of controller.room.asks.splice(0)) core.refuse(requestId, CONTROLLER_REMOVED);
  core.rates.forget(controller.icpId);
  core.figures.forget(controller.icpId);
  for (const objectId of [...controller.objectIds]) {
    const monitor = core.monitors.get(objectId);
    if (monitor !== undefined) endMonitor(core, controller, monitor, CONTROLLER_REMOVED);
  }
}

/** Monitors from the journal get their controller, or end when it is no longer granted. */
function adoptMonitors(core: Core): void {
  for (const session of core.sessions.all()) {
    for (const objectId of [...session.monitors]) {
      const monitor = core.monitors.get(objectId);
      if (monitor === undefined) continue;
      const controller = core.controllers.get(monitor.icpId);
      if (controller === undefined) endMonitor(core, undefined, monitor, CONTROLLER_REMOVED);
      else controller.objectIds.add(objectId);
    }
  }
}

/** R-ACL-01: what is no longer allowed is closed at once, with the reason. */
function closeSessions(core: Core, document: AccessDocument): void {
  for (const session of [...core.sessions.all()]) {
    const reason = closingReason(core, document, session);
    if (reason !== undefined) endSession(core, session, reason);
  }
}

function closingReason(core: Core, document: AccessDocument, session: Session): string | undefined {
  if (document.tenantStatus !== 'active') return `the tenant is ${document.tenantStatus}`;
  const application = applicationOf(core, session);
  if (application?.allowed !== true) return 'the application is not on the access-control list';
  if ((application.remote === true) !== session.access.external) return 'the application comes in another way now';
  const { userId } = session.access;
  if (userId === undefined || application.users?.some((user) => user.userId === userId) === true) return undefined;
  return 'the user is no longer one of the application';
}
