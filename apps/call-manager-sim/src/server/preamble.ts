/**
 * What an instance says before the request it belongs to, without an answer of its own: TRACE. Holds one at most, until its request comes;
 * whatever else comes in between breaks the protocol.
 */
import { FrameError } from '#southbound/framing';
import type { Request, TraceContext } from '../wire/request.decoder.js';

export class Preamble {
  private trace: TraceContext | null = null;

  /** TRACE came. Throws {@link FrameError} where another request's still waits. */
  take(trace: TraceContext): void {
    if (this.trace) throw new FrameError('TYPE', `TRACE of request ${trace.correlation} where ${this.trace.correlation} is due`);
    this.trace = trace;
  }

  /** The request came: its `traceparent`, null without a TRACE. Throws {@link FrameError} where another request was announced. */
  endWith({ correlation }: Request): string | null {
    const { trace } = this;
    if (!trace) return null;
    if (trace.correlation !== correlation)
      throw new FrameError('TYPE', `request ${correlation} where ${trace.correlation} is due, whose TRACE has come`);
    this.trace = null;
    return trace.traceparent;
  }
}
