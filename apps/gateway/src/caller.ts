/** Who asks, as the switchboard knows it: secrets only as their hashes. */
import { sha256 } from './log-in.js';
import type { CallContext } from './northbound-port.js';
import type { Caller } from './switchboard/switchboard.port.js';

export function callerOf({ face, token, ticket, clientAddress, external, publicBase, traceparent }: CallContext): Caller {
  return {
    face,
    clientAddress,
    ...(token === undefined ? {} : { tokenHash: sha256(token) }),
    ...(ticket === undefined ? {} : { ticketHash: sha256(ticket) }),
    ...(external === true ? { external } : {}),
    ...(publicBase === undefined ? {} : { publicBase }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
