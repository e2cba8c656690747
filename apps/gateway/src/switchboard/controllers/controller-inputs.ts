/** What comes from a controller and its link, and what falls due there. */
import type { Refusal } from '#contracts/errors';
import type { ControllerResponse, ResultName } from '#southbound/messages';
import { type CallsResponse, onCallsAnswered } from '../calls/call-views.operations.js';
import { type CommandResponse, onCommandAnswered, onCommandNotSent, onCommandUnknown } from '../calls/command.operations.js';
import { granted } from './controller-results.mapper.js';
import type { Controller, Pending } from './controller-table.js';
import { BUSY, disconnected, NOT_KEPT, type Core } from '../core.js';
import { onEvent } from '../calls/device-events.js';
import { onSnapshot, requestSnapshot, type SnapshotResponse } from '../calls/device-snapshots.js';
import { OUTCOME_UNKNOWN } from '../sessions/idempotency-table.js';
import { onLink } from './link-changes.js';
import { type LookupResponse, onLookedUp } from './lookup.operations.js';
import {
  enqueue,
  onStarted,
  onStopped,
  pump,
  repeatStop,
  settle,
  startFailed,
  tryAsksAgain,
  type StartResponse,
} from '../monitors/monitor-lifecycle.js';
import { lingeredOut } from '../monitors/monitor-thrash.js';
import { failQuery, onQueryAnswered, type QueryResponse } from '../calls/query.operations.js';
import type { Input } from '../switchboard.port.js';

/** Which requests a type of answer may belong to. */
const RESPONSE_KINDS: Readonly<Record<ControllerResponse['type'], readonly Pending['kind'][]>> = {
  LOOKUP_DEVICE_RESPONSE: ['lookup'],
  LOOKUP_RESPONSE: ['lookup'],
  MONITOR_START_RESPONSE: ['start'],
  MONITOR_OBJECT_RESPONSE: ['start'],
  MONITOR_STOP_RESPONSE: ['stop'],
  SNAPSHOT_DEVICE_RESPONSE: [],
  SNAPSHOT_CALLS_RESPONSE: ['snapshot', 'calls', 'probe'],
  MAKE_CALL_RESPONSE: ['command'],
  ANSWER_CALL_RESPONSE: ['command'],
  CLEAR_CALL_RESPONSE: ['command'],
  HOLD_CALL_RESPONSE: ['command'],
  RETRIEVE_CALL_RESPONSE: ['command'],
  CALL_COMMAND_RESPONSE: ['command'],
  DEVICE_COMMAND_RESPONSE: ['command'],
  QUERY_RESPONSE: ['query'],
  DIRECTORY_READ_RESPONSE: [],
  DIRECTORY_WRITE_RESPONSE: [],
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
  const kinds = RESPONSE_KINDS[response.type];
  const taken = controller.commands.take(
    response.correlation,
    (pending) =>
      kinds.includes(pending.kind) && (!('target' in pending) || !granted(response.result) || pending.target === response.target),
  );
  if (taken === undefined)
    return core.note('info', 'an answer that belongs to no request was passed over', {
      icpId: controller.icpId,
      type: response.type,
    });
  const { pending, late, order } = taken;
  controller.pacer.wasRead(core.now.nowMs, order);
  answered(core, controller, pending, response, late);
}

/** The kind of the request and the type of the answer fit each other here. */
function answered(core: Core, controller: Controller, pending: Pending, response: ControllerResponse, late: boolean): void {
  switch (pending.kind) {
    case 'lookup':
      return onLookedUp(core, controller.icpId, pending, response as LookupResponse);
    case 'command':
      return onCommandAnswered(core, pending, response as CommandResponse, late);
    case 'query':
      return onQueryAnswered(core, controller, pending, response as QueryResponse);
    case 'calls':
      return onCallsAnswered(core, controller, pending, response as CallsResponse);
    case 'stop':
      return onStopAnswered(core, controller, pending, response.result);
    case 'start':
      if (late) controller.unanswered -= 1;
      else controller.starting -= 1;
      return late && !granted(response.result) ? undefined : onStarted(core, controller, pending, response as StartResponse);
    case 'snapshot': {
      const monitor = core.monitors.get(pending.objectId);
      if (monitor !== undefined) onSnapshot(core, controller, monitor, pending, response as SnapshotResponse);
    }
  }
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
  if (pending?.kind === 'query') return failQuery(core, pending, refusal);
  if (pending?.kind === 'lookup' || pending?.kind === 'calls') return core.refuse(pending.requestId, refusal);
  if (pending?.kind === 'command') return onCommandNotSent(core, pending, refusal);
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
    if (monitor?.state === 'resting') enqueue(core, controller, monitor);
  }
  for (let count = controller.stops.size; count > 0; count -= 1) repeatStop(core, controller, controller.stops.shift()!);
  for (const objectId of [...controller.snapshots]) {
    controller.snapshots.delete(objectId);
    const monitor = core.monitors.get(objectId);
    if (monitor?.state === 'set') requestSnapshot(core, controller, monitor);
  }
  for (const monitor of lingeredOut(core, controller)) settle(core, controller, monitor);
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

const NO_ANSWER: Refusal = { code: 'CONTROLLER_TIMEOUT', detail: 'the controller did not answer in time' };

/** R-CLU-06 */
function onTimeout(
  core: Core,
  controller: Controller,
  expired: { readonly correlation: number; readonly pending: Pending; readonly order: number },
): void {
  const { pending } = expired;
  switch (pending.kind) {
    case 'query':
      return failQuery(core, pending, NO_ANSWER);
    case 'lookup':
    case 'calls':
      return core.refuse(pending.requestId, NO_ANSWER);
    case 'command':
      if (pending.key !== undefined) controller.commands.keepLate(expired);
      return onCommandUnknown(core, pending);
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
      core.send(controller, { kind: 'probe', target }, { type: 'SNAPSHOT_CALLS', target, from: 0 });
      const monitor = core.monitors.get(pending.objectId);
      if (monitor?.state === 'starting' && !OUTCOME_UNKNOWN.ok) startFailed(core, controller, monitor, OUTCOME_UNKNOWN.refusal);
    }
  }
}
