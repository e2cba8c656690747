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
  /** Streams of events (S-39): how much is read from the log at once, and so how much a slow connection can hold at most. */
  streamPageEventsMax: 100,
  /** Something is sent so often at least, so that nobody on the way takes a quiet stream for a dead one. */
  streamHeartbeatMs: 15_000,
  /** A reader that takes nothing for so long is cut off. */
  streamStalledMs: 30_000,
  /** A one-way stream has no other sign of life than being asked for again. */
  streamLifeMs: 300_000,
  /** A socket whose peer answers no ping for so long is cut off. */
  socketPongMs: 15_000,
  /** Sent and not yet taken by the operating system: above it nothing more is read from the log. */
  socketBufferBytesMax: 256 * 1024,
  /** What a client sends over a socket: acknowledgements. */
  socketMessageBytesMax: 1024,
  socketMessagesPerSecondMax: 100,
  jsonDepthMax: 32,
  jsonMembersMax: 1000,
  xmlDepthMax: 16,
  xmlElementsMax: 512,
  xmlAttributesMax: 64,
  xmlNameBytesMax: 256,
});
export type NorthboundLimits = { readonly [name in keyof typeof NORTHBOUND_LIMITS]: number };
