import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameDecoder } from '#southbound/framing';
import { ITEM } from './asked-numbers.js';
import { encodeEntries, type DirectoryEntry } from './controller.encoder.js';

interface Read {
  readonly handle: number;
  readonly items: [word: number, value: string][];
}

/** By hand, as the page says: pieces of one handle are one entry, CONTINUED goes on with the item before. */
function read(frames: readonly Buffer[]): Read[] {
  const entries: Read[] = [];
  for (const frame of new FrameDecoder().push(Buffer.concat(frames))) {
    let at = 2;
    for (let count = frame.body.readUInt8(1); count > 0; count -= 1) {
      const handle = frame.body.readUInt32BE(at);
      if (entries.at(-1)?.handle !== handle) entries.push({ handle, items: [] });
      const { items } = entries.at(-1)!;
      const last = frame.body.readUInt8(at + 4);
      at += 5;
      for (let item = 0; item < last; item += 1) {
        const [word, length] = [frame.body.readUInt8(at), frame.body.readUInt8(at + 1)];
        const value = frame.body.toString('utf8', at + 2, at + 2 + length);
        if (word === ITEM.CONTINUED) items.at(-1)![1] += value;
        else items.push([word, value]);
        at += 2 + length;
      }
    }
    expect(at).toBe(frame.body.length);
  }
  return entries;
}

const text = fc.string({ unit: 'grapheme', maxLength: 255 });
const long = fc.constantFrom('é'.repeat(255), '電'.repeat(255), '😀'.repeat(127), `x${'😀'.repeat(127)}`);
const WORDS = ['FIRST_NAME', 'LAST_NAME', 'EMAIL', 'DEPARTMENT', 'LOCATION'] as const;
const entry = fc
  .tuple(...WORDS.map(() => fc.oneof(text, long)))
  .map((values) => values.map((value, at) => [WORDS[at]!, value] as const));

it('R-DAS-01 entries of any length are read whole where they may continue, each frame within its bounds', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (all) => {
      const entries: DirectoryEntry[] = all.map((items, index) => ({ handle: index + 1, items }));
      const frames = encodeEntries(9, 'USER', entries, true);
      for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(364);
      expect(read(frames)).toEqual(
        entries.map(({ handle, items }) => ({ handle, items: items.map(([word, value]) => [ITEM[word], value]) })),
      );
    }),
    { numRuns: 200 },
  );
});

it('entries are cut between characters where they may not continue', () => {
  const [whole] = read(encodeEntries(9, 'USER', [{ handle: 1, items: [['FIRST_NAME', '電'.repeat(255)]] }], false));
  expect(whole?.items).toEqual([[ITEM.FIRST_NAME, '電'.repeat(85)]]);
});
