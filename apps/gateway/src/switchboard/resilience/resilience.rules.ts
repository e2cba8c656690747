/**
 * Which controller serves a resilient device (R-RES-01 to R-RES-04), from what its two controllers say. Pure.
 *
 * A device tells of its move on both sides: RESILIENT_DEVICE and OUT_OF_SERVICE where it leaves, RESILIENT_DEVICE and IN_SERVICE where it
 * comes to. The two come over two links that race, or only one of them comes at all. Serials of a device go on wherever it is, so what is
 * older than the newest move changes nothing; and the application is told of one handover, not of four events.
 */
import { TRAITS, type EventTypeName } from '#southbound/messages';

/** A place a device may be served at: its own controller, or the one that takes it over. */
export type Home = 'primary' | 'secondary';

/** What is known of where a device is. */
export interface Whereabouts {
  readonly active: Home;
  /** Serial of the event that said so; 0: a controller said so when it was asked. */
  readonly serial: number;
}

/** What a controller says of a device. */
export interface ServiceNews {
  readonly from: Home;
  readonly eventType: EventTypeName;
  readonly serial: number;
  /** The event before this one, from the same controller, was RESILIENT_DEVICE: then this one is about a move. */
  readonly afterMove: boolean;
}

export interface NewsVerdict {
  readonly whereabouts: Whereabouts;
  /** Goes to the application as it is. */
  readonly shown: boolean;
}

export const otherHome = (home: Home): Home => (home === 'primary' ? 'secondary' : 'primary');

const SERVICE: ReadonlySet<EventTypeName> = new Set(['RESILIENT_DEVICE', 'IN_SERVICE', 'OUT_OF_SERVICE']);
/** Whether the event is about where, and whether, the device is served: only of these a verdict is wanted. */
export const isServiceNews = (eventType: EventTypeName): boolean => SERVICE.has(eventType);

export const isLine = (traits: number): boolean => (traits & TRAITS.LINE_APPEARANCE) !== 0;
/** R-RES-04: phones, users and agents that are resilient; a line appearance never is, whatever its set is. */
export const isResilient = (traits: number): boolean => (traits & TRAITS.RESILIENT) !== 0 && !isLine(traits);

/** R-RES-03: a move changes where the device is and is not shown itself; other service news is shown from where the device is served. */
export function onServiceNews(known: Whereabouts, { from, eventType, serial, afterMove }: ServiceNews): NewsVerdict {
  if (eventType === 'RESILIENT_DEVICE') return { whereabouts: known, shown: false };
  if (!afterMove) return { whereabouts: known, shown: from === known.active };
  if (serial <= known.serial) return { whereabouts: known, shown: false };
  const active = eventType === 'IN_SERVICE' ? from : otherHome(from);
  return { whereabouts: { active, serial }, shown: false };
}

/** What a controller answered when it was asked whether it serves the device. */
export function onAsked(known: Whereabouts, from: Home, isHere: boolean): Whereabouts {
  const active = isHere ? from : otherHome(from);
  return active === known.active ? known : { ...known, active };
}
