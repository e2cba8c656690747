/** Who asks, as the switchboard knows it: secrets only as their hashes. */
import { sha256 } from './log-in.js';
import type { CallContext } from './northbound-port.js';
import type { Caller } from './switchboard/switchboard.port.js';

export function callerOf({ face, token, ticket, clientAddress, external, publicBase, traceparent }: CallContext): Caller {
  const caller: { -readonly [member in keyof Caller]: Caller[member] } = { face, clientAddress };
  if (token !== undefined) caller.tokenHash = sha256(token);
  if (ticket !== undefined) caller.ticketHash = sha256(ticket);
  if (external === true) caller.external = external;
  if (publicBase !== undefined) caller.publicBase = publicBase;
  if (traceparent !== undefined) caller.traceparent = traceparent;
  return caller;
}
