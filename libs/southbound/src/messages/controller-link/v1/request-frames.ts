/** The frames of one request, which belong together: they go out in one write. */
import { encodeMessage } from './encoder.js';
import type { ControllerRequest } from './types.js';

/** Where the parts of a `traceparent` of version 00 stand. */
const TRACE_ID = [3, 35] as const;
const SPAN_ID = [36, 52] as const;
const FLAGS = [53, 55] as const;

/**
 * The bytes of a request, with a TRACE before it where it has a trace. Throws `RangeError` like {@link encodeMessage}.
 * @param traceparent well-formed, of version 00; only for a controller that has announced TRACE
 */
export function encodeRequest(request: ControllerRequest, traceparent?: string): Buffer {
  const bytes = encodeMessage(request);
  return traceparent === undefined ? bytes : Buffer.concat([traceFrame(request.correlation, traceparent), bytes]);
}

function traceFrame(correlation: number, traceparent: string): Buffer {
  return encodeMessage({
    type: 'TRACE',
    correlation,
    traceId: traceparent.slice(...TRACE_ID),
    spanId: traceparent.slice(...SPAN_ID),
    flags: Number.parseInt(traceparent.slice(...FLAGS), 16),
  });
}
