/** How things stand at a device, as the controller says when asked: what the sessions were told otherwise is put right (R-CC-08). */
import type { CallFacts, ControllerResponse } from '#southbound/messages';
import { featureMask } from './call-features.rules.js';
import { noteCalls } from '../events/calls-hint.js';
import type { Controller, Pending } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import { toldTo } from '../resilience/device-names.js';
import { toHolders } from '../events/event-delivery.js';
import { changedFeaturesEvent, globalCallIdText, snapshotEvent } from '../events/event-mapping.mapper.js';
import { learnUser } from '../monitors/hot-desk-users.js';
import type { CallView, Monitor } from '../monitors/monitor-table.js';
import { isLine, isResilient } from '../resilience/resilience.rules.js';
import type { Session } from '../sessions/session-table.js';

/** Calls asked for in one snapshot; what a controller says beyond is not read. */
const CALLS_MAX = 64;

/** Asks the controller how things stand; only the answer to the last such request counts. Monitors of features have no calls. */
export function requestSnapshot(core: Core, controller: Controller, monitor: Monitor): void {
  if (monitor.kind !== 'DEVICE') return;
  const pending = { kind: 'snapshot', objectId: monitor.objectId, target: monitor.handle, calls: [] } as const;
  if (!core.send(controller, pending, { type: 'SNAPSHOT_CALLS', target: monitor.handle, from: 0 })) {
    controller.snapshots.add(monitor.objectId);
    return;
  }
  monitor.snapshots += 1;
  monitor.touched = undefined;
}

/** The calls that were known here have ended, elsewhere and unseen. */
export function tellEnded(core: Core, monitor: Monitor): void {
  monitor.touched = undefined;
  compare(core, monitor, [], false);
}

export type SnapshotPending = Extract<Pending, { kind: 'snapshot' }>;
export type SnapshotResponse = Extract<ControllerResponse, { type: 'SNAPSHOT_CALLS_RESPONSE' }>;

/** Takes one page in; when it is the last, says every difference between what the sessions were told and how things stand. */
export function onSnapshot(
  core: Core,
  controller: Controller,
  monitor: Monitor,
  pending: SnapshotPending,
  response: SnapshotResponse,
): void {
  const calls = [...pending.calls, ...response.calls];
  const wantsMore = response.more && response.calls.length > 0 && calls.length < CALLS_MAX && monitor.snapshots === 1;
  const request = { type: 'SNAPSHOT_CALLS', target: monitor.handle, from: calls.length } as const;
  if (wantsMore && core.send(controller, { ...pending, calls }, request)) return;
  monitor.snapshots = Math.max(0, monitor.snapshots - 1);
  if (monitor.snapshots > 0 || monitor.state !== 'set' || response.result !== 'OK') return;
  monitor.traits = response.traits;
  compare(core, monitor, calls, response.more);
  monitor.touched = undefined;
  learnUser(core, controller, monitor);
  // where a resilient device is at home is asked as soon as it is known to be one (R-RES-02)
  if (mayHaveHomes(monitor)) controller.devicesToAsk.add(monitor.objectId);
  if (isLine(response.traits) && !controller.lines.has(monitor.objectId)) controller.devicesToAsk.add(monitor.objectId);
}

/** Whether its controller has to be asked where the device is at home. */
export const mayHaveHomes = (monitor: Monitor): boolean =>
  isResilient(monitor.traits) || monitor.device !== monitor || monitor.homes !== undefined;

/** Calls with newer events are left alone. All facts are taken in before anything is told, so that what is told of features is right at once. */
function compare(core: Core, monitor: Monitor, calls: readonly CallFacts[], more: boolean): void {
  const listed = new Set<number>();
  const changed: CallView[] = [];
  for (const facts of calls) {
    listed.add(facts.localCallId);
    const call = viewOf(facts);
    const known = monitor.calls.get(call.localCallId);
    if ((call.state === 'null' && known === undefined) || monitor.touched?.has(call.localCallId) === true) continue;
    const same = known?.state === call.state && known.globalCallId === call.globalCallId;
    if (!same) changed.push(call);
    monitor.setCall(same ? { ...call, mask: known.mask } : call);
  }
  for (const call of more ? [] : [...monitor.calls.values()]) {
    if (listed.has(call.localCallId) || monitor.touched?.has(call.localCallId) === true) continue;
    changed.push({ ...call, state: 'null' });
    monitor.setCall({ ...call, state: 'null' });
  }
  noteCalls(core, monitor);
  for (const call of changed) {
    const told = { ...call, mask: featureMask(call, monitor) };
    if (told.state !== 'null') monitor.updateCall(told);
    toHolders(core, monitor, snapshotEvent(monitor.told, told, core.syntheticId(), core.now.wallMs));
  }
  for (const call of monitor.calls.values()) {
    const mask = featureMask(call, monitor);
    if (mask === call.mask) continue;
    monitor.updateCall({ ...call, mask });
    toHolders(core, monitor, changedFeaturesEvent(monitor.told, { ...call, mask }, core.syntheticId(), core.now.wallMs));
  }
}

/** @param facts as the wire has them */
export function viewOf(facts: CallFacts): CallView {
  const { localCallId, globalCallId, localState, flags, linkedCallId, parties, failureCause } = facts;
  const common = { localCallId, flags, linkedCallId, parties, failureCause, mask: 0 };
  return { ...common, globalCallId: globalCallIdText(globalCallId), state: localState };
}

/** Tells one session how things stand with a device as far as we know; for a session that comes to a monitor that stands already. */
export function describe(core: Core, session: Session, { slots }: Pick<Monitor, 'slots'>): void {
  for (const slot of slots)
    for (const call of slot.calls.values())
      core.post(session, snapshotEvent(toldTo(session, slot), call, core.syntheticId(), core.now.wallMs));
}
