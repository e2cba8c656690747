import type { Happening } from './happening.js';
import type { Device } from './phone.js';
import type { EventName, Result } from './words.js';

/** What a monitor is told of: one device's calls or features, or all of a sort at the controller. */
export type MonitorKind = 'DEVICE' | 'FEATURES' | ControllerKind;
export type ControllerKind =
  'TRUNK_FEATURES' | 'ACD2_AGENT_FEATURES' | 'ACD_EXPRESS' | 'CONFERENCES' | 'BRIDGES' | 'PRG_PRESENCE' | 'DIRECTORY';

/** R-LIM-07: `total` distinct monitored devices, `shared` monitors over all links. */
export interface MonitorLimits {
  readonly total: number;
  readonly shared: number;
}

export interface Monitor {
  /** 1 to 2^32-1, unique at the controller. */
  readonly reference: number;
  readonly linkId: number;
  readonly kind: MonitorKind;
  /** Null: it is of the whole controller. */
  readonly phone: Device | null;
  /** Monitor sequence of the last event; an event that could not be sent takes a number too, so that its loss shows. */
  sequence: number;
}

const FEATURE_EVENTS: ReadonlySet<EventName> = new Set<EventName>([
  'DO_NOT_DISTURB',
  'CF_ALWAYS',
  'CF_BUSY_INTERNAL',
  'CF_BUSY_EXTERNAL',
  'CF_NO_ANSWER_INTERNAL',
  'CF_NO_ANSWER_EXTERNAL',
  'AUTO_ANSWER_FEATURE',
  'MSG_WAITING_INDICATOR',
  'INSERVICE',
  'MAKE_BUSY',
  'HOT_DESK_USER',
  'ACD_AGENT',
  'JOIN_GROUP',
  'LEAVE_GROUP',
  'CONFERENCE_FEATURE',
  'BRIDGE_JOIN',
  'BRIDGE_LEAVE',
  'BRIDGE_ENABLE_COACHING',
  'BRIDGE_ENABLE_ALL_COACHING',
  'BRIDGE_DISABLE_COACHING',
]);

/** One sort of monitors (of calls, or of features): the limits of R-LIM-07 hold for each alike. */
class Sort {
  readonly byDevice = new Map<Device, Monitor[]>();
  shared = 0;

  hasRoom(device: Device | null, limits: MonitorLimits): boolean {
    if (this.shared >= limits.shared) return false;
    return device === null || this.byDevice.has(device) || this.byDevice.size < limits.total;
  }
}

/**
 * The monitors at one controller. They belong to links: `dropLink` when one ends. A link may monitor one device more than once. Monitors of the
 * whole controller count as shared ones of features, and as no device.
 */
export class MonitorBook {
  private readonly byReference = new Map<number, Monitor>();
  private readonly calls = new Sort();
  private readonly features = new Sort();
  private readonly wholes = new Map<ControllerKind, Monitor[]>();
  private lastReference = 0;

  constructor(private readonly limits: MonitorLimits) {}

  /** Of a device, its calls or its features. */
  start(
    linkId: number,
    phone: Device,
    kind: 'DEVICE' | 'FEATURES' = 'DEVICE',
  ): { readonly result: Result; readonly reference: number } {
    if (!phone.monitorable) return { result: 'NOT_ALLOWED', reference: 0 };
    const sort = kind === 'DEVICE' ? this.calls : this.features;
    if (!sort.hasRoom(phone, this.limits)) return { result: 'MONITOR_LIMIT', reference: 0 };
    const monitor = this.add(linkId, kind, phone);
    sort.shared += 1;
    const standing = sort.byDevice.get(phone);
    if (standing) standing.push(monitor);
    else sort.byDevice.set(phone, [monitor]);
    return { result: 'OK', reference: monitor.reference };
  }

  startWhole(linkId: number, kind: ControllerKind): { readonly result: Result; readonly reference: number } {
    if (!this.features.hasRoom(null, this.limits)) return { result: 'MONITOR_LIMIT', reference: 0 };
    const monitor = this.add(linkId, kind, null);
    this.features.shared += 1;
    this.wholes.set(kind, [...(this.wholes.get(kind) ?? []), monitor]);
    return { result: 'OK', reference: monitor.reference };
  }

