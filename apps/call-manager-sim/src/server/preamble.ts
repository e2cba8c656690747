/**
 * What an instance says before the request it belongs to, without an answer of its own: TRACE, and DIRECTORY_PARTs behind it. Holds what belongs
 * to one request at most, bounded, until that comes; whatever else comes in between breaks the protocol.
 */
import { FrameError } from '#southbound/framing';
import type { DirectoryPart, Item, Request, TraceContext } from '../wire/request.decoder.js';

export const PARTS_MAX = 16;

export interface Announced {
  readonly request: Request;
  /** Null: the request has no trace. */
  readonly traceparent: string | null;
}

export class Preamble {
  /** Of the request that is due; 0: none. */
  private correlation = 0;
  private traceparent: string | null = null;
  private parts: DirectoryPart[] = [];

  /** Throws {@link FrameError} where something else is due. */
  take(message: TraceContext | DirectoryPart): void {
    const { type, correlation } = message;
    if (this.correlation !== 0 && (type === 'TRACE' || correlation !== this.correlation)) throw this.outOfTurn(type, correlation);
    if (this.parts.length === PARTS_MAX) throw new FrameError('TYPE', `more than ${PARTS_MAX} parts of request ${correlation}`);
    this.correlation = correlation;
    if (type === 'TRACE') this.traceparent = message.traceparent;
    else this.parts.push(message);
  }

  /** The request came: it with all its items, and its trace. Throws {@link FrameError} where another request was announced. */
  endWith(request: Request): Announced {
    const { correlation, traceparent, parts } = this;
    if (correlation === 0) return { request, traceparent: null };
    const fits = request.correlation === correlation && (parts.length === 0 || request.type === 'DIRECTORY_WRITE');
    if (!fits) throw this.outOfTurn(request.type, request.correlation);
    this.correlation = 0;
    this.traceparent = null;
    this.parts = [];
    if (request.type !== 'DIRECTORY_WRITE' || parts.length === 0) return { request, traceparent };
    const items = joined([...parts.flatMap((part) => part.items), ...request.items]);
    return { request: { ...request, items }, traceparent };
  }

  private outOfTurn(type: string, correlation: number): FrameError {
    return new FrameError('TYPE', `${type} ${correlation} where request ${this.correlation} is due`);
  }
}

/** An item that goes on is put together; one that goes on from nothing stays, and is no item of any entry. */
function joined(items: readonly Item[]): Item[] {
  const whole: Item[] = [];
  for (const item of items) {
    const before = whole.at(-1);
    if (item.word === 'CONTINUED' && before) whole[whole.length - 1] = { ...before, value: before.value + item.value };
    else whole.push(item);
  }
  return whole;
}
