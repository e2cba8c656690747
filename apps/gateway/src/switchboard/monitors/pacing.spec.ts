import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from './pacing.js';

/** The most of these times that lie in any second. */
function mostInASecond(times: readonly number[]): number {
  const sorted = [...times].sort((left, right) => left - right);
  return sorted.reduce(
    (most, from, index) =>
      Math.max(most, sorted.findIndex((time, later) => later >= index && time >= from + 1000) - index || sorted.length - index),
    0,
  );
}

/** A controller at the end of a connection that keeps the order and is as slow as it likes; it notes when it reads. */
class Far {
  readonly readAt: number[] = [];
  private under: { order: number; readMs: number; answerMs: number }[] = [];
  private freeMs = 0;

  constructor(private readonly pacer: Pacer) {}

  send(nowMs: number, order: number, wayMs: number, backMs: number): void {
    const readMs = Math.max(this.freeMs, nowMs + wayMs);
    this.freeMs = readMs;
    this.under.push({ order, readMs, answerMs: readMs + backMs });
  }

  /** What has been answered by now is told to the pacer, in whatever order the answers come. */
  pass(nowMs: number): void {
    const due = this.under.filter(({ answerMs }) => answerMs <= nowMs);
    this.under = this.under.filter(({ answerMs }) => answerMs > nowMs);
    for (const { readMs } of due) this.readAt.push(readMs);
    for (const { order } of due.reverse()) this.pacer.wasRead(nowMs, order);
  }

  /** The connection ends: what is under way is read at once, or never; nothing of it is answered. */
  cut(nowMs: number, isRead: boolean): void {
    if (isRead) for (const { readMs } of this.under) this.readAt.push(Math.min(readMs, nowMs));
    this.under = [];
    this.freeMs = nowMs;
  }

  end(): void {
    for (const { readMs } of this.under.splice(0)) this.readAt.push(readMs);
  }
}

const begun = (share: number): Pacer => {
  const pacer = new Pacer(share);
  pacer.linkUp(-2000);
  return pacer;
};

describe('pacing', () => {
  it('R-LIM-11 never more than the share in any second as the controller reads them: slow ways, stalls, lost links, other shares', () => {
    const step = fc.record({
      kind: fc.constantFrom('send', 'send', 'send', 'send', 'cut', 'share'),
      afterMs: fc.oneof(fc.nat(60), fc.nat(1500)),
      wayMs: fc.oneof(fc.nat(5), fc.nat(2500)),
      backMs: fc.oneof(fc.nat(5), fc.nat(500)),
      share: fc.nat(20),
      isRead: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
        const pacer = begun(20);
        const far = new Far(pacer);
        let [nowMs, order, greatest] = [0, 0, 20];
        for (const { kind, afterMs, wayMs, backMs, share, isRead } of steps) {
          for (const end = nowMs + afterMs; nowMs < end; nowMs += 10) far.pass(nowMs);
          if (kind === 'cut') {
            far.cut(nowMs, isRead);
            pacer.linkUp(nowMs);
          }
          if (kind === 'share') {
            pacer.setShare(nowMs, share);
            greatest = Math.max(greatest, share);
          }
          while (kind === 'send' && pacer.take(nowMs, order + 1)) far.send(nowMs, (order += 1), wayMs, backMs);
        }
        far.end();
        expect(mostInASecond(far.readAt)).toBeLessThanOrEqual(greatest);
      }),
    );
  });

  it('R-LIM-11 keeps close to the floor while answers take 5 ms, with timers that are late', () => {
    const pacer = begun(20);
    const far = new Far(pacer);
    let order = 0;
    for (let nowMs = 0; nowMs <= 100_000; nowMs += 7) {
      far.pass(nowMs);
      while (pacer.take(nowMs, order + 1)) far.send(nowMs, (order += 1), 2, 3);
    }
    expect(order).toBeGreaterThanOrEqual(2000 / 1.02);
    expect(mostInASecond(far.readAt)).toBe(20);
  });

  it('a few go at once, a crowd is spread over the second', () => {
    const pacer = begun(20);
    let order = 0;
    const goAt = (nowMs: number) => {
      const before = order;
      while (pacer.take(nowMs, order + 1)) order += 1;
      return order - before;
    };
    expect(goAt(0)).toBe(10);
    expect(Array.from({ length: 20 }, (_, index) => goAt((index + 1) * 40)).reduce((sum, count) => sum + count)).toBe(10);
    expect(pacer.readyAtMs(900)).toBe(Number.POSITIVE_INFINITY);
  });

  it('begins with the first link and counts its share as used then; what has not been answered keeps its place', () => {
    const pacer = new Pacer(1);
    expect(pacer.take(5000, 1)).toBe(false);
    pacer.linkUp(5000);
    expect(pacer.take(6000, 1)).toBe(false);
    expect(pacer.take(6010, 1)).toBe(true);
    expect(pacer.take(99_000, 2)).toBe(false);
    pacer.wasRead(99_000, 7);
    expect(pacer.take(100_000, 8)).toBe(false);
    expect(pacer.take(100_010, 8)).toBe(true);
    pacer.notSent(8);
    pacer.linkUp(100_011);
    expect(pacer.take(101_100, 9)).toBe(true);
  });

  it('a lower share holds at once, and says what is still in force until it has worn off', () => {
    const pacer = begun(20);
    for (let nowMs = 0, order = 1; order <= 20; nowMs += 40, order += 1) if (!pacer.take(nowMs, order)) order -= 1;
    pacer.setShare(900, 5);
    expect(pacer.inForce(900)).toBe(20);
    pacer.wasRead(900, 20);
    expect(pacer.inForce(1900)).toBe(20);
    expect(pacer.take(1900, 21)).toBe(false);
    expect(pacer.inForce(1910)).toBe(5);
    pacer.setShare(2000, 20);
    for (let order = 30; order < 35; order += 1) expect(pacer.take(2000 + order * 10, order)).toBe(order < 35);
    expect(pacer.take(2400, 40)).toBe(false);
  });
});
