/**
 * Which devices are in a call, for the next incarnation: it sets their monitors first. A hint only, so it is journalled with the next tick
 * and not with each event; what is not written when the process dies costs the order of a few monitors, nothing else.
 */
import type { Core } from '../core.js';
import type { Monitor } from '../monitors/monitor-table.js';
import type { JournalRecord } from '../switchboard.port.js';

/** Object ids in one record, so that it stays below the journal's bound. */
const IDS_MAX = 2000;

/** To be called where the calls of a monitor may have changed. */
export function noteCalls(core: Core, monitor: Monitor): void {
  const { device } = monitor;
  if (device.isInCall !== device.keptInCall) core.callChanges.add(device.objectId);
}

/** With every tick. */
export function keepCalls(core: Core): void {
  if (!core.keeping || core.callChanges.size === 0) return;
  const begun: number[] = [];
  const ended: number[] = [];
  for (const objectId of core.callChanges) {
    const monitor = core.monitors.get(objectId);
    const inCall = monitor?.isInCall === true;
    if (monitor === undefined || monitor.keptInCall === inCall) continue;
    monitor.keptInCall = inCall;
    (inCall ? begun : ended).push(objectId);
  }
  core.callChanges.clear();
  for (const record of callRecords(begun, ended)) core.journal(record);
}

/** The same for a compact journal. */
export function* callRecords(begun: readonly number[], ended: readonly number[]): Generator<JournalRecord> {
  for (let at = 0; at < Math.max(begun.length, ended.length); at += IDS_MAX)
    yield { t: 'calls', begun: begun.slice(at, at + IDS_MAX), ended: ended.slice(at, at + IDS_MAX) };
}
