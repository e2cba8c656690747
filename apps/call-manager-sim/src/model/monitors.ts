import type { Phone } from './phone.js';
import type { Result } from './words.js';

/** R-LIM-07: `total` distinct monitored devices, `shared` monitors over all links. */
export interface MonitorLimits {
  readonly total: number;
  readonly shared: number;
}

export interface Monitor {
  /** 1 to 2^32-1, unique at the controller. */
  readonly reference: number;
  readonly linkId: number;
  readonly phone: Phone;
  /** Monitor sequence of the last event; an event that could not be sent takes a number too, so that its loss shows. */
  sequence: number;
}

/** The monitors at one controller. They belong to links: `dropLink` when one ends. A link may monitor one device more than once. */
export class MonitorBook {
  private readonly byReference = new Map<number, Monitor>();
  private readonly byPhone = new Map<Phone, Monitor[]>();
  private lastReference = 0;

  constructor(private readonly limits: MonitorLimits) {}

  start(linkId: number, phone: Phone): { readonly result: Result; readonly reference: number } {
    if (!phone.monitorable) return { result: 'NOT_ALLOWED', reference: 0 };
    const standing = this.byPhone.get(phone);
    if (this.byReference.size >= this.limits.shared) return { result: 'MONITOR_LIMIT', reference: 0 };
    if (!standing && this.byPhone.size >= this.limits.total) return { result: 'MONITOR_LIMIT', reference: 0 };
    do this.lastReference = (this.lastReference % 0xffff_ffff) + 1;
    while (this.byReference.has(this.lastReference));
    const monitor: Monitor = { reference: this.lastReference, linkId, phone, sequence: 0 };
    this.byReference.set(monitor.reference, monitor);
    if (standing) standing.push(monitor);
    else this.byPhone.set(phone, [monitor]);
    return { result: 'OK', reference: monitor.reference };
  }

  /** Only the link that started a monitor, and only with its own device, may stop it. */
  stop(linkId: number, phone: Phone, reference: number): Result {
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

  at(phone: Phone): readonly Monitor[] {
    return this.byPhone.get(phone) ?? [];
  }

  counts(): MonitorLimits {
    return { total: this.byPhone.size, shared: this.byReference.size };
  }

  countOf(linkId: number): number {
    let count = 0;
    for (const monitor of this.byReference.values()) if (monitor.linkId === linkId) count += 1;
    return count;
  }

  private remove(monitor: Monitor): void {
    this.byReference.delete(monitor.reference);
    const rest = (this.byPhone.get(monitor.phone) ?? []).filter((candidate) => candidate !== monitor);
    if (rest.length > 0) this.byPhone.set(monitor.phone, rest);
    else this.byPhone.delete(monitor.phone);
  }
}
