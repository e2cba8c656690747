/** Bounds on what a peer may send or hold (S-20, S-32, S-54). Sizes in bytes, times in milliseconds. */
export const NORTHBOUND_LIMITS = Object.freeze({
  bodyBytesMax: 64 * 1024,
  /** Of a body above the bound, or one nobody reads: how much is read and dropped, and for how long, before the connection is given up. */
  drainBytesMax: 1024 * 1024,
  drainMs: 1_000,
  /** What the router lets in, and what it adds; it bounds their number too, for node drops headers above a number without a word. */
  headerBytesMax: 32 * 1024,
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
export type NorthboundLimits = { readonly [name in keyof typeof NORTHBOUND_LIMITS]: number };
