/**
 * Engineering limits, all in one place, named after their requirement row (R-LIM-*).
 *
 * A limit is a whole number of things of one kind. A tenant's or an instance's own limits may only lower these
 * ({@link lowerLimits}); nothing can raise them.
 */
export interface InstanceLimits {
  /** Sessions of all application types together (R-LIM-01). */
  readonly sessions: number;
  /** Controllers an instance serves (R-LIM-02). */
  readonly controllers: number;
  /** Monitors as applications hold them (R-LIM-03). */
  readonly monitors: number;
  /** Gateway monitors on one controller, all instances together (R-LIM-04). */
  readonly monitorsPerController: number;
  /** Hot desk users and ACD hot desk users (agents) that are monitored (R-LIM-09). */
  readonly hotDeskUsers: number;
}

/** As another program says them, which may be older than one of them: what it does not say, it does not lower. */
export type GrantedLimits = { readonly [L in keyof InstanceLimits]?: InstanceLimits[L] | undefined };

/** The caps of one gateway instance (R-LIM-01 to R-LIM-04, R-LIM-09, x86 controllers). */
export const INSTANCE_LIMITS: InstanceLimits = Object.freeze({
  sessions: 1500,
  controllers: 250,
  monitors: 50_000,
  monitorsPerController: 5000,
  hotDeskUsers: 1500,
});

/** R-LIM-04: controllers of the small (PowerPC) platform. */
export const MONITORS_PER_POWERPC_CONTROLLER = 2000;

/** What a controller may be licensed for, in IP users. */
export const DEVICE_LICENCES = [700, 5600] as const;
export type DeviceLicence = (typeof DEVICE_LICENCES)[number];

/**
 * R-LIM-07: monitors at one controller over every system that sets some, of devices and of features alike. `total` counts distinct devices, `shared`
 * sums over applications. The higher ones are for releases from 7.0 SP1 on (monitor-limits.ts).
 */
export const MONITORS_AT_CONTROLLER = Object.freeze({
  powerpc: Object.freeze({ total: 2000, shared: 5000 }),
  x86: Object.freeze({ total: 5600, shared: 10_000 }),
  x86Licence5600: Object.freeze({ total: 17_000, shared: 30_000 }),
});

/** `total`: distinct monitored devices. `shared`: the sum over applications, of each as many as it monitors devices. */
export interface MonitorCount {
  readonly total: number;
  readonly shared: number;
}
export interface MonitorCounts {
  readonly devices: MonitorCount;
  readonly features: MonitorCount;
}

/** R-LIM-05: gateway instances one controller talks to, standbys included. */
export const INSTANCES_PER_CONTROLLER = 6;

/**
 * R-LIM-10: gateway instances that one border gateway serves. The router's external listener is the border gateway, and an installation has one
 * router; it serves the instances of tenants that have a remote application.
 */
export const INSTANCES_PER_BORDER_GATEWAY = 50;

/** R-LIM-11: start-monitor operations per second to one controller; always enforced. */
export const MONITOR_STARTS_PER_SECOND = 20;

/** R-LIM-08: calls in a sliding hour. Measured and reported, never refused. */
export const CALLS_PER_HOUR = Object.freeze({ controller: 30_000, instance: 90_000 });
/** R-LIM-08: warned of from this share of the limit on. */
export const CALLS_WARNED_AT = 0.8;

/**
 * R-LIM-11: recommended rates, per second. As printed there: those of 20 and of 60 hold while no legacy applications are connected to the
 * controller, 150 is for eight or more controllers. Events can only be warned of.
 */
export const RATES_PER_SECOND = Object.freeze({
  applicationOperations: 20,
  controllerOperations: 20,
  instanceOperations: 150,
  controllerEvents: 60,
  instanceEvents: 175,
});

/** R-LIM-12: more monitored line appearances of one number than this are warned of, and never refused. */
export const LINE_APPEARANCES_WARNED_ABOVE = 10;

/** Applications registered for one tenant: every access document lists all of them and is bounded. */
export const APPLICATIONS_PER_TENANT = 1000;

/** Users of all integrations of one tenant: as many as sessions of an instance, and the access document lists them. */
export const APPLICATION_USERS_PER_TENANT = 5000;

/** Keys of one tenant that are not revoked. */
export const KEYS_PER_TENANT = 100;

/** A refusal for want of room: names the limit, its use and its cap (R-LIM-13). `used` never exceeds `cap`. */
export interface LimitRefusal {
  readonly limit: keyof InstanceLimits | string;
  readonly used: number;
  readonly cap: number;
}

/**
 * Lowers `base` by the limits given in `wanted`; a wanted limit above the base, negative or fractional is an error
 * of the caller (`RangeError`), because silently clamping it would promise room that does not exist.
 */
export function lowerLimits(base: InstanceLimits, wanted: Partial<InstanceLimits>): InstanceLimits {
  const result: Record<string, number> = { ...base };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined) continue;
    const cap = base[name as keyof InstanceLimits];
    if (cap === undefined) throw new RangeError(`unknown limit ${name}`);
    if (!Number.isInteger(value) || value < 0 || value > cap)
      throw new RangeError(`${name} must be a whole number from 0 to ${cap}, not ${value}`);
    result[name] = value;
  }
  return result as unknown as InstanceLimits;
}
