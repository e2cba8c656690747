/** What a controller reports to a monitor: live events, jumps in their numbering, and what follows for the other calls (R-CC-08, R-CC-09). */
import { CALL_FLAGS, type EventMessage, type LocalStateName } from '#southbound/messages';
import { featureMask } from './call-features.rules.js';
import { noteCalls } from '../events/calls-hint.js';
import { advance, isConnectionEvent, mayJoin } from '../controllers/connection-state.rules.js';
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import { onService } from '../resilience/device-homes.js';
import { requestSnapshot } from './device-snapshots.js';
import { directoryChanged, directoryUnknown } from '../directory/directory-events.js';
import { gapToHolders, toHolders } from '../events/event-delivery.js';
import { changedFeaturesEvent, deviceEvent, featureEvent, globalCallIdText, liveEvent } from '../events/event-mapping.mapper.js';
import type { CallView, Monitor } from '../monitors/monitor-table.js';
import { monitorIdsOf } from '../numbering.rules.js';
import { isServiceNews } from '../resilience/resilience.rules.js';

export function onEvent(core: Core, controller: Controller, message: EventMessage): void {
  const objectId = controller.references.get(message.monitorReference);
  const monitor = objectId === undefined ? undefined : core.monitors.get(objectId);
  if (objectId === undefined) return onEarlyEvent(core, controller, message);
  if (monitor?.state !== 'set' || monitor.reference !== message.monitorReference) return;
  // a monitor of a whole controller has no handle of its own
  if (monitor.handle !== 0 && monitor.handle !== message.target) return;
  if (message.monitorSequence <= monitor.lastSequence) return;
  const lost = message.monitorSequence - monitor.lastSequence - 1;
  monitor.lastSequence = message.monitorSequence;
  if (lost > 0) onMissed(core, controller, monitor, lost);
  monitor.heardWallMs = core.now.wallMs;
  deliver(core, controller, monitor, message);
}

/**
 * The answer to a start comes on the other connection and may be behind the monitor's first events. Which of the monitors that are being
 * started it belongs to shows when they stand.
 */
function onEarlyEvent(core: Core, controller: Controller, message: EventMessage): void {
  for (const monitorId of monitorIdsOf(controller.icpId, message.target)) {
    const monitor = core.monitors.get(monitorId);
    if (monitor?.state === 'starting') monitor.keepEarly(message);
  }
}

function onMissed(core: Core, controller: Controller, monitor: Monitor, lost: number): void {
  core.note('warn', 'events of a monitor were lost on the way', { icpId: monitor.icpId, objectId: monitor.objectId, lost });
  gapToHolders(core, monitor, { since: monitor.heardWallMs, lost, reason: 'missed' });
  monitor.saidMove = false;
  requestSnapshot(core, controller, monitor);
  directoryUnknown(core, monitor);
}

function deliver(core: Core, controller: Controller, monitor: Monitor, message: EventMessage): void {
  const bootId = controller.up?.bootId ?? 0;
  const { eventType } = message;
  if (eventType === 'DIRECTORY_CHANGED') return directoryChanged(core, monitor, message);
  if (!isServiceNews(eventType)) monitor.saidMove = false;
  else if (monitor.kind === 'DEVICE' && !onService(core, controller, monitor, message)) return;
  if (eventType === 'UNKNOWN_EVENT') {
    const facts = { icpId: monitor.icpId, objectId: monitor.objectId };
    return core.note('info', 'an event of an unknown type was passed over', facts);
  }
  if (monitor.kind === 'DEVICE' && isConnectionEvent(eventType)) return deliverCall(core, monitor, bootId, message);
  toHolders(core, monitor, featureEvent(monitor.told, bootId, message) ?? deviceEvent(monitor.told, bootId, message));
  if (eventType === 'WORK_TIMER_EXPIRED') stopWorkTimer(core, monitor, message);
}

function deliverCall(core: Core, monitor: Monitor, bootId: number, message: EventMessage): void {
  const { localCallId, eventType } = message;
  const globalCallId = globalCallIdText(message.globalCallId);
  const known = monitor.calls.get(localCallId);
  const state = monitor.hasEnded(localCallId, globalCallId) ? undefined : nextState(known, globalCallId, message);
  if (state === undefined) {
    const { icpId, objectId } = monitor;
    const facts = { icpId, objectId, localCallId, eventType, current: known?.state ?? 'null' };
    return core.note('info', 'a late event was dropped: the later state stands', facts);
  }
  if (monitor.snapshots > 0) (monitor.touched ??= new Set()).add(localCallId);
  const call = factsAfter(known, message, globalCallId, state);
  monitor.setCall(call);
  noteCalls(core, monitor);
  const mask = featureMask(call, monitor);
  if (state !== 'null') monitor.setCall({ ...call, mask });
  toHolders(core, monitor, liveEvent(monitor.told, bootId, message, state, mask));
  if (monitor.calls.size > 0) tellChangedFeatures(core, monitor, bootId, message);
}

/** A call goes by its local id; where its global id is another one, it has been joined, or is a new call under a number used before. */
function nextState(
  known: CallView | undefined,
  globalCallId: string | null,
  { eventType, localState, cause }: EventMessage,
): LocalStateName | undefined {
  // a call that had failed becomes a listener's
  if (cause === 'ACD_SILENT_MONITOR_INVOKED' && known?.state === 'fail') return localState;
  const same = known !== undefined && (known.globalCallId === globalCallId || mayJoin(eventType));
  const next = same ? advance(known.state, eventType, localState) : undefined;
  return next ?? (known?.globalCallId === globalCallId ? undefined : advance('null', eventType, localState));
}

function factsAfter(
  known: CallView | undefined,
  message: EventMessage,
  globalCallId: string | null,
  state: LocalStateName,
): CallView {
  const { localCallId, flags = 0, linkedCallId = 0, parties = 0, eventType, cause } = message;
  const failureCause = state !== 'fail' ? 'UNKNOWN' : eventType === 'FAILED' ? cause : (known?.failureCause ?? 'UNKNOWN');
  return { localCallId, globalCallId, state, flags, linkedCallId, parties, failureCause, mask: known?.mask ?? 0 };
}

/** What happens to one call may change what is allowed for the others of its device: they are told, so that each list shown last is exact. */
function tellChangedFeatures(core: Core, monitor: Monitor, bootId: number, message: EventMessage): void {
  for (const call of monitor.calls.values()) {
    if (call.localCallId === message.localCallId) continue;
    const mask = featureMask(call, monitor);
    if (mask === call.mask) continue;
    monitor.updateCall({ ...call, mask });
    const eventId = `${monitor.icpId}-${bootId}-${monitor.handle}-${message.serial}-${call.localCallId}`;
    toHolders(core, monitor, changedFeaturesEvent(monitor.told, { ...call, mask }, eventId, message.time));
  }
}

function stopWorkTimer(core: Core, monitor: Monitor, message: EventMessage): void {
  for (const call of monitor.calls.values()) monitor.updateCall({ ...call, flags: call.flags & ~CALL_FLAGS.WORK_TIMER });
  tellChangedFeatures(core, monitor, 0, { ...message, localCallId: 0 });
}
