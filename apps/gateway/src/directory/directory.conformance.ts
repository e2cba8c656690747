/** What every implementation of the directory must do (directory.port.ts). */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Change, Directory, Entry } from './directory.port.js';

const PHONES = 2;
const entry = (objectId: number, icpId: number, dn: string): Entry => ({
  objectId,
  values: [String(objectId), String(icpId), dn],
});

/** @param make an empty directory with room for `entriesMax` entries of an entity */
export function directoryConformance(name: string, make: (entriesMax: number) => Directory): void {
  describe(`${name} keeps the promises of a directory`, () => {
    let directory: Directory;
    let changes: Change[];
    beforeEach(() => {
      directory = make(6);
      changes = [];
      directory.onChange((change) => changes.push(change));
    });
    const ids = (after = -1) => [...directory.after(PHONES, after)].map(({ objectId }) => objectId);

    it('R-DAS-01 reads in the order of ids, from any place, whatever the order of writing', () => {
      for (const id of [30, 4, 100, 7]) directory.put(PHONES, entry(id, 1, `${id}`));
      expect(ids()).toEqual([4, 7, 30, 100]);
      expect(ids(7)).toEqual([30, 100]);
      expect(ids(8)).toEqual([30, 100]);
      expect(ids(100)).toEqual([]);
      expect([...directory.after(3, -1)]).toEqual([]);
      expect(directory.get(PHONES, 30)).toEqual(entry(30, 1, '30'));
      expect(directory.get(PHONES, 31)).toBeUndefined();
    });

    it('replaces what one controller has, leaves the others, and tells only what differs', () => {
      directory.replace(PHONES, 1, [entry(1, 1, 'a'), entry(2, 1, 'b')]);
      directory.replace(PHONES, 2, [entry(9, 2, 'z')]);
      changes.length = 0;
      directory.replace(PHONES, 1, [entry(2, 1, 'changed'), entry(3, 1, 'c')]);
      expect(ids()).toEqual([2, 3, 9]);
      expect(changes).toEqual([
        { deiId: PHONES, before: entry(1, 1, 'a'), after: undefined },
        { deiId: PHONES, before: entry(2, 1, 'b'), after: entry(2, 1, 'changed') },
        { deiId: PHONES, before: undefined, after: entry(3, 1, 'c') },
      ]);
      changes.length = 0;
      directory.replace(PHONES, 1, [entry(2, 1, 'changed'), entry(3, 1, 'c')]);
      expect(changes).toEqual([]);
      directory.forget(1);
      expect(ids()).toEqual([9]);
    });

    it('tells a change once, and nobody after the telling was ended', () => {
      const heard: Change[] = [];
      const end = directory.onChange((change) => heard.push(change));
      directory.put(PHONES, entry(1, 1, 'a'));
      directory.put(PHONES, entry(1, 1, 'a'));
      end();
      directory.remove(PHONES, 1);
      directory.remove(PHONES, 1);
      expect(heard).toHaveLength(1);
      expect(changes).toHaveLength(2);
    });

    it('R-DAS-02 readers do not disturb one another, and what is removed meanwhile is not told', () => {
      for (const id of [1, 2, 3, 4]) directory.put(PHONES, entry(id, 1, `${id}`));
      const [one, other] = [directory.after(PHONES, -1)[Symbol.iterator](), directory.after(PHONES, -1)[Symbol.iterator]()];
      expect([one.next().value, other.next().value].map((each) => (each as Entry).objectId)).toEqual([1, 1]);
      directory.remove(PHONES, 2);
      directory.put(PHONES, entry(5, 1, '5'));
      const left = (reader: Iterator<Entry>) => {
        const seen: number[] = [];
        for (let next = reader.next(); next.done !== true; next = reader.next()) seen.push(next.value.objectId);
        return seen.filter((id) => id !== 5);
      };
      expect(left(one)).toEqual([3, 4]);
      expect(left(other)).toEqual([3, 4]);
      expect(ids()).toEqual([1, 3, 4, 5]);
    });

    it('is bounded: what does not fit changes nothing', () => {
      directory.replace(
        PHONES,
        1,
        [1, 2, 3].map((id) => entry(id, 1, `${id}`)),
      );
      directory.replace(
        PHONES,
        2,
        [11, 12, 13].map((id) => entry(id, 2, `${id}`)),
      );
      expect(() => directory.put(PHONES, entry(14, 2, 'x'))).toThrow(RangeError);
      expect(() =>
        directory.replace(
          PHONES,
          1,
          [1, 2, 3, 4].map((id) => entry(id, 1, 'x')),
        ),
      ).toThrow(RangeError);
      expect(ids()).toEqual([1, 2, 3, 11, 12, 13]);
      expect(directory.get(PHONES, 1)?.values[2]).toBe('1');
      directory.replace(
        PHONES,
        1,
        [4, 5, 6].map((id) => entry(id, 1, `${id}`)),
      );
      expect(directory.size(PHONES)).toBe(6);
    });
  });
}
