/**
 * Secondary monitors (R-RES-01): one at the secondary controller for each monitored resilient device whose homes are known. They go the way of
 * all monitors, behind those that applications wait for, and take places there (R-LIM-04); without room it is tried again, and said.
 */
import { admitControllerMonitor } from './admission.rules.js';
import type { Controller } from './controller-table.js';
import type { Core } from './core.js';
import { askHomes, forgetHomes, newHomes } from './device-homes.js';
import { askLine } from './line-appearances.js';
import { addMonitor, enqueue, pump, settle } from './monitor-lifecycle.js';
import { kindRefusal } from './monitor-kinds.js';
import { type Monitor, SecondaryMonitor } from './monitor-table.js';
import { secondaryMonitorId } from './numbering.rules.js';
import { icpIdAt } from './query-answers.mapper.js';
import { isLine } from './resilience.rules.js';
import type { JournalRecord } from './switchboard.port.js';

const NO_ROOM_RETRY_MS = 30_000;
/** Devices asked for at one controller with one tick, so that commands find room among the open requests. */
const ASKED_PER_TICK = 100;
/** Object ids in one record, so that it stays below the journal's bound. */
const IDS_MAX = 2000;

/** After every input: sets and gives up what has become due by it. */
export function keepSecondaries(core: Core): void {
  for (const secondary of core.secondariesToStop) {
    core.secondariesToStop.delete(secondary);
    secondary.wanted = false;
    settle(core, core.controllers.get(secondary.icpId), secondary);
  }
  for (const objectId of core.secondariesToSet) {
    core.secondariesToSet.delete(objectId);
    const device = core.monitors.get(objectId);
    if (device !== undefined) setSecondary(core, device);
  }
}

/** With a new access document: its controllers may be those that were missing. */
export function adoptSecondaries(core: Core): void {
  for (const device of core.monitors.all())
    if (device.homes !== undefined && device.homes.secondary === undefined) core.secondariesToSet.add(device.objectId);
}

function setSecondary(core: Core, device: Monitor): void {
  const { homes } = device;
  core.secondariesWithoutRoom.delete(device.objectId);
  if (homes === undefined || homes.secondary !== undefined || device.places === 0) return;
  const icpId = icpIdAt(core, homes.secondaryAddress);
  const controller = icpId === undefined ? undefined : core.controllers.get(icpId);
  if (controller === undefined || icpId === device.icpId) return;
  const full =
    admitControllerMonitor(controller.places, core.monitorCap(controller)) ??
    kindRefusal(core, controller, 'devices', { total: 1, shared: device.applications });
  if (full !== undefined) {
    core.note('warn', 'there is no room for a secondary monitor: the device is not followed until there is', {
      ...full,
      icpId: controller.icpId,
      objectId: device.objectId,
    });
    controller.room.miss(core.now.nowMs);
    core.secondariesWithoutRoom.set(device.objectId, core.now.nowMs + NO_ROOM_RETRY_MS);
    return;
  }
  core.lastSecondaryId = secondaryMonitorId(core.lastSecondaryId, (id) => core.monitors.get(id) !== undefined);
  const secondary = new SecondaryMonitor(core.lastSecondaryId, controller.icpId, device);
  homes.secondary = secondary;
  addMonitor(core, controller, secondary);
  controller.secondaries.set(secondary.handle, secondary.objectId);
  if (!controller.connected) return;
  enqueue(core, controller, secondary);
  pump(core, controller);
}

/** With every tick. */
export function tickSecondaries(core: Core): void {
  for (const [objectId, atMs] of core.secondariesWithoutRoom) {
    if (atMs > core.now.nowMs) break;
    core.secondariesToSet.add(objectId);
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
    else askHomes(core, controller, monitor);
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
