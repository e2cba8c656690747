/**
 * Admission (R-LIM-01 to R-LIM-04, R-LIM-09, R-LIM-13): everything one instance holds is counted here, in one thread, before anything else happens,
 * so the last place goes to exactly one. A refusal has no side effect and names limit, use and cap.
 */
import type { ErrorCode, Refusal } from '#contracts/errors';
import { INSTANCE_LIMITS, MONITORS_PER_POWERPC_CONTROLLER, type GrantedLimits, type InstanceLimits } from '#domain/limits';

/** The lowest of what requirements, configuration and grant allow. A grant can lower a cap, never raise it. */
export function effectiveLimits(...grants: readonly GrantedLimits[]): InstanceLimits {
  const lowest = (name: keyof InstanceLimits) =>
    Math.min(INSTANCE_LIMITS[name], ...grants.map((grant) => grant[name] ?? INSTANCE_LIMITS[name]));
  return {
    sessions: lowest('sessions'),
    controllers: lowest('controllers'),
    monitors: lowest('monitors'),
    monitorsPerController: lowest('monitorsPerController'),
    hotDeskUsers: lowest('hotDeskUsers'),
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

/** What is monitored of people who log in anywhere, and of devices that may still turn out to be such. */
export interface UserCount {
  readonly users: number;
  readonly unknown: number;
}
const USER_RETRY_MS = 1000;

/**
 * R-LIM-09, for one device more: exact without knowing of each device what it is, as long as there is room even if all were users.
 * @param isUser undefined: not known of this one
 * @returns `ask`: what it is has to be known first
 */
export function admitUser(
  count: UserCount,
  isUser: boolean | undefined,
  { hotDeskUsers: cap }: InstanceLimits,
): Refusal | 'ask' | undefined {
  const { users, unknown } = count;
  if (isUser === false || users + unknown < cap) return undefined;
  if (isUser === undefined) return 'ask';
  const full = room('MONITOR_LIMIT', 'hotDeskUsers', users, cap);
  if (full !== undefined) return full;
  const detail = `hotDeskUsers: ${users} of ${cap} in use, and of ${unknown} monitored devices it is not known yet whether they are users`;
  return { code: 'BUDGET_UNAVAILABLE', detail, limit: 'hotDeskUsers', used: users, cap, retryAfterMs: USER_RETRY_MS };
}

/** R-LIM-04: `used` is what stands, or may stand, on the controller. */
export function admitControllerMonitor(used: number, cap: number): Refusal | undefined {
  return room('MONITOR_LIMIT', 'monitorsPerController', used, cap);
}

/** R-LIM-04: what this instance may hold on one controller. */
export function controllerMonitorCap(granted: number, limits: InstanceLimits, platform: 'x86' | 'powerpc' | undefined): number {
  return Math.min(granted, limits.monitorsPerController, platform === 'powerpc' ? MONITORS_PER_POWERPC_CONTROLLER : granted);
}
