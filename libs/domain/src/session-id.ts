/**
 * Session ids (design.md 8): 53 bits, so that a SOAP `long` and a JavaScript double both hold one exactly:
 * the upper 10 bits are the *slot* within the tenant (the routing table maps slots to instances), the lower 43 are random.
 */
export const SLOT_COUNT = 1024;
/** Slots one instance is given when it is created; at most SLOT_COUNT / SLOTS_PER_INSTANCE instances per tenant. */
export const SLOTS_PER_INSTANCE = 16;
const RANDOM_RANGE = 2 ** 43;

/**
 * @param slot 0 to 1023
 * @param random a whole number from 0 to 2^43 - 1, from a cryptographic source
 */
export function makeSessionId(slot: number, random: number): number {
  if (!Number.isInteger(slot) || slot < 0 || slot >= SLOT_COUNT)
    throw new RangeError(`slot ${slot} is outside 0..${SLOT_COUNT - 1}`);
  if (!Number.isInteger(random) || random < 0 || random >= RANDOM_RANGE) throw new RangeError('random part is outside 43 bits');
  return slot * RANDOM_RANGE + random;
}

/** The slot of a session id, or undefined when the number cannot be a session id. Never throws. */
export function slotOf(sessionId: number): number | undefined {
  if (!Number.isSafeInteger(sessionId) || sessionId < 0) return undefined;
  return Math.floor(sessionId / RANDOM_RANGE);
}
