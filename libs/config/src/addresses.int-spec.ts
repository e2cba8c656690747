import { describe, expect, it } from 'vitest';
import { freeLoopbackBlock, freePort, isPortFree, reserveLoopbackBlock, tryListen } from './addresses.js';

describe('loopback blocks', () => {
  it('a block is held by one until it is released', async () => {
    const block = await freeLoopbackBlock();
    expect(await reserveLoopbackBlock(block.prefix)).toBeUndefined();
    await block.release();
    await block.release();
    const again = await reserveLoopbackBlock(block.prefix);
    expect(again?.cidr).toBe(`${block.prefix}.0/24`);
    await again?.release();
  });

  it('fifty at once are fifty different ones', async () => {
    const blocks = await Promise.all(Array.from({ length: 50 }, () => freeLoopbackBlock()));
    expect(new Set(blocks.map(({ prefix }) => prefix)).size).toBe(50);
    await Promise.all(blocks.map((block) => block.release()));
  });

  it('gives addresses 1 to 253 and refuses others, and prefixes that are not loopback', async () => {
    const block = await freeLoopbackBlock();
    expect(block.address(201)).toBe(`${block.prefix}.201`);
    for (const host of [0, 254, 1.5, -1]) expect(() => block.address(host)).toThrow(RangeError);
    for (const prefix of ['10.0.0', '127.1', '127.300.1', '127.1.1.1'])
      await expect(reserveLoopbackBlock(prefix)).rejects.toThrow(RangeError);
    await block.release();
  });

  it('tells taken ports from free ones', async () => {
    const port = await freePort();
    const server = await tryListen('127.0.0.1', port);
    expect(await isPortFree('127.0.0.1', port)).toBe(false);
    await new Promise((resolve) => server?.close(resolve));
    expect(await isPortFree('127.0.0.1', port)).toBe(true);
  });
});
