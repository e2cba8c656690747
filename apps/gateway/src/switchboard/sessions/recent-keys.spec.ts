import { expect, it } from 'vitest';
import { RecentKeys } from './recent-keys.js';

it('R-LIM-08 knows the last so many keys, each once, and none before', () => {
  const keys = new RecentKeys(3);
  expect(['a', 'b', 'a', 'c', 'b'].map((key) => keys.add(key))).toEqual([true, true, false, true, false]);
  // a is the oldest, though it was asked for again
  expect(['d', 'a', 'c', 'd', 'b'].map((key) => keys.add(key))).toEqual([true, true, false, false, true]);
});
