/** What comes from a controller and its link, and what falls due there. */
import type { ControllerResponse, ResultName } from '#southbound/messages';
import { onCallAnswered, onCallNotSent, onCallUnknown, type CallResponse } from './call.operations.js';
import type { Controller, Pending } from './controller-table.js';
import { BUSY, disconnected, NOT_KEPT, type Core } from './core.js';
import { onEvent, onSnapshot, requestSnapshot } from './device-events.js';
import { OUTCOME_UNKNOWN } from './idempotency-table.js';
import { onLink } from './link-changes.js';
import { onLookedUp } from './lookup.operations.js';
import { enqueue, onStarted, onStopped, pump, repeatStop, startFailed, tryAsksAgain } from './monitor-lifecycle.js';
import type { Input } from './switchboard.port.js';

const RESPONSE_KIND: Readonly<Record<ControllerResponse['type'], Pending['kind']>> = {
  LOOKUP_DEVICE_RESPONSE: 'lookup',
  MONITOR_START_RESPONSE: 'start',
  MONITOR_STOP_RESPONSE: 'stop',
  SNAPSHOT_DEVICE_RESPONSE: 'snapshot',
  MAKE_CALL_RESPONSE: 'call',
  ANSWER_CALL_RESPONSE: 'call',
  CLEAR_CALL_RESPONSE: 'call',
  HOLD_CALL_RESPONSE: 'call',
  RETRIEVE_CALL_RESPONSE: 'call',
};

export function fromController(
  core: Core,
  controller: Controller,
  input: Extract<Input, { kind: 'message' | 'link' | 'send-failed' }>,
): void {
  if (input.kind === 'link')
    return onLink(core, controller, controller.grant.enabled ? input.state : 'NOT_CONNECTED', input.up, input.silentMs);
  if (input.kind === 'send-failed') return onNotSent(core, controller, input.correlation);
  if (input.message.type === 'EVENT') return onEvent(core, controller, input.message);
  onResponse(core, controller, input.message);
  pump(core, controller);
}

function onResponse(core: Core, controller: Controller, response: ControllerResponse): void {
  const kind = RESPONSE_KIND[response.type];
  const taken = controller.commands.take(
    response.correlation,
    (pending) =>
      (pending.kind === kind || (pending.kind === 'probe' && kind === 'snapshot')) &&
      (!('target' in pending) || response.result !== 'OK' || pending.target === response.target),
  );
  if (taken === undefined)
    return core.note('info', 'an answer that belongs to no request was passed over', {
      icpId: controller.icpId,
      type: response.type,
    });
  const { pending, late, order } = taken;
  controller.pacer.wasRead(core.now.nowMs, order);
  if (pending.kind === 'lookup' && response.type === 'LOOKUP_DEVICE_RESPONSE')
    return onLookedUp(core, controller.icpId, pending.requestId, response);
  if (pending.kind === 'call') return onCallAnswered(core, pending, response as CallResponse, late);
  if (pending.kind === 'stop') return onStopAnswered(core, controller, pending, response.result);
  if (pending.kind === 'start' && response.type === 'MONITOR_START_RESPONSE') {
    if (late) controller.unanswered -= 1;
    else controller.starting -= 1;
    if (late && response.result !== 'OK') return;
    return onStarted(core, controller, pending, response);
  }
  if (pending.kind !== 'snapshot') return;
  const monitor = core.monitors.get(pending.objectId);
  if (monitor !== undefined && response.type === 'SNAPSHOT_DEVICE_RESPONSE') onSnapshot(core, monitor, response);
}

/** Whatever the refusal, the monitor is not there any more, except when the controller had no time to look. */
function onStopAnswered(
  core: Core,
  controller: Controller,
  pending: Extract<Pending, { kind: 'stop' }>,
  result: ResultName,
): void {
  if (result === 'OVERLOADED' || result === 'REFUSED') controller.stops.push(pending);
  else onStopped(core, controller, pending);
}

function onNotSent(core: Core, controller: Controller, correlation: number): void {
  const taken = controller.commands.take(correlation, () => true);
  const pending = taken?.pending;
  if (taken !== undefined) controller.pacer.notSent(taken.order);
  const refusal = !core.keeping ? NOT_KEPT : controller.connected ? BUSY : disconnected(controller);
  if (pending?.kind === 'lookup') return core.refuse(pending.requestId, refusal);
  if (pending?.kind === 'call') return onCallNotSent(core, pending, refusal);
  if (pending?.kind === 'stop') return void controller.stops.push(pending);
  if (pending?.kind === 'snapshot') return void controller.snapshots.add(pending.objectId);
  if (pending?.kind !== 'start') return;
  controller.starting -= 1;
  const monitor = core.monitors.get(pending.objectId);
  if (monitor?.state === 'starting') startFailed(core, controller, monitor, refusal);
}

export function tickController(core: Core, controller: Controller): void {
  for (const expired of controller.commands.expire(core.now.nowMs)) onTimeout(core, controller, expired);
  for (const [objectId, atMs] of controller.retries) {
    const monitor = atMs <= core.now.nowMs ? core.monitors.get(objectId) : undefined;
    if (monitor?.state === 'resting') enqueue(controller, monitor);
  }
  for (let count = controller.stops.size; count > 0; count -= 1) repeatStop(core, controller, controller.stops.shift()!);
  for (const objectId of [...controller.snapshots]) {
    controller.snapshots.delete(objectId);
    const monitor = core.monitors.get(objectId);
    if (monitor?.state === 'set') requestSnapshot(core, controller, monitor);
  }
  noteWants(core, controller);
  tryAsksAgain(core, controller);
  pump(core, controller);
}

/** Whether more starts wait than go within two seconds; it is so until none waits. */
function noteWants(core: Core, controller: Controller): void {
  const { starts, pacer, grant } = controller;
  if (starts.size === 0 || grant.shared === undefined) controller.startsWantedSinceMs = undefined;
  else if (starts.size > 2 * pacer.perSecond) controller.startsWantedSinceMs ??= core.now.nowMs;
}

/** R-CLU-06 */
function onTimeout(
  core: Core,
  controller: Controller,
  expired: { readonly correlation: number; readonly pending: Pending; readonly order: number },
): void {
  const { pending } = expired;
  switch (pending.kind) {
    case 'lookup':
      return core.refuse(pending.requestId, { code: 'CONTROLLER_TIMEOUT', detail: 'the controller did not answer in time' });
    case 'call':
      if (pending.key !== undefined) controller.commands.keepLate(expired);
      return onCallUnknown(core, pending);
    case 'stop':
      return repeatStop(core, controller, pending);
    case 'probe':
      return;
    case 'snapshot': {
      const monitor = core.monitors.get(pending.objectId);
      if (monitor?.state !== 'set') return;
      monitor.snapshots = Math.max(0, monitor.snapshots - 1);
      return requestSnapshot(core, controller, monitor);
    }
    case 'start': {
      controller.starting -= 1;
      controller.unanswered += 1;
      controller.commands.keepLate(expired);
      // Its place in the pace stays taken until something shows that it was read: whatever is answered to this.
      const { target } = pending;
      core.send(controller, { kind: 'probe', target }, { type: 'SNAPSHOT_DEVICE', target });
      const monitor = core.monitors.get(pending.objectId);
      if (monitor?.state === 'starting' && !OUTCOME_UNKNOWN.ok) startFailed(core, controller, monitor, OUTCOME_UNKNOWN.refusal);
    }
  }
}
