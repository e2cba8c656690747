import { describe, expect, it } from 'vitest';
import { entityByName } from './entities.js';
import { ReadPage } from './read-page.js';

const users = entityByName('users')!;
const piece = (handle: number, ...items: [word: string, value: string][]) => ({
  handle,
  items: items.map(([word, value]) => ({ word, value })),
});
/** First name, last name and e-mail of what came. */
const names = (page: ReadPage) => page.end().map(({ values }) => values.slice(2, 5));

describe('a page of the directory', () => {
  it('R-DAS-01 entries in pieces are put together, also over frames, each value whole', () => {
    const page = new ReadPage(users, 1, true);
    page.add([piece(7, ['FIRST_NAME', 'Ana']), piece(8, ['FIRST_NAME', 'Gr'])]);
    page.add([piece(8, ['CONTINUED', 'a'], ['CONTINUED', 'ce'], ['LAST_NAME', 'Hop'])]);
    page.add([piece(8, ['CONTINUED', 'per'], ['EMAIL', 'g@h']), piece(9, ['CONTINUED', 'of nothing'], ['LAST_NAME', 'Ek'])]);
    expect(names(page)).toEqual([
      ['Ana', '', ''],
      ['Grace', 'Hopper', 'g@h'],
      ['', 'Ek', ''],
    ]);
  });

  it('of a controller that does not say so, the same handle again is an entry of its own', () => {
    const page = new ReadPage(users, 1, false);
    page.add([piece(7, ['FIRST_NAME', 'Ana']), piece(7, ['LAST_NAME', 'Ek'])]);
    expect(names(page)).toHaveLength(2);
  });

  it('pieces without end are of no use, nor are more entries than a page has; a value is never longer than its field', () => {
    const endless = new ReadPage(users, 1, true);
    const added = Array.from({ length: 40 }, () => endless.add([piece(7, ['CONTINUED', 'x'.repeat(255)])]));
    expect(added.findIndex((why) => why !== undefined)).toBe(32);
    const many = new ReadPage(users, 1, true);
    const why = Array.from({ length: 700 }, (_, at) =>
      many.add(Array.from({ length: 100 }, (_none, index) => piece(1 + at * 100 + index))),
    );
    expect(why.at(-1)).toMatch(/more entries/);
    const long = new ReadPage(users, 1, true);
    long.add([piece(7, ['FIRST_NAME', 'x'.repeat(255)], ['CONTINUED', 'y'])]);
    expect(names(long)[0]![0]).toBe('x'.repeat(255));
  });
});
