import { describe, expect, it } from 'vitest';
import { OperationSpans } from './operation-spans.js';

const HOUR = 3_600_000;
const MADE = Date.UTC(2026, 0, 1);
const SPAN = 60_000;
const operation = (id = 'op', madeAt = MADE) => ({ id, createdAt: new Date(madeAt), deadlineAt: new Date(madeAt + SPAN) });
/** Whether it is past its deadline. */
const isOver = (spans: OperationSpans, storeMs: number, nowMs: number, of = operation()) =>
  spans.timeFor(of, { storeMs, nowMs }) >= of.deadlineAt.getTime();

describe('I12 I10 the span of an operation', () => {
  it.each([
    ['forward an hour', HOUR],
    ['back an hour', -HOUR],
    ['not at all', 0],
  ])('a clock that is set %s: over after the span, not before', (_name, jump) => {
    const spans = new OperationSpans();
    // first seen when 10 s of it are over
    spans.listed([operation()], 0, { storeMs: MADE + 10_000, nowMs: 5 });
    const at = (elapsed: number) => isOver(spans, MADE + 10_000 + elapsed + jump, 5 + elapsed);
    expect([at(0), at(49_999), at(50_000), at(50_001)]).toEqual([false, false, true, true]);
  });

  it.each([
    ['forward', HOUR],
    ['back', -HOUR],
  ])('one that is made right before the clock is set %s has its span from the last look at all, at most', (_name, jump) => {
    const spans = new OperationSpans();
    spans.listed([], 1000, { storeMs: MADE - 500, nowMs: 1010 });
    expect(isOver(spans, MADE + 500 + jump, 2000)).toBe(false);
    expect(isOver(spans, MADE + 500 + jump, 2000 + SPAN - 1001)).toBe(false);
    expect(isOver(spans, MADE + 500 + jump, 2000 + SPAN)).toBe(true);
  });

  it('one that was open while nobody looked is past its deadline when somebody does', () => {
    expect(isOver(new OperationSpans(), MADE + SPAN, 7)).toBe(true);
    expect(isOver(new OperationSpans(), MADE + SPAN - 1, 7)).toBe(false);
  });

  it('each has its own; what is not open any more is forgotten', () => {
    const spans = new OperationSpans();
    const later = operation('later', MADE + 30_000);
    spans.listed([operation(), later], 0, { storeMs: MADE + 30_000, nowMs: 30_000 });
    expect([isOver(spans, 0, 60_000), isOver(spans, 0, 60_000, later), isOver(spans, 0, 90_000, later)]).toEqual([
      true,
      false,
      true,
    ]);
    spans.listed([later], 89_000, { storeMs: 0, nowMs: 89_000 });
    // of the one that was forgotten nothing is known but what the store says
    expect(isOver(spans, MADE, 89_001)).toBe(false);
  });
});
