/**
 * Admission (R-LIM-01 to R-LIM-04, R-LIM-13): everything one instance holds is counted here, in one thread, before anything else happens,
 * so the last place goes to exactly one. A refusal has no side effect and names limit, use and cap.
 */
import type { ErrorCode, Refusal } from '#contracts/errors';
import { INSTANCE_LIMITS, MONITORS_PER_POWERPC_CONTROLLER, type InstanceLimits } from '#domain/limits';

/** The lowest of what requirements, configuration and grant allow. A grant can lower a cap, never raise it. */
export function effectiveLimits(...grants: readonly InstanceLimits[]): InstanceLimits {
  const lowest = (name: keyof InstanceLimits) => Math.min(INSTANCE_LIMITS[name], ...grants.map((grant) => grant[name]));
  return {
    sessions: lowest('sessions'),
    controllers: lowest('controllers'),
    monitors: lowest('monitors'),
    monitorsPerController: lowest('monitorsPerController'),
  };
}

function room(code: ErrorCode, limit: string, used: number, cap: number, more = 1): Refusal | undefined {
  if (used + more <= cap) return undefined;
  return { code, detail: `${limit}: ${used} of ${cap} in use`, limit, used, cap };
}

/** R-LIM-01 */
export function admitSession(used: number, limits: InstanceLimits): Refusal | undefined {
  return room('SESSION_LIMIT', 'sessions', used, limits.sessions);
}

/** R-LIM-02: the controllers of a whole access document. */
export function admitControllers(count: number, limits: InstanceLimits): Refusal | undefined {
  return room('QUOTA_EXCEEDED', 'controllers', 0, limits.controllers, count);
}

/** R-LIM-03: monitors as applications hold them. */
export function admitMonitor(used: number, limits: InstanceLimits): Refusal | undefined {
  return room('MONITOR_LIMIT', 'monitors', used, limits.monitors);
}

/** R-LIM-04: `used` is what stands, or may stand, on the controller. */
export function admitControllerMonitor(used: number, cap: number): Refusal | undefined {
  return room('MONITOR_LIMIT', 'monitorsPerController', used, cap);
}

/** R-LIM-04: what this instance may hold on one controller. */
export function controllerMonitorCap(granted: number, limits: InstanceLimits, platform: 'x86' | 'powerpc' | undefined): number {
  return Math.min(granted, limits.monitorsPerController, platform === 'powerpc' ? MONITORS_PER_POWERPC_CONTROLLER : granted);
}
