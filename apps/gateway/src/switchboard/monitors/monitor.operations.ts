/** What applications ask about monitors (R-MON-01, R-MON-02, R-MON-05): of a device or a line appearance, of its features, of a whole controller. */
import type { Refusal } from '#contracts/errors';
import { type Core, NOT_KEPT } from '../core.js';
import { monitorNamed } from '../resilience/device-names.js';
import { releaseMonitor, requestMonitor } from './monitor-lifecycle.js';
import { controllerMonitorId, type ControllerMonitorKind, featureMonitorId, isIcpId, partsOf } from '../numbering.rules.js';
import { withdrawAsks } from './room-asks.js';
import type { Session } from '../sessions/session-table.js';
import type { OperationOf } from '../switchboard.port.js';

/** The kind of what is watched at a controller, and whether the watching begins or ends. */
const AT_CONTROLLER = {
  monitorPRGPresence: ['PRG_PRESENCE', true],
  stopPRGPresenceMonitor: ['PRG_PRESENCE', false],
  advMonitorAllTrunkFeatures: ['TRUNK_FEATURES', true],
  advStopMonitorAllTrunkFeatures: ['TRUNK_FEATURES', false],
  advMonitorACD2AgentFeatures: ['ACD2_AGENT_FEATURES', true],
  advStopMonitorACD2AgentFeatures: ['ACD2_AGENT_FEATURES', false],
  advMonitorACDExpress: ['ACD_EXPRESS', true],
  advStopMonitorACDExpressObjects: ['ACD_EXPRESS', false],
  advMonitorConferences: ['CONFERENCES', true],
  advStopMonitorConferences: ['CONFERENCES', false],
  advMonitorAllBridges: ['BRIDGES', true],
  advStopMonitorAllBridges: ['BRIDGES', false],
} as const satisfies Record<string, readonly [ControllerMonitorKind, boolean]>;

type AtController = keyof typeof AT_CONTROLLER;
export type MonitorName = AtController | 'monitorObject' | 'stopMonitor' | 'monitorFeatures' | 'stopFeatureMonitor';

const OF_DEVICE: ReadonlySet<string> = new Set(['monitorObject', 'stopMonitor', 'monitorFeatures', 'stopFeatureMonitor']);
export const isMonitorName = (name: string): name is MonitorName => OF_DEVICE.has(name) || Object.hasOwn(AT_CONTROLLER, name);

export function monitorOperation(core: Core, session: Session, requestId: number, operation: OperationOf<MonitorName>): void {
  const monitorId = monitorIdOf(operation);
  if (typeof monitorId !== 'number') return core.refuse(requestId, monitorId);
  return begins(operation.name)
    ? requestMonitor(core, session, requestId, monitorId)
    : stopMonitor(core, session, requestId, monitorId);
}

const begins = (name: MonitorName): boolean =>
  name === 'monitorObject' ||
  name === 'monitorFeatures' ||
  (Object.hasOwn(AT_CONTROLLER, name) && AT_CONTROLLER[name as AtController][1]);

/** The monitor an operation means. A number that is no device or no controller could spell the id of another monitor: it is refused. */
function monitorIdOf(operation: OperationOf<MonitorName>): number | Refusal {
  switch (operation.name) {
    case 'monitorObject':
    case 'stopMonitor':
      return operation.request.objectId;
    case 'monitorFeatures':
    case 'stopFeatureMonitor': {
      const { objectId } = operation.request;
      if (partsOf(objectId) !== undefined) return featureMonitorId(objectId);
      return { code: 'OBJECT_NOT_FOUND', detail: `${objectId} is not the id of a device` };
    }
    default: {
      const { icpId } = operation.request;
      if (isIcpId(icpId)) return controllerMonitorId(icpId, AT_CONTROLLER[operation.name][0]);
      return { code: 'CONTROLLER_UNKNOWN', detail: `no controller has the id ${icpId}` };
    }
  }
}

/** Ends the session's hold of a monitor, by its id. */
export function stopMonitor(core: Core, session: Session, requestId: number, monitorId: number): void {
  // also that there is none may be known only from what could not be kept
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  const early: Refusal = { code: 'MONITOR_NOT_SET', detail: 'the monitor was stopped before it was set' };
  const waited = withdrawAsks(core, session.id, early, monitorId);
  const monitor = monitorNamed(core, monitorId);
  const held = monitor?.holders.has(session.id) === true;
  if (monitor === undefined || !session.monitors.has(monitor.objectId)) {
    if (waited) return core.answer(requestId, {});
    // an end that is not kept yet may be undone by the next incarnation
    return core.refuse(requestId, { code: 'MONITOR_NOT_SET', detail: 'the session holds no such monitor' }, true);
  }
  releaseMonitor(core, session, monitor, early);
  if (held) core.journal({ t: 'monitor-end', sessionId: session.id, objectId: monitor.objectId });
  core.answer(requestId, {}, true);
}
