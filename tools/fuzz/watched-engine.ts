/** An engine that remembers which requests came as far as it, by their id. */
import type { CallContext, Engine } from '../../apps/gateway/src/northbound-port.js';

export interface WatchedEngine extends Engine {
  /** Whether it was asked by this request; it is forgotten then. */
  took(requestId: string): boolean;
}

export function watched(engine: Engine): WatchedEngine {
  const seen = new Set<string>();
  const note = ({ requestId }: CallContext) => void seen.add(requestId);
  return {
    took: (requestId) => seen.delete(requestId),
    execute: (name, request, context) => (note(context), engine.execute(name, request, context)),
    readEvents: (request, context) => (note(context), engine.readEvents(request, context)),
    openReader: (request, context, listener) => (note(context), engine.openReader(request, context, listener)),
    nextRestEvent: (request, context) => (note(context), engine.nextRestEvent(request, context)),
    nextEvent: (request, context) => (note(context), engine.nextEvent(request, context)),
  };
}
