/** What the sync of directories asks of a controller over time, and that nothing of it grows without bound. */
import { describe, expect, it } from 'vitest';
import type { ControllerRequest } from '#southbound/messages';
import type { Outcome } from '../northbound-port.js';
import { SYNCED } from './directory-items.rules.js';
import { DirectorySync, RESYNC_MS } from './directory-sync.js';
import { entityById } from './entities.js';
import { MemoryDirectory } from './memory-directory.js';

const USERS = SYNCED[0]!.deiId;
const OBJECT = 2 ** 32 + 7;

/** A controller that is asked; it answers when the test says so. */
class Plant {
  nowMs = 0;
  readonly asked: ControllerRequest[] = [];
  private open: ControllerRequest[] = [];
  readonly sync = new DirectorySync({
    directory: new MemoryDirectory(),
    timeoutMs: 10_000,
    nowMs: () => this.nowMs,
    wallMs: () => this.nowMs,
    isRecovering: () => false,
    send: (_icpId, request) => this.open.push(request) > 0,
    refusal: () => undefined,
    note: () => undefined,
    models: () => undefined,
  });

  /** Answers everything that is asked, and what is asked then, until nothing is. Counts what it answered. */
  answer(resultOf: (request: ControllerRequest) => 'OK' | 'REFUSED' = () => 'OK'): number {
    let count = 0;
    for (let request = this.open.shift(); request !== undefined; request = this.open.shift()) {
      const [{ correlation }, result] = [request, resultOf(request)];
      this.asked.push(request);
      if (request.type === 'DIRECTORY_READ')
        this.sync.message(1, { type: 'DIRECTORY_READ_RESPONSE', correlation, result, target: 0, count: 0, next: 0 });
      if (request.type === 'DIRECTORY_WRITE')
        this.sync.message(1, { type: 'DIRECTORY_WRITE_RESPONSE', correlation, result, target: request.target, handle: 7 });
      count += 1;
    }
    return count;
  }

  tickAt(nowMs: number): number {
    this.nowMs = nowMs;
    this.sync.tick();
    return this.answer();
  }
}

function ready(): Plant {
  const plant = new Plant();
  plant.sync.up(1);
  expect(plant.answer()).toBe(SYNCED.length);
  return plant;
}

describe('the directory of a controller', () => {
  it('R-CLU-08 is read again every hour, all of it, and not before', () => {
    const plant = ready();
    expect(plant.tickAt(RESYNC_MS - 1)).toBe(0);
    expect(plant.tickAt(RESYNC_MS)).toBe(SYNCED.length);
    expect(plant.tickAt(2 * RESYNC_MS - 1)).toBe(0);
    expect(plant.tickAt(2 * RESYNC_MS)).toBe(SYNCED.length);
  });

  it('R-CLU-08 many changes at once are read as a whole, not one by one', () => {
    const plant = ready();
    for (let handle = 1; handle <= 500; handle += 1) plant.sync.changed(1, { deiId: USERS, handle });
    expect(plant.answer()).toBeLessThanOrEqual(20);
  });

  it('R-DAS-03 changes that wait for a controller are bounded; what is too many is told to come again', async () => {
    const plant = ready();
    const before = { objectId: OBJECT, values: [] };
    const remove = () => plant.sync.write({ deiId: USERS, icpId: 1, before, after: undefined });
    const waiting = Array.from({ length: 101 }, remove);
    expect(await remove()).toMatchObject({ ok: false, refusal: { code: 'RATE_LIMITED' } });
    plant.answer();
    expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true);
  });

  it('R-DAS-03 an insert that needs several requests and fails in the middle is taken back', async () => {
    const plant = ready();
    const entity = entityById(USERS)!;
    const after = entity.fields.map(({ type }) => (type === 'integer' ? '1' : 'x'.repeat(24)));
    let done: Outcome<unknown> | undefined;
    void plant.sync.write({ deiId: USERS, icpId: 1, before: undefined, after }).then((outcome) => (done = outcome));
    plant.asked.length = 0;
    const refusesUpdates = (request: ControllerRequest) =>
      request.type === 'DIRECTORY_WRITE' && request.action === 'UPDATE' ? 'REFUSED' : 'OK';
    for (let turn = 0; turn < 20 && done === undefined; turn += 1) {
      plant.answer(refusesUpdates);
      await Promise.resolve();
    }
    expect(done).toMatchObject({ ok: false });
    const written = plant.asked.flatMap((request) => (request.type === 'DIRECTORY_WRITE' ? [request] : []));
    expect(written.map(({ action }) => action)).toEqual(['INSERT', 'UPDATE', 'DELETE']);
    expect(written.at(-1)).toMatchObject({ target: 7 });
  });
});
