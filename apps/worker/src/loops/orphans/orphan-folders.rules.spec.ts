import { describe, expect, it } from 'vitest';
import { planFolders } from './orphan-folders.rules.js';

const id = (digit: number) => `01890a5d-ac96-774b-bcce-b3020000000${digit}`;
const [LIVING, DELETED, UNKNOWN, ENDING] = [id(1), id(2), id(3), id(4)] as const;

describe('I2 I13 folders without an instance', () => {
  it('those of deleted instances go, unless a process of theirs still runs; those the store has never known stay', () => {
    const seen = {
      folders: [LIVING, DELETED, UNKNOWN, ENDING, 'lost+found', '.keep', DELETED.toUpperCase()],
      running: new Set([LIVING, ENDING]),
      known: new Set([LIVING]),
      named: new Set([LIVING, DELETED, ENDING]),
    };
    expect(planFolders(seen)).toEqual({ remove: [DELETED], leave: [UNKNOWN] });
    expect(planFolders({ ...seen, running: new Set() }).remove).toEqual([DELETED, ENDING]);
    expect(planFolders({ ...seen, known: new Set([LIVING, DELETED]) }).remove).toEqual([]);
  });
});
