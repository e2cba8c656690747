import { FrameError } from '#southbound/framing';
import { describe, expect, it } from 'vitest';
import type { Item, Request } from '../wire/request.decoder.js';
import { PARTS_MAX, Preamble } from './preamble.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01';
const trace = (correlation: number) => ({ type: 'TRACE' as const, correlation, traceparent });
const part = (correlation: number, ...items: Item[]) => ({ type: 'DIRECTORY_PART' as const, correlation, items });
const start = (correlation: number): Request => ({ type: 'MONITOR_START', correlation, target: 1 });
const write = (correlation: number, ...items: Item[]): Request => ({
  type: 'DIRECTORY_WRITE',
  correlation,
  target: 1,
  entity: 'USER',
  action: 'UPDATE',
  items,
});
const item = (word: Item['word'], value: string): Item => ({ word, value });
const after = (...messages: Parameters<Preamble['take']>[0][]): Preamble => {
  const preamble = new Preamble();
  for (const message of messages) preamble.take(message);
  return preamble;
};

describe('what comes before a request', () => {
  it('R-LOG-01 a TRACE belongs to the request with its number alone, and to that one once', () => {
    const preamble = new Preamble();
    expect(preamble.endWith(start(1)).traceparent).toBeNull();
    preamble.take(trace(2));
    expect(preamble.endWith(start(2)).traceparent).toBe(traceparent);
    expect(preamble.endWith(start(3)).traceparent).toBeNull();
  });

  it('R-DAS-03 parts are put together with the write that ends them, behind its trace', () => {
    const preamble = after(trace(7), part(7, item('FIRST_NAME', 'Gr')), part(7, item('CONTINUED', 'ace'), item('EMAIL', 'a')));
    expect(preamble.endWith(write(7, item('CONTINUED', '@b'), item('LOCATION', '')))).toEqual({
      request: write(7, item('FIRST_NAME', 'Grace'), item('EMAIL', 'a@b'), item('LOCATION', '')),
      traceparent,
    });
    expect(preamble.endWith(write(8)).request).toEqual(write(8));
    expect(after(part(7, item('CONTINUED', 'x'))).endWith(write(7)).request).toEqual(write(7, item('CONTINUED', 'x')));
  });

  it.each([
    ['another request than the one that is due', () => after(trace(2)).endWith(start(3))],
    ['a second TRACE', () => after(trace(2), trace(2))],
    ['a TRACE behind parts', () => after(part(2, item('EMAIL', 'a')), trace(2))],
    ['a part of another request', () => after(part(2, item('EMAIL', 'a')), part(3, item('EMAIL', 'a')))],
    ['a part behind the TRACE of another request', () => after(trace(2), part(3, item('EMAIL', 'a')))],
    ['parts before a request that has none', () => after(part(2, item('EMAIL', 'a'))).endWith(start(2))],
    ['parts without end', () => after(...Array.from({ length: PARTS_MAX + 1 }, () => part(2, item('EMAIL', 'a'))))],
  ])('is a protocol error: %s', (_what, breaks) => {
    expect(breaks).toThrow(FrameError);
  });
});
