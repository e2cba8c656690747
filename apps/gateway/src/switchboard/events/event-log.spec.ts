import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import { entryOf, type EventBody } from '../../event-entry.js';
import { eventsOf } from '../../event-page.js';
import { EventLog } from './event-log.js';

const epoch = { major: 1, minor: 0 };
const body = (number: number): EventBody => ({
  category: 'SYSTEM_EVENT',
  type: 'ICP_COMMUNICATION_EVENT',
  eventId: `e${number}`,
  eventTime: number,
  source: 'live',
  icpId: 1,
  connectionState: 'CONNECTED',
});
const at = (nowMs: number) => ({ nowMs, wallMs: nowMs });
const none = () => [];

type Step = { readonly append: number } | { readonly read: number } | { readonly pass: number } | { readonly again: number };
const steps = fc.array(
  fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ read: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ pass: fc.integer({ min: 1, max: 600 }) }),
    fc.record({ again: fc.nat(100) }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

describe('event log', () => {
  it('R-CC-09 a reader of single events gets past an overflow, though what each gap left out is described to it', () => {
    for (const perSessionMax of [1, 2, 5, 20]) {
      const log = new EventLog(epoch, { perSessionMax, retentionMs: 1000 });
      for (let number = 1; number <= 60; number += 1) log.append(entryOf(body(number), 0));
      let [cursor, gaps] = [0, 0];
      const seen: string[] = [];
      while (log.hasNews) {
        const page = log.read(cursor, 1, at(0), none);
        cursor = page.cursorSeq;
        seen.push(...eventsOf(page).map(({ eventId }) => eventId));
        if (page.gap === undefined) continue;
        gaps += 1;
        for (let told = 0; told < Math.ceil(perSessionMax / 2); told += 1) log.append(entryOf(body(1000 + told), 0), true);
        expect(gaps, 'gaps of the description alone').toBe(1);
      }
      expect(seen).toContain('e60');
      expect(seen.at(-1)).toBe(`e${1000 + Math.ceil(perSessionMax / 2) - 1}`);
    }
  });

  it('R-CC-09 gets past overflows one after the other too, when nothing of the first description was read', () => {
    for (const perSessionMax of [2, 5, 20]) {
      const log = new EventLog(epoch, { perSessionMax, retentionMs: 1000 });
      let [cursor, gaps, last] = [0, 0, ''];
      const readOne = () => {
        const page = log.read(cursor, 1, at(0), none);
        cursor = page.cursorSeq;
        last = eventsOf(page)[0]?.eventId ?? last;
        if (page.gap === undefined) return;
        gaps += 1;
        for (let told = 0; told < Math.ceil(perSessionMax / 2); told += 1) log.append(entryOf(body(1000 + told), 0), true);
      };
      for (let round = 0; round < 5; round += 1) {
        for (let number = 1; number <= 60; number += 1) log.append(entryOf(body(number), 0));
        readOne();
      }
      while (log.hasNews && gaps < 100) readOne();
      expect([gaps < 20, last], `${perSessionMax}`).toEqual([true, `e${1000 + Math.ceil(perSessionMax / 2) - 1}`]);
    }
  });

  it('R-CC-09 the gap of a restart is told as that, whatever overflows behind it, and again to a reader whom it did not reach', () => {
    const gap = { category: 'GAP', type: 'EVENT_GAP', eventId: 'r', eventTime: 1, source: 'synthetic' } as const;
    const restart: EventBody = { ...gap, objectIds: [7], since: 1, lost: null, reason: 'restart' };
    for (const pass of [0, 2000])
      for (const page of [1, 50]) {
        const log = new EventLog(epoch, { perSessionMax: 5, retentionMs: 1000 });
        log.append(entryOf(restart, 0));
        for (let number = 1; number <= 30; number += 1) log.append(entryOf(body(number), 0));
        expect(log.unreadSince(at(pass), 0)).toBe(1);
        const reasons = () => {
          const told: (string | number | null)[] = [];
          let cursor = 0;
          do {
            const read = log.read(cursor, page, at(pass), none);
            cursor = read.cursorSeq;
            for (const event of eventsOf(read)) if (event.category === 'GAP') told.push(event.reason, event.lost);
          } while (log.hasNews);
          return told;
        };
        const lost = pass === 0 ? 25 : 30;
        expect(reasons()).toEqual(['restart', null, 'overflow', lost]);
        for (let number = 31; number <= 60; number += 1) log.append(entryOf(body(number), pass));
        expect(reasons().slice(0, 3)).toEqual(['restart', null, 'overflow']);
      }
  });

  it('R-CC-09 every event is handed out once, in order, or counted in a gap at its place; numbers are dense and never reused', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 10 }), (script, perSessionMax) => {
        const log = new EventLog(epoch, { perSessionMax, retentionMs: 1000 });
        const full: ApplicationEvent[] = [];
        let [nowMs, appended, cursor, reread] = [0, 0, 0, false];
        const read = (max: number) => {
          const result = log.read(cursor, max, at(nowMs), none);
          full.push(...eventsOf(result));
          cursor = result.cursorSeq;
        };
        for (const step of script) {
          if ('append' in step)
            for (let count = 0; count < step.append; count += 1) log.append(entryOf(body((appended += 1)), nowMs));
          if ('pass' in step) nowMs += step.pass;
          if ('read' in step) read(step.read);
          if ('again' in step && cursor > 0) {
            const from = step.again % cursor;
            const again = eventsOf(log.read(from, 1, at(nowMs), none))[0];
            // within the bounds: the same event under the same number; beyond them: a gap under a new one
            if (again !== undefined && again.seq <= full.length) expect(again).toEqual(full[from]);
            else if (again !== undefined) [reread] = [true, full.push(again)];
            cursor = Math.max(cursor, again?.seq ?? 0);
          }
          expect(log.size).toBeLessThanOrEqual(perSessionMax);
        }
        while (log.hasNews) read(5);
        expect(full.map(({ seq }) => seq)).toEqual(full.map((_, index) => index + 1));
        // a gap for what was read before counts it too
        if (reread) return;
        let next = 1;
        for (const event of full) {
          if (event.category === 'GAP') {
            if (event.since >= next) next += event.lost ?? 0;
          } else {
            expect(event.eventTime).toBeGreaterThanOrEqual(next);
            next = event.eventTime + 1;
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('P10 resuming with any cursor that is held gives the suffix of the full stream', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(40), fc.integer({ min: 1, max: 7 }), (count, from, page) => {
        const log = new EventLog(epoch, { perSessionMax: 50, retentionMs: 1000 });
        for (let number = 1; number <= count; number += 1) log.append(entryOf(body(number), 0));
        const full = eventsOf(log.read(0, 500, at(0), none));
        const cursor = Math.min(from, count);
        const resumed: ApplicationEvent[] = [];
        for (let position = cursor; position < count;) {
          const part = log.read(position, page, at(0), none);
          resumed.push(...eventsOf(part));
          position = part.cursorSeq;
        }
        expect(resumed).toEqual(full.slice(cursor));
      }),
    );
  });

  it('counts exactly what it lost before anybody read it', () => {
    const log = new EventLog(epoch, { perSessionMax: 3, retentionMs: 1000 });
    for (let number = 1; number <= 10; number += 1) log.append(entryOf(body(number), 0));
    const events = eventsOf(log.read(0, 10, at(0), none));
    expect(events[0]).toMatchObject({ seq: 1, category: 'GAP', lost: 7, since: 1 });
    expect(events.slice(1).map(({ eventId, seq }) => `${eventId}@${seq}`)).toEqual(['e8@2', 'e9@3', 'e10@4']);
  });

  it('answers a cursor from before what is held with a gap, and goes on from there', () => {
    const log = new EventLog(epoch, { perSessionMax: 3, retentionMs: 1000 });
    for (let number = 1; number <= 6; number += 1) {
      log.append(entryOf(body(number), 0));
      log.read(number - 1, 1, at(0), none);
    }
    const page = log.read(1, 10, at(0), () => [42]);
    expect(eventsOf(page)).toMatchObject([{ seq: 7, category: 'GAP', lost: 5, objectIds: [42] }]);
    expect(log.read(page.cursorSeq, 10, at(0), none).entries).toEqual([]);
  });
});
