/**
 * R-MON-03: an application that sets and clears the same monitor again and again costs the controller a start each time. The third clearing
 * within a minute is warned of, and from then on the monitor lingers at the controller for a minute after its last holder has left: the next
 * one finds it standing. What lingers gives way to whoever needs its room.
 */
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import type { Monitor } from './monitor-table.js';

export const LINGER_MS = 60_000;

/** The last holder of a standing monitor has left: says whether it stays for a while. */
export function linger(core: Core, controller: Controller, monitor: Monitor): boolean {
  if (monitor.state !== 'set') return false;
  if (!core.clearings.cleared(monitor.objectId, core.now.nowMs)) return false;
  if (!controller.lingering.has(monitor.objectId)) {
    const facts = { icpId: monitor.icpId, objectId: monitor.objectId, lingerMs: LINGER_MS };
    core.note('warn', 'a monitor is set and cleared again and again: it stays at the controller for a while', facts);
  }
  controller.lingering.set(monitor.objectId, core.now.nowMs + LINGER_MS);
  return true;
}

/** Monitors that have lingered long enough, and no longer those that somebody holds again. */
export function lingeredOut(core: Core, controller: Controller): Monitor[] {
  const over: Monitor[] = [];
  for (const [monitorId, untilMs] of controller.lingering) {
    const monitor = core.monitors.get(monitorId);
    const isHeld = monitor === undefined || monitor.places > 0;
    if (!isHeld && untilMs > core.now.nowMs) continue;
    controller.lingering.delete(monitorId);
    if (!isHeld) over.push(monitor);
  }
  return over;
}

/** The one that has lingered longest: its room is needed. Undefined when nothing lingers; `givingWay` says whether room is still being made. */
export function giveWay(core: Core, controller: Controller): Monitor | undefined {
  for (const monitorId of controller.lingering.keys()) {
    controller.lingering.delete(monitorId);
    const monitor = core.monitors.get(monitorId);
    if (monitor === undefined || monitor.places > 0) continue;
    controller.givingWay.add(monitorId);
    return monitor;
  }
  return undefined;
}
