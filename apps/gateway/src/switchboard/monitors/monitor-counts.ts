/** What R-LIM-07 counts of this instance's monitors at each controller, as they come and go. One writer: the table of monitors. */
import type { MonitorKind } from '#southbound/messages';

export type CountedKind = 'devices' | 'features';
export type CountedBy = 'total' | 'shared';
type Counts = Record<CountedKind, Record<CountedBy, number>>;

/** Whatever is no monitor of a device's calls is one of features; that of a whole controller is shared and no device's. */
export const countedKindOf = (kind: MonitorKind): CountedKind => (kind === 'DEVICE' ? 'devices' : 'features');

const none = (): Counts => ({ devices: { total: 0, shared: 0 }, features: { total: 0, shared: 0 } });

export class MonitorCountBook {
  private readonly byController = new Map<number, Counts>();

  /** As it is now; not to be changed. */
  of(icpId: number): Readonly<Record<CountedKind, Readonly<Record<CountedBy, number>>>> {
    return this.byController.get(icpId) ?? none();
  }

  change(icpId: number, kind: CountedKind, by: CountedBy, delta: number): void {
    let counts = this.byController.get(icpId);
    if (counts === undefined) this.byController.set(icpId, (counts = none()));
    counts[kind][by] += delta;
  }
}
