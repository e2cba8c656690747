/** What the engine is told of a request beside its arguments. */
import type { CallContext, Departure } from '../northbound-port.js';
import type { Caller } from './incoming.js';

/** Member by member: spreading what may be absent costs more than all the rest of it. */
export function contextOf(face: CallContext['face'], caller: Caller, token?: string, departure?: Departure): CallContext {
  const { clientAddress, external, requestId, publicBase, traceparent } = caller;
  const context: { -readonly [member in keyof CallContext]: CallContext[member] } = { face, clientAddress, external, requestId };
  if (token !== undefined) context.token = token;
  if (publicBase !== undefined) context.publicBase = publicBase;
  if (traceparent !== undefined) context.traceparent = traceparent;
  if (departure !== undefined) context.signal = departure;
  return context;
}
