/**
 * Handles that applications see (design.md 8): `objectId = icpId * 2^32 + device handle`, below 2^53, so the same on every instance.
 */
import type { MonitorKind } from '#southbound/messages';

const HANDLES = 2 ** 32;
/** Exclusive bound of icpId. */
export const ICP_ID_END = 2 ** 21;

/** Whether a number can be that of a controller; above the bound it would run into the ids of devices. */
export const isIcpId = (icpId: number): boolean => Number.isInteger(icpId) && icpId >= 1 && icpId < ICP_ID_END;

/** @param handle 1 to 2^32 - 1, as the controller names the device */
export function makeObjectId(icpId: number, handle: number): number {
  if (!isIcpId(icpId)) throw new RangeError(`icpId ${icpId} is outside 1..${ICP_ID_END - 1}`);
  if (!Number.isInteger(handle) || handle < 1 || handle >= HANDLES) throw new RangeError(`handle ${handle} is outside 32 bits`);
  return icpId * HANDLES + handle;
}

/** The parts of an object id, or undefined when the number cannot be one. Never throws. */
export function partsOf(objectId: number): { readonly icpId: number; readonly handle: number } | undefined {
  if (!Number.isSafeInteger(objectId) || objectId < 0) return undefined;
  const icpId = Math.floor(objectId / HANDLES);
  const handle = objectId % HANDLES;
  return icpId < 1 || icpId >= ICP_ID_END || handle === 0 ? undefined : { icpId, handle };
}

/**
 * Ids of monitors. That of a device is its object id; others, which no application sees, are below 0: that of the features of a device is
 * its object id negated, that of something at a whole controller is made of controller and kind and is nearer to 0 than those.
 */
const KINDS_AT_CONTROLLER = Object.freeze({
  TRUNK_FEATURES: 1,
  ACD2_AGENT_FEATURES: 2,
  ACD_EXPRESS: 3,
  CONFERENCES: 4,
  BRIDGES: 5,
  PRG_PRESENCE: 6,
  DIRECTORY: 7,
});
const KIND_SPACE = 16;
export type ControllerMonitorKind = keyof typeof KINDS_AT_CONTROLLER;
const KIND_NAMES = Object.keys(KINDS_AT_CONTROLLER) as readonly ControllerMonitorKind[];

/** @param objectId one that {@link partsOf} takes */
export const featureMonitorId = (objectId: number): number => -objectId;

/** @param icpId one that {@link isIcpId} takes */
export const controllerMonitorId = (icpId: number, kind: ControllerMonitorKind): number =>
  -(icpId * KIND_SPACE + KINDS_AT_CONTROLLER[kind]);

export interface MonitorParts {
  readonly kind: MonitorKind;
  readonly icpId: number;
  /** 0 for a whole controller. */
  readonly handle: number;
}

/** What a monitor id stands for; undefined when it is none. Never throws. */
export function monitorPartsOf(monitorId: number): MonitorParts | undefined {
  const device = partsOf(Math.abs(monitorId));
  if (device !== undefined) return { kind: monitorId > 0 ? 'DEVICE' : 'FEATURES', ...device };
  if (!Number.isInteger(monitorId) || monitorId >= 0) return undefined;
  const [icpId, number] = [Math.floor(-monitorId / KIND_SPACE), -monitorId % KIND_SPACE];
  const kind = KIND_NAMES[number - 1];
  return kind === undefined || icpId < 1 || icpId >= ICP_ID_END ? undefined : { kind, icpId, handle: 0 };
}

/** Ids that applications know, of these monitors: a device once, whatever of it is monitored; whole controllers have none. */
export function objectIdsOf(monitorIds: Iterable<number>): number[] {
  const objectIds = new Set<number>();
  for (const monitorId of monitorIds) if (partsOf(Math.abs(monitorId)) !== undefined) objectIds.add(Math.abs(monitorId));
  return [...objectIds];
}

/** Every monitor that may be told of a happening at this device (0: of the controller). */
export function* monitorIdsOf(icpId: number, handle: number): Generator<number> {
  if (Number.isInteger(handle) && handle >= 1 && handle < HANDLES) {
    yield makeObjectId(icpId, handle);
    yield featureMonitorId(makeObjectId(icpId, handle));
  }
  for (const kind of KIND_NAMES) yield controllerMonitorId(icpId, kind);
}

/** The 32-bit number under which old clients know an event; wraps. */
export function eventNumberOf(seq: number): number {
  return seq % HANDLES;
}

/**
 * The sequence number an old client means by `eventNumber`: the newest one handed out that has this number.
 * Undefined when no event of this epoch can be meant, so the number is of an older one.
 */
export function seqOfEventNumber(eventNumber: number, handedSeq: number): number | undefined {
  const behind = (((handedSeq - eventNumber) % HANDLES) + HANDLES) % HANDLES;
  return behind > handedSeq ? undefined : handedSeq - behind;
}
