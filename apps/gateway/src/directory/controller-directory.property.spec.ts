/** R-CLU-08: whatever comes in between, the copy is in the end what the controller holds. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ControllerRequest } from '#southbound/messages';
import { makeObjectId } from '../switchboard/numbering.rules.js';
import { ControllerDirectory } from './controller-directory.js';
import { entryOf, SYNCED } from './directory-items.rules.js';
import { MemoryDirectory } from './memory-directory.js';

const SEED = 20_261_128;
const RUNS = 1500;
const PAGE = 3;
const ICP = 5;
const USERS = SYNCED.find(({ name }) => name === 'users')!;

/** Users by handle, read in pages; what is asked waits until it is let through, what is told until it is delivered. */
class Peer {
  readonly users = new Map<number, string>();
  readonly directory = new MemoryDirectory();
  readonly link: ControllerDirectory;
  nowMs = 0;
  private asked: ControllerRequest[] = [];
  private told: number[] = [];
  private last = 0;
  private number = 0;

  constructor() {
    this.link = new ControllerDirectory({
      icpId: ICP,
      directory: this.directory,
      timeoutMs: 100,
      correlation: () => (this.number += 1),
      send: (request) => this.asked.push(request) > 0,
      note: () => {},
      models: () => {},
    });
  }

  insert(name: string): void {
    this.last += 1;
    this.users.set(this.last, name);
    this.told.push(this.last);
  }
  touch(at: number, name: string | undefined): void {
    const handle = [...this.users.keys()][at % Math.max(1, this.users.size)];
    if (handle === undefined) return;
    if (name === undefined) this.users.delete(handle);
    else this.users.set(handle, name);
    this.told.push(handle);
  }
  answer(): void {
    const request = this.asked.shift();
    if (request?.type === 'DIRECTORY_WRITE') this.carryOut(request);
    if (request?.type !== 'DIRECTORY_READ') return;
    const { correlation, entity, after } = request;
    const all = entity === 'USER' ? [...this.users].filter(([handle]) => handle > after).sort(([a], [b]) => a - b) : [];
    const page = all.slice(0, PAGE);
    const entries = page.map(([handle, value]) => ({ handle, items: [{ word: 'LAST_NAME', value }] }));
    if (entries.length > 0) this.link.message(this.nowMs, { type: 'DIRECTORY_ENTRIES', correlation, entity, entries });
    const next = all.length > page.length ? page.at(-1)![0] : 0;
    this.link.message(this.nowMs, {
      type: 'DIRECTORY_READ_RESPONSE',
      correlation,
      result: 'OK',
      target: 0,
      count: entries.length,
      next,
    });
  }
  lose(): void {
    this.asked.shift();
  }
  deliver(): void {
    const handle = this.told.shift();
    if (handle !== undefined) this.link.changed(this.nowMs, USERS.deiId, handle);
  }
  /** What would have been told is lost, and it is known that something was. */
  miss(): void {
    this.told = [];
    this.link.readAll(this.nowMs);
  }
  /** The link goes and comes: what was under way is gone, with what would have been told. */
  reconnect(): void {
    this.asked = [];
    this.told = [];
    this.link.up();
    this.link.readAll(this.nowMs);
  }
  /** As the data access does: into the copy when the controller has taken it. */
  write(at: number, name: string): void {
    const handle = [...this.users.keys()][at % Math.max(1, this.users.size)];
    if (handle === undefined) return;
    const items = [{ word: 'LAST_NAME', value: name }];
    this.link.write(this.nowMs, {
      kind: 'write',
      entity: USERS,
      action: 'UPDATE',
      handle,
      items,
      done: (outcome) => outcome.ok && this.directory.put(USERS.deiId, entryOf(USERS, ICP, { handle, items })),
    });
  }
  settle(): void {
    for (let count = 0; count < 10_000 && (this.asked.length > 0 || this.told.length > 0 || this.link.isReading); count += 1) {
      this.deliver();
      if (this.asked.length > 0) this.answer();
      else this.tick(1_000_000);
    }
  }
  tick(ms: number): void {
    this.nowMs += ms;
    this.link.tick(this.nowMs);
  }

  private carryOut({ correlation, target, items }: Extract<ControllerRequest, { type: 'DIRECTORY_WRITE' }>): void {
    const result = this.users.has(target) ? 'OK' : 'UNKNOWN_DEVICE';
    // of a write nobody need be told: who wrote knows
    if (result === 'OK') this.users.set(target, items[0]!.value);
    this.link.message(this.nowMs, { type: 'DIRECTORY_WRITE_RESPONSE', correlation, result, target, handle: target });
  }
}

const name = fc.constantFrom('Ann', 'Bob', 'Cid', 'Dan');
const at = fc.nat(20);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('insert' as const), name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('touch' as const), at, name: fc.option(name, { nil: undefined }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), at, name }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'reconnect' as const, 'miss' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tick' as const), ms: fc.constantFrom(50, 200, 400_000) }) },
);

it('R-CLU-08 what was read, changed, written, lost and told in any order: the copy ends equal to the controller', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const peer = new Peer();
      for (let count = 0; count < 8; count += 1) peer.insert('Eve');
      peer.reconnect();
      for (const each of steps) {
        if (each.do === 'insert') peer.insert(each.name);
        else if (each.do === 'touch') peer.touch(each.at, each.name);
        else if (each.do === 'write') peer.write(each.at, each.name);
        else if (each.do === 'tick') peer.tick(each.ms);
        else peer[each.do]();
      }
      peer.settle();
      const copy = [...peer.directory.after(USERS.deiId, -1)].map(({ objectId, values }) => [objectId, values[3]]);
      const held = [...peer.users].sort(([a], [b]) => a - b).map(([handle, value]) => [makeObjectId(ICP, handle), value]);
      expect(copy).toEqual(held);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
