/** Addresses and ports of a test: its own loopback block, held until released. */
export { freeLoopbackBlock, freePort, isPortFree, type LoopbackBlock } from '#config/addresses';
