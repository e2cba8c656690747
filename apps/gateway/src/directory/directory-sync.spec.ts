/** R-CLU-08 when directories are read: on connect, behind the monitors of a restart, on demand; when a sync counts as done, and what is told of it. */
import { describe, expect, it } from 'vitest';
import type { ControllerRequest } from '#southbound/messages';
import { DirectorySync } from './directory-sync.js';
import { SYNCED } from './directory-items.rules.js';
import { MemoryDirectory } from './memory-directory.js';

const ICP = 3;

function setUp() {
  const asked: Extract<ControllerRequest, { type: 'DIRECTORY_READ' }>[] = [];
  let nowMs = 0;
  const sync = new DirectorySync({
    directory: new MemoryDirectory(),
    timeoutMs: 1000,
    nowMs: () => nowMs,
    wallMs: () => 1_000_000 + nowMs,
    isRecovering: () => false,
    send: (_icpId, request) => asked.push(request as (typeof asked)[number]) > 0,
    refusal: () => undefined,
    note: () => {},
    models: () => {},
  });
  const answer = (result: 'OK' | 'OVERLOADED' = 'OK') => {
    const { correlation, entity } = asked.shift()!;
    const entries = entity === 'PHONE' && result === 'OK' ? [{ handle: 7, items: [{ word: 'DN', value: '1001' } as const] }] : [];
    if (entries.length > 0) sync.message(ICP, { type: 'DIRECTORY_ENTRIES', correlation, entity, entries });
    sync.message(ICP, { type: 'DIRECTORY_READ_RESPONSE', correlation, result, target: 0, count: entries.length, next: 0 });
  };
  const answerAll = () => {
    while (asked.length > 0) answer();
  };
  return { sync, asked, answer, answerAll, pass: (ms: number) => (nowMs += ms) };
}

it('R-CLU-08 on demand everything is read anew, and is done only when all that began after the demand has been read', () => {
  const { sync, asked, answer, answerAll, pass } = setUp();
  sync.up(ICP);
  answerAll();
  expect(sync.state(ICP)).toEqual({
    revision: 0,
    state: 'idle',
    syncedAt: new Date(1_000_000).toISOString(),
    entries: 1,
    failure: null,
  });
  expect(sync.hasNews, 'nobody asked').toBe(false);
  pass(5000);
  sync.demand(1);
  expect([asked.length, sync.state(ICP).state, sync.hasNews]).toEqual([1, 'reading', true]);
  answer();
  sync.demand(2);
  for (let count = 1; count < SYNCED.length; count += 1) answer();
  expect(sync.state(ICP), 'it began anew').toMatchObject({ revision: 0, state: 'reading' });
  answerAll();
  expect(sync.state(ICP)).toMatchObject({ revision: 2, state: 'idle', syncedAt: new Date(1_005_000).toISOString() });
  expect(sync.hasNews).toBe(true);
  sync.tell();
  expect(sync.hasNews).toBe(false);
  sync.demand(2);
  expect(asked, 'the same demand again').toEqual([]);
});

it('R-CLU-08 a controller that is away is read when it is back, and what could not be read is said and tried again', () => {
  const { sync, asked, answer, answerAll, pass } = setUp();
  sync.up(ICP);
  answerAll();
  sync.down(ICP);
  sync.demand(1);
  sync.tell();
  expect([asked.length, sync.hasNews]).toEqual([0, false]);
  expect(sync.state(ICP)).toMatchObject({ revision: 0, state: 'away', entries: 1 });
  sync.up(ICP);
  answer('OVERLOADED');
  expect(sync.state(ICP)).toMatchObject({ revision: 0, state: 'reading', failure: 'phones: refused: OVERLOADED' });
  expect(sync.hasNews).toBe(true);
  pass(300_000);
  sync.tick();
  answerAll();
  expect(sync.state(ICP)).toMatchObject({ revision: 1, state: 'idle', failure: null });
  expect(sync.state(9)).toMatchObject({ state: 'away', syncedAt: null });
});

class Plant {
  nowMs = 0;
  isRecovering = true;
  readonly sent: { readonly icpId: number; readonly request: ControllerRequest }[] = [];
  readonly sync = new DirectorySync({
    directory: new MemoryDirectory(),
    timeoutMs: 10_000,
    nowMs: () => this.nowMs,
    wallMs: () => 1_000_000 + this.nowMs,
    isRecovering: () => this.isRecovering,
    send: (icpId, request) => this.sent.push({ icpId, request }) > 0,
    refusal: () => undefined,
    note: () => undefined,
    models: () => undefined,
  });

  tickAt(nowMs: number): number[] {
    this.nowMs = nowMs;
    this.sent.length = 0;
    this.sync.tick();
    return this.sent.map(({ icpId }) => icpId);
  }
}

describe('the directories of many controllers', () => {
  it('R-CLU-08 are read when a link comes up', () => {
    const plant = new Plant();
    plant.isRecovering = false;
    plant.sync.up(1);
    expect(plant.sent.map(({ request }) => request.type)).toEqual(['DIRECTORY_READ']);
  });

  it('R-RES-05 wait while monitors of an earlier incarnation are set again, then begin a few at a time', () => {
    const plant = new Plant();
    const all = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const icpId of all) plant.sync.up(icpId);
    expect(plant.sent).toEqual([]);
    expect(plant.tickAt(2999)).toEqual([]);
    const begun = [3000, 3250, 3500, 3750].map((nowMs) => plant.tickAt(nowMs));
    expect(begun.map(({ length }) => length)).toEqual([8, 8, 4, 0]);
    expect(begun.flat()).toEqual(all);
  });

  it('R-CLU-08 a change that nobody knows the extent of does not make a directory be read before its turn', () => {
    const plant = new Plant();
    plant.sync.up(1);
    plant.sync.changed(1, undefined);
    expect(plant.sent).toEqual([]);
    expect(plant.tickAt(3000)).toEqual([1]);
  });

  it('R-DAS-03 what an application writes does not wait', () => {
    const plant = new Plant();
    plant.sync.up(1);
    const entity = SYNCED[0]!;
    const before = { objectId: 2 ** 32 + 7, values: [] };
    void plant.sync.write({ deiId: entity.deiId, icpId: 1, before, after: undefined });
    expect(plant.sent.map(({ request }) => request.type)).toEqual(['DIRECTORY_WRITE']);
  });
});
