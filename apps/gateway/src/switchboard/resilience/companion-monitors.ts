/**
 * Companions: the monitor of a resilient device at its other controller (R-RES-01). Mostly that is the secondary one; of a device that an application
 * monitors by its id there it is the primary one, until that has confirmed it (device-merge.ts). They go the way of all monitors, behind those that
 * applications wait for, and take places there (R-LIM-04); without room it is tried again, and said.
 */
import { admitControllerMonitor } from '../sessions/admission.rules.js';
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import { askHomes, forgetHomes, newHomes } from './device-homes.js';
import { becomeOne } from './device-merge.js';
import { mayHaveHomes } from '../calls/device-snapshots.js';
import { askWhetherUser, mayBeUser } from '../monitors/hot-desk-users.js';
import { askLine } from '../monitors/line-appearances.js';
import { addMonitor, enqueue, pump, settle } from '../monitors/monitor-lifecycle.js';
import { kindRefusal } from '../monitors/monitor-kinds.js';
import { Monitor } from '../monitors/monitor-table.js';
import { makeObjectId } from '../numbering.rules.js';
import { icpIdAt } from '../calls/query-answers.mapper.js';
import { isLine } from './resilience.rules.js';
import type { JournalRecord } from '../switchboard.port.js';

const NO_ROOM_RETRY_MS = 30_000;
/** Devices asked for at one controller with one tick, so that commands find room among the open requests. */
const ASKED_PER_TICK = 100;
/** Object ids in one record, so that it stays below the journal's bound. */
const IDS_MAX = 2000;

/** After every input: sets and gives up what has become due by it. */
export function keepCompanions(core: Core): void {
  for (const companion of core.companionsToStop) {
    core.companionsToStop.delete(companion);
    if (companion.places === 0) settle(core, core.controllers.get(companion.icpId), companion);
  }
  for (const objectId of core.companionsToSet) {
    core.companionsToSet.delete(objectId);
    const monitor = core.monitors.get(objectId);
    if (monitor === undefined) continue;
    if (monitor.device === monitor) setCompanion(core, monitor);
    else if (monitor.homes !== undefined) becomeOne(core, monitor, monitor.device);
  }
}

/** With a new access document: its controllers may be those that were missing. */
export function adoptCompanions(core: Core): void {
  for (const device of core.monitors.all())
    if (otherAddressOf(device) !== undefined && device.companion === undefined) core.companionsToSet.add(device.objectId);
}

const otherAddressOf = ({ homes, primaryAddress }: Monitor): string | undefined => homes?.secondaryAddress ?? primaryAddress;

function setCompanion(core: Core, device: Monitor): void {
  const address = otherAddressOf(device);
  if (address === undefined || device.companion !== undefined || device.places === 0) return;
  const icpId = icpIdAt(core, address);
  const controller = icpId === undefined ? undefined : core.controllers.get(icpId);
  if (controller === undefined || icpId === device.icpId) return;
  const companionId = makeObjectId(controller.icpId, device.handle);
  const there = core.monitors.get(companionId);
  if (there !== undefined) return joinOther(core, controller, device, there);
  const full =
    admitControllerMonitor(controller.places, core.monitorCap(controller)) ??
    kindRefusal(core, controller, 'devices', { total: 1, shared: device.applications });
  if (full !== undefined) {
    const facts = { ...full, icpId: controller.icpId, objectId: device.objectId };
    core.note('warn', 'there is no room for the other monitor of a resilient device: it is not followed until there is', facts);
    controller.room.miss(core.now.nowMs);
    return tryLater(core, device, companionId);
  }
  const companion = addMonitor(core, controller, new Monitor(companionId, controller.icpId, device.handle));
  core.monitors.attach(device, companion);
  if (!controller.connected) return;
  enqueue(core, controller, companion);
  pump(core, controller);
}

function tryLater(core: Core, device: Monitor, companionId: number): void {
  core.companionsWithoutRoom.delete(companionId);
  core.companionsWithoutRoom.set(companionId, { deviceId: device.objectId, atMs: core.now.nowMs + NO_ROOM_RETRY_MS });
}

/** By its other id the device is monitored as well, or was a moment ago. */
function joinOther(core: Core, controller: Controller, device: Monitor, there: Monitor): void {
  if (there.device !== there) return;
  if (device.homes !== undefined) {
    if (!becomeOne(core, device, there)) tryLater(core, device, there.objectId);
    return;
  }
  // the one at the primary controller is the device's: it takes this one up when it has learned where the other one is
  if (there.places > 0) {
    if (there.homes === undefined) controller.devicesToAsk.add(there.objectId);
    else core.companionsToSet.add(there.objectId);
    return tryLater(core, device, there.objectId);
  }
  core.monitors.attach(device, there);
  controller.lingering.delete(there.objectId);
  controller.devicesToAsk.add(there.objectId);
}

/** With every tick. */
export function tickCompanions(core: Core): void {
  for (const [companionId, { deviceId, atMs }] of core.companionsWithoutRoom) {
    if (atMs > core.now.nowMs) break;
    core.companionsWithoutRoom.delete(companionId);
    core.companionsToSet.add(deviceId);
  }
  for (const controller of core.controllers.values()) askAtController(core, controller);
  keepHomes(core);
}
function askAtController(core: Core, controller: Controller): void {
  if (!controller.connected || controller.devicesToAsk.size === 0) return;
  let left = ASKED_PER_TICK;
  for (const objectId of [...controller.devicesToAsk]) {
    if (left === 0 || controller.commands.isFull) return;
    controller.devicesToAsk.delete(objectId);
    const monitor = core.monitors.get(objectId);
    if (monitor?.state !== 'set') continue;
    left -= 1;
    if (isLine(monitor.traits)) askLine(core, controller, monitor);
    else {
      if (mayBeUser(monitor)) askWhetherUser(core, controller, monitor);
      if (mayHaveHomes(monitor)) askHomes(core, controller, monitor);
    }
  }
}

/** Where devices are at home is journalled with the tick and not as it is learned: what is not written is learned again. */
function keepHomes(core: Core): void {
  if (!core.keeping || core.homeChanges.size === 0) return;
  const changed: Monitor[] = [];
  for (const objectId of core.homeChanges) {
    const device = core.monitors.get(objectId);
    if (device !== undefined) changed.push(device);
  }
  core.homeChanges.clear();
  for (const record of homeRecords(changed)) core.journal(record);
}

/** The same for a compact journal: without an address where a device is not resilient any more. */
export function* homeRecords(devices: readonly Monitor[]): Generator<JournalRecord> {
  const byAddress = new Map<string, number[]>();
  for (const { objectId, homes } of devices) {
    const address = homes?.secondaryAddress ?? '';
    const known = byAddress.get(address);
    if (known === undefined) byAddress.set(address, [objectId]);
    else known.push(objectId);
  }
  for (const [secondary, objectIds] of byAddress)
    for (let at = 0; at < objectIds.length; at += IDS_MAX)
      yield { t: 'homes', secondary, objectIds: objectIds.slice(at, at + IDS_MAX) };
}

/** R-RES-02: what an earlier incarnation had learned is known again before any controller is reached. */
export function restoreHomes(core: Core, { secondary, objectIds }: Extract<JournalRecord, { t: 'homes' }>): void {
  for (const objectId of objectIds) {
    const device = core.monitors.get(objectId);
    if (device === undefined) continue;
    if (secondary === '') forgetHomes(core, device);
    else device.homes = newHomes(secondary);
  }
}
