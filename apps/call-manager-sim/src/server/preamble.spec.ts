import { FrameError } from '#southbound/framing';
import { describe, expect, it } from 'vitest';
import type { Request } from '../wire/request.decoder.js';
import { Preamble } from './preamble.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01';
const trace = (correlation: number) => ({ type: 'TRACE' as const, correlation, traceparent });
const request = (correlation: number): Request => ({ type: 'MONITOR_START', correlation, target: 1 });

describe('what comes before a request', () => {
  it('R-LOG-01 belongs to the request with its number alone, and to that one once', () => {
    const preamble = new Preamble();
    expect(preamble.endWith(request(1))).toBeNull();
    preamble.take(trace(2));
    expect(preamble.endWith(request(2))).toBe(traceparent);
    expect(preamble.endWith(request(3))).toBeNull();
  });

  it('is a protocol error before another request than its own, and twice', () => {
    const [other, twice] = [new Preamble(), new Preamble()];
    other.take(trace(2));
    expect(() => other.endWith(request(3))).toThrow(FrameError);
    twice.take(trace(2));
    expect(() => twice.take(trace(2))).toThrow(FrameError);
  });
});
