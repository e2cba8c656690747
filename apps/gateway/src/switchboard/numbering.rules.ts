/**
 * Handles that applications see (design.md 8): `objectId = icpId * 2^32 + device handle`, below 2^53, so the same on every instance.
 */
const HANDLES = 2 ** 32;
/** Exclusive bound of icpId. */
export const ICP_ID_END = 2 ** 21;

/** @param handle 1 to 2^32 - 1, as the controller names the device */
export function makeObjectId(icpId: number, handle: number): number {
  if (!Number.isInteger(icpId) || icpId < 1 || icpId >= ICP_ID_END)
    throw new RangeError(`icpId ${icpId} is outside 1..${ICP_ID_END - 1}`);
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
