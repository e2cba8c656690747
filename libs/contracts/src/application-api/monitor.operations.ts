/** Monitors: of devices, of features, of one kind of thing at a whole controller (R-MON-*), one by one and many at once. */
import { z } from 'zod';
import {
  CONTROLLER,
  controllerRequest,
  deviceRequest,
  empty,
  id53,
  idempotencyKey,
  operation,
  SESSION,
  sessionId,
  type OperationLevel,
} from './members.js';

const standing = z.strictObject({ objectId: id53, icpId: id53 });
const atController = z.strictObject({ icpId: id53 });

const start = (level: OperationLevel, doc: string, what: string) =>
  operation({
    doc,
    level,
    kind: 'monitor',
    rest: { method: 'POST', path: `${CONTROLLER}/monitors/${what}` },
    request: controllerRequest,
    response: atController,
  });
const stop = (level: OperationLevel, doc: string, what: string) =>
  operation({
    doc,
    level,
    kind: 'monitor',
    rest: { method: 'DELETE', path: `${CONTROLLER}/monitors/${what}` },
    request: controllerRequest,
    response: empty,
  });

/** At most so many devices in one bulk request. */
export const BULK_DEVICES_MAX = 1000;
const many = z.strictObject({ sessionId, objectIds: z.array(id53).min(1).max(BULK_DEVICES_MAX), idempotencyKey });
/** How far a bulk request is: `done` and `refused` grow until nothing is `pending`. */
const progress = z.strictObject({
  bulkId: id53,
  total: z.int(),
  pending: z.int(),
  done: z.int(),
  refused: z.array(z.strictObject({ objectId: id53, code: z.string(), detail: z.string() })),
});

export const MONITOR_OPERATIONS = {
  monitorObject: operation({
    doc: 'Begins to tell this session what happens at a device or a line appearance.',
    level: 'standard',
    kind: 'monitor',
    rest: { method: 'POST', path: `${SESSION}/monitors` },
    request: deviceRequest,
    response: standing,
  }),
  stopMonitor: operation({
    doc: 'Ends the monitor of a device.',
    level: 'standard',
    kind: 'monitor',
    rest: { method: 'DELETE', path: `${SESSION}/monitors/{objectId}` },
    request: deviceRequest,
    response: empty,
  }),
  monitorFeatures: operation({
    doc: 'Begins to tell this session of the features of a device: do not disturb, forwardings, lamp, user.',
    level: 'standard',
    kind: 'monitor',
    rest: { method: 'POST', path: `${SESSION}/feature-monitors` },
    request: deviceRequest,
    response: standing,
  }),
  stopFeatureMonitor: operation({
    doc: 'Ends the feature monitor of a device.',
    level: 'standard',
    kind: 'monitor',
    rest: { method: 'DELETE', path: `${SESSION}/feature-monitors/{objectId}` },
    request: deviceRequest,
    response: empty,
  }),
  monitorPRGPresence: start(
    'standard',
    'Begins to tell of presence in the personal ring groups of a controller.',
    'prg-presence',
  ),
  stopPRGPresenceMonitor: stop('standard', 'Ends the monitor of personal ring groups.', 'prg-presence'),
  advMonitorAllTrunkFeatures: start('advanced', 'Begins to tell of the trunks of a controller.', 'trunk-features'),
  advStopMonitorAllTrunkFeatures: stop('advanced', 'Ends the monitor of trunks.', 'trunk-features'),
  advMonitorACD2AgentFeatures: start('advanced', 'Begins to tell of the ACD agents of a controller.', 'acd-agent-features'),
  advStopMonitorACD2AgentFeatures: stop('advanced', 'Ends the monitor of ACD agents.', 'acd-agent-features'),
  advMonitorACDExpress: start('advanced', 'Begins to tell of the ACD Express groups of a controller.', 'acd-express'),
  advStopMonitorACDExpressObjects: stop('advanced', 'Ends the monitor of ACD Express groups.', 'acd-express'),
  advMonitorConferences: start('advanced', 'Begins to tell of the conferences of a controller.', 'conferences'),
  advStopMonitorConferences: stop('advanced', 'Ends the monitor of conferences.', 'conferences'),
  advMonitorAllBridges: start('advanced', 'Begins to tell of the bridges of a controller.', 'bridges'),
  advStopMonitorAllBridges: stop('advanced', 'Ends the monitor of bridges.', 'bridges'),
  setMonitors: operation({
    doc: 'Sets the monitors of many devices; MONITOR_SET or MONITOR_FAILED_EVENT tells of each.',
    level: 'standard',
    kind: 'monitor',
    rest: { method: 'POST', path: `${SESSION}/monitors/bulk` },
    request: many,
    response: progress,
  }),
  clearMonitors: operation({
    doc: 'Ends the monitors of many devices.',
    level: 'standard',
    kind: 'monitor',
    rest: { method: 'POST', path: `${SESSION}/monitors/bulk-clear` },
    request: many,
    response: progress,
  }),
  getMonitorsProgress: operation({
    doc: 'How far a bulk request of this session is.',
    level: 'standard',
    kind: 'monitor',
    rest: { method: 'GET', path: `${SESSION}/monitors/bulk/{bulkId}` },
    request: z.strictObject({ sessionId, bulkId: id53 }),
    response: progress,
  }),
} as const;
