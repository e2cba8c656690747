import { describe, expect, it } from 'vitest';
import type { ControllerRequest } from '#southbound/messages';
import { DirectorySync } from './directory-sync.js';
import { MemoryDirectory } from './memory-directory.js';
import { SYNCED } from './directory-items.rules.js';

class Plant {
  nowMs = 0;
  isRecovering = true;
  readonly sent: { readonly icpId: number; readonly request: ControllerRequest }[] = [];
  readonly sync = new DirectorySync({
    directory: new MemoryDirectory(),
    timeoutMs: 10_000,
    nowMs: () => this.nowMs,
    isRecovering: () => this.isRecovering,
    send: (icpId, request) => this.sent.push({ icpId, request }) > 0,
    refusal: () => undefined,
    note: () => undefined,
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
