import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givesWay, nextInTurn } from './room-turns.rules.js';

const SEED = 20_261_128;
const ask = fc.record({ owner: fc.constantFrom('a', 'b', 'c'), sessionId: fc.nat(1) }).map(({ owner, sessionId }) => ({
  owner,
  sessionId: owner.charCodeAt(0) * 10 + sessionId,
}));

describe('R-LIM-13 turns of those that wait for room', () => {
  it('no application has two places more than another that still waits, and none of its sessions either', () => {
    fc.assert(
      fc.property(fc.array(ask, { minLength: 1, maxLength: 40 }), (given) => {
        const waiting = given.map((one, at) => ({ ...one, at }));
        const [owners, sessions] = [new Map<string, number>(), new Map<number, number>()];
        while (waiting.length > 0) {
          const next = nextInTurn(waiting, { owners, sessions })!;
          const older = waiting.find(({ sessionId }) => sessionId === next.sessionId)!;
          expect(next.at, 'of one session the oldest').toBe(older.at);
          waiting.splice(waiting.indexOf(next), 1);
          owners.set(next.owner, (owners.get(next.owner) ?? 0) + 1);
          sessions.set(next.sessionId, (sessions.get(next.sessionId) ?? 0) + 1);
          for (const { owner, sessionId } of waiting) {
            expect(owners.get(next.owner)!).toBeLessThanOrEqual((owners.get(owner) ?? 0) + 1);
            if (owner === next.owner)
              expect(sessions.get(next.sessionId)!).toBeLessThanOrEqual((sessions.get(sessionId) ?? 0) + 1);
          }
        }
      }),
      { seed: SEED },
    );
  });

  it('where no more may wait, the newest of who has the most gives way to who has fewer', () => {
    const of = (owner: string, count: number) => Array.from({ length: count }, (_, at) => ({ owner, sessionId: 1, at }));
    expect(givesWay([...of('big', 5), ...of('small', 1)], 'small')).toMatchObject({ owner: 'big', at: 4 });
    expect(givesWay([...of('big', 3), ...of('small', 2)], 'small')).toBeUndefined();
    expect(givesWay(of('big', 5), 'big')).toBeUndefined();
    expect(givesWay([], 'small')).toBeUndefined();
  });
});
