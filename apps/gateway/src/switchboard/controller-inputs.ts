/** What comes from a controller and its link, and what falls due there. */
import type { ControllerResponse, ResultName } from '#southbound/messages';
import { onCallAnswered, onCallNotSent, onCallUnknown, type CallResponse } from './call.operations.js';
import type { Controller, Pending } from './controller-table.js';
import { BUSY, disconnected, NOT_KEPT, type Core } from './core.js';
import { onEvent, onSnapshot, requestSnapshot } from './device-events.js';
import { OUTCOME_UNKNOWN } from './idempotency-table.js';
import { onLink } from './link-changes.js';
import { onLookedUp } from './lookup.operations.js';
import { enqueue, onStarted, onStopped, pump, repeatStop, startFailed } from './monitor-lifecycle.js';
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
  if (input.kind === 'link') return onLink(core, controller, controller.grant.enabled ? input.state : 'NOT_CONNECTED', input.up);
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
      pending.kind === kind && (!('target' in pending) || response.result !== 'OK' || pending.target === response.target),
  );
  if (taken === undefined)
    return core.note('info', 'an answer that belongs to no request was passed over', {
      icpId: controller.icpId,
      type: response.type,
    });
  const { pending, late } = taken;
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
  const monitor = core.monitors.get((pending as Extract<Pending, { kind: 'snapshot' }>).objectId);
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
  const pending = controller.commands.take(correlation, () => true)?.pending;
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
  for (const [correlation, pending] of controller.commands.expire(core.now.nowMs))
    onTimeout(core, controller, correlation, pending);
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
  pump(core, controller);
}

/** R-CLU-06 */
function onTimeout(core: Core, controller: Controller, correlation: number, pending: Pending): void {
  switch (pending.kind) {
    case 'lookup':
      return core.refuse(pending.requestId, { code: 'CONTROLLER_TIMEOUT', detail: 'the controller did not answer in time' });
    case 'call':
      if (pending.key !== undefined) controller.commands.keepLate(correlation, pending);
      return onCallUnknown(core, pending);
    case 'stop':
      return repeatStop(core, controller, pending);
    case 'snapshot': {
      const monitor = core.monitors.get(pending.objectId);
      if (monitor?.state !== 'set') return;
      monitor.snapshots = Math.max(0, monitor.snapshots - 1);
      return requestSnapshot(core, controller, monitor);
    }
    case 'start': {
      controller.starting -= 1;
      controller.unanswered += 1;
      controller.commands.keepLate(correlation, pending);
      const monitor = core.monitors.get(pending.objectId);
      if (monitor?.state === 'starting' && !OUTCOME_UNKNOWN.ok) startFailed(core, controller, monitor, OUTCOME_UNKNOWN.refusal);
    }
  }
}
