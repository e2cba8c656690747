/** How calls stand now, for applications that ask: always as the controller says, whether or not the device is monitored. */
import type { CallViewEvent } from '#contracts/application-api';
import type { CallFacts, ControllerResponse } from '#southbound/messages';
import { featureMask } from './call-features.rules.js';
import { targetOf } from './command.operations.js';
import { granted, refusalOf } from '../controllers/controller-results.mapper.js';
import type { Controller, Pending } from '../controllers/controller-table.js';
import { BUSY, type Core } from '../core.js';
import { isAtSecondary } from '../resilience/device-homes.js';
import { toldTo } from '../resilience/device-names.js';
import { viewOf } from './device-snapshots.js';
import { snapshotEvent, type DeviceRef } from '../events/event-mapping.mapper.js';
import type { CallView } from '../monitors/monitor-table.js';
import type { Session } from '../sessions/session-table.js';
import type { OperationOf } from '../switchboard.port.js';

/** Calls read of one device. */
const CALLS_MAX = 64;

export type ViewName = 'getCallStatus' | 'advGetCallStatus' | 'snapshotDevice' | 'snapshotCall';
const NAMES: ReadonlySet<string> = new Set<ViewName>(['getCallStatus', 'advGetCallStatus', 'snapshotDevice', 'snapshotCall']);
export const isView = (name: string): name is ViewName => NAMES.has(name);

export function callView(core: Core, session: Session, requestId: number, operation: OperationOf<ViewName>): void {
  if (operation.name === 'snapshotCall') return snapshotCall(core, session, requestId, operation.request.globalCallId);
  const { objectId } = operation.request;
  const target = targetOf(core, objectId);
  if ('code' in target) return core.refuse(requestId, target);
  const { controller, handle } = target;
  session.controllers.add(controller.icpId);
  const { icpId } = controller;
  const device = {
    icpId,
    objectId,
    handle,
    ...(isAtSecondary(core, objectId) ? ({ icpRole: 'secondary' } as const) : {}),
  };
  const done = (calls: readonly CallFacts[], traits: number): void => {
    const views = viewsOf(core, device, calls.map(viewOf), traits);
    if (operation.name === 'snapshotDevice') return core.answer(requestId, { calls: views });
    const [first] = [...views].sort((a, b) => weight(a) - weight(b));
    core.answer(requestId, first === undefined ? {} : { callEvent: first });
  };
  const pending = { kind: 'calls', requestId, target: handle, calls: [], done } as const;
  if (!core.send(controller, pending, { type: 'SNAPSHOT_CALLS', target: handle, from: 0 })) core.refuse(requestId, BUSY);
}

/** The call that counts: the one that is not on hold, else the one held last. */
const weight = ({ callState, localCallId }: CallViewEvent): number => (callState === 'HELD' ? 1 + 1 / (1 + localCallId) : 0);

function viewsOf(core: Core, device: DeviceRef, calls: readonly CallView[], traits: number): CallViewEvent[] {
  const all = { traits, calls: new Map(calls.map((call) => [call.localCallId, call])) };
  return calls.map((call) =>
    snapshotEvent(device, { ...call, mask: featureMask(call, all) }, core.syntheticId(), core.now.wallMs),
  );
}

type CallsPending = Extract<Pending, { kind: 'calls' }>;
export type CallsResponse = Extract<ControllerResponse, { type: 'SNAPSHOT_CALLS_RESPONSE' }>;

export function onCallsAnswered(core: Core, controller: Controller, pending: CallsPending, response: CallsResponse): void {
  if (!granted(response.result)) return core.refuse(pending.requestId, refusalOf(response.result));
  const calls = [...pending.calls, ...response.calls];
  if (!response.more || response.calls.length === 0 || calls.length >= CALLS_MAX) return pending.done(calls, response.traits);
  const next = { type: 'SNAPSHOT_CALLS', target: pending.target, from: calls.length } as const;
  if (!core.send(controller, { ...pending, calls }, next)) core.refuse(pending.requestId, BUSY);
}

/** The call at every device this session monitors, from what it has been told. */
function snapshotCall(core: Core, session: Session, requestId: number, globalCallId: string): void {
  const calls: CallViewEvent[] = [];
  for (const objectId of session.monitors) {
    const monitor = core.monitors.get(objectId);
    if (monitor?.holders.has(session.id) !== true) continue;
    for (const slot of monitor.slots)
      for (const call of slot.calls.values())
        if (call.globalCallId === globalCallId)
          calls.push(snapshotEvent(toldTo(session, slot), call, core.syntheticId(), core.now.wallMs));
  }
  if (calls.length > 0) return core.answer(requestId, { calls });
  core.refuse(requestId, { code: 'INVALID_CONNECTION', detail: 'no device that this session monitors is in that call' });
}
