/** Bounds on what a peer may send or hold (S-20, S-32, S-54). Sizes in bytes, times in milliseconds. */
export const NORTHBOUND_LIMITS = Object.freeze({
  bodyBytesMax: 64 * 1024,
  headerBytesMax: 16 * 1024,
  headersMax: 64,
  targetLengthMax: 2048,
  /** Only the router connects: its pool, with room for a second router during a change. */
  connectionsMax: 4096,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  connectionsCheckIntervalMs: 2_000,
  keepAliveTimeoutMs: 30_000,
  handshakeTimeoutMs: 10_000,
  /** On close: how long requests under way may still take before their connections are cut. */
  closeGraceMs: 2_000,
  jsonDepthMax: 32,
  jsonMembersMax: 1000,
  xmlDepthMax: 16,
  xmlElementsMax: 512,
  xmlAttributesMax: 64,
  xmlNameBytesMax: 256,
});
