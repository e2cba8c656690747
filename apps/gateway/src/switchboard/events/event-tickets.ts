/**
 * Tickets (S-37, S-38): a browser cannot send a header with a WebSocket, and a token in an address would end in logs. A ticket is for
 * one use within {@link EVENT_TICKET_MS}; its session has one at most, the newest. It is in no journal: after a restart another is asked for.
 */
import { EVENT_TICKET_MS } from '#contracts/event-streams';
import type { Core } from '../core.js';
import type { Session } from '../sessions/session-table.js';
import type { Caller } from '../switchboard.port.js';

export function issueTicket(core: Core, session: Session, requestId: number, hash: string): void {
  session.ticket = { hash, expiresMs: core.now.nowMs + EVENT_TICKET_MS };
  core.answer(requestId, { expiresInMs: EVENT_TICKET_MS });
}

/** True when the caller has the session's ticket and it is still good; it is used up then. */
export function takeTicket(session: Session, { ticketHash }: Caller, nowMs: number): boolean {
  const { ticket } = session;
  if (ticketHash === undefined || ticket === undefined || ticket.hash !== ticketHash || ticket.expiresMs < nowMs) return false;
  session.ticket = undefined;
  return true;
}
