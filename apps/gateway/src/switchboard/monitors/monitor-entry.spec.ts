import { expect, it } from 'vitest';
import { entryOf, type EventEntry } from '../../event-entry.js';
import { monitorEvent } from '../events/event-mapping.mapper.js';
import { MonitorEntry } from './monitor-entry.js';

const facts = ({ json, body, atMs, eventTime, isGap }: EventEntry) => ({ json, body, atMs, eventTime, isGap });

it.each([
  ['MONITOR_SET', 'MONITOR_SET'],
  ['MONITOR_FAILED_EVENT', 'CONTROLLER_TIMEOUT'],
] as const)('R-MON-01 %s is read as if it were kept as text', (type, cause) => {
  const device = { icpId: 3, objectId: 3 * 2 ** 32 + 7, handle: 7 };
  const kept = entryOf(monitorEvent(type, device, cause, 'x-1.0-9', 1_800_000_000_123), 45.5);
  const written = new MonitorEntry(type, cause, device.icpId, device.objectId, device.handle, 'x-1.0-9', {
    nowMs: 45.5,
    wallMs: 1_800_000_000_123,
  });
  expect(facts(written)).toEqual(facts(kept));
});