  /** Only the link that started a monitor, and only with its own device (null: of the whole controller), may stop it. */
  stop(linkId: number, phone: Device | null, reference: number): Result {
    const monitor = this.byReference.get(reference);
    if (!monitor || monitor.linkId !== linkId || monitor.phone !== phone) return 'MONITOR_UNKNOWN';
    this.remove(monitor);
    return 'OK';
  }

  dropLink(linkId: number): number {
    const dropped = [...this.byReference.values()].filter((monitor) => monitor.linkId === linkId);
    for (const monitor of dropped) this.remove(monitor);
    return dropped.length;
  }

  /** Those of a device's calls. */
  at(phone: Device): readonly Monitor[] {
    return this.calls.byDevice.get(phone) ?? [];
  }

  /** Whom a happening is told to, in the order they were started per kind. `personal`: it is about a personal ring group. */
  toldOf(happening: Happening, personal: boolean): readonly Monitor[] {
    const { event, phone } = happening;
    if (event === 'DIRECTORY_CHANGED') return this.wholes.get('DIRECTORY') ?? [];
    if (event === 'ACD_EXPRESS_GROUP_EVENT') return [...this.at(phone), ...(this.wholes.get('ACD_EXPRESS') ?? [])];
    if (!FEATURE_EVENTS.has(event)) return this.at(phone);
    const kinds = wholeKinds(happening, personal);
    const whole = kinds.flatMap((kind) => this.wholes.get(kind) ?? []);
    return [...(this.features.byDevice.get(phone) ?? []), ...whole];
  }

  /** Of calls; those of features are `features`. */
  counts(): MonitorLimits {
    return { total: this.calls.byDevice.size, shared: this.calls.shared };
  }

  featureCounts(): MonitorLimits {
    return { total: this.features.byDevice.size, shared: this.features.shared };
  }

  /** Of whole controllers, how many of each kind. */
  wholeCounts(): Partial<Record<ControllerKind, number>> {
    return Object.fromEntries(
      [...this.wholes].filter(([, { length }]) => length > 0).map(([kind, { length }]) => [kind, length]),
    );
  }

  /** Numbers of devices whose calls (features) are monitored. */
  monitored(): { readonly calls: readonly string[]; readonly features: readonly string[] } {
    const dns = ({ byDevice }: Sort) => [...byDevice.keys()].map(({ dn }) => dn);
    return { calls: dns(this.calls), features: dns(this.features) };
  }

  countOf(linkId: number): number {
    let count = 0;
    for (const monitor of this.byReference.values()) if (monitor.linkId === linkId) count += 1;
    return count;
  }

  private add(linkId: number, kind: MonitorKind, phone: Device | null): Monitor {
    do this.lastReference = (this.lastReference % 0xffff_ffff) + 1;
    while (this.byReference.has(this.lastReference));
    const monitor: Monitor = { reference: this.lastReference, linkId, kind, phone, sequence: 0 };
    this.byReference.set(monitor.reference, monitor);
    return monitor;
  }

  private remove(monitor: Monitor): void {
    this.byReference.delete(monitor.reference);
    const sort = monitor.kind === 'DEVICE' ? this.calls : this.features;
    sort.shared -= 1;
    const { phone } = monitor;
    const others = (list: readonly Monitor[] | undefined) => (list ?? []).filter((candidate) => candidate !== monitor);
    if (!phone) {
      this.wholes.set(monitor.kind as ControllerKind, others(this.wholes.get(monitor.kind as ControllerKind)));
      return;
    }
    const rest = others(sort.byDevice.get(phone));
    if (rest.length > 0) sort.byDevice.set(phone, rest);
    else sort.byDevice.delete(phone);
  }
}

function wholeKinds({ event, phone }: Happening, personal: boolean): ControllerKind[] {
  if (event === 'CONFERENCE_FEATURE') return ['CONFERENCES'];
  if (event.startsWith('BRIDGE_')) return ['BRIDGES'];
  if (phone.kind === 'trunk' || phone.kind === 'sip-peer') return ['TRUNK_FEATURES'];
  if (personal) return ['PRG_PRESENCE'];
  return phone.kind === 'agent' ? ['ACD2_AGENT_FEATURES', 'ACD_EXPRESS'] : [];
}
