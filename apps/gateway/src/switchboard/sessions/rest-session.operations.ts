/**
 * Fetching a session's events under another number (registerRestSession, getRestEvent of the contract). The number is chosen by the
 * application, so it proves less than a session id: over REST the session's token is asked for, over SOAP the number has to come from the
 * address that registered it. Wrong ones count like wrong session ids.
 */
import type { Refusal } from '#contracts/errors';
import { slotOf } from '#domain/session-id';
import { NOT_KEPT, type Core } from '../core.js';
import { findSession } from './session.operations.js';
import type { Session } from './session-table.js';
import type { Caller, JournalRecord } from '../switchboard.port.js';

type RestSessionRecord = Extract<JournalRecord, { t: 'rest-session' }>;

/** No session has it. */
const NO_SESSION_ID = -1;

/** A session has one such number, the newest; a number belongs to one session of one application. */
export function registerRestSession(
  core: Core,
  session: Session,
  requestId: number,
  restSessionId: number,
  { clientAddress }: Caller,
): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  const refusal = unroutable(core, restSessionId) ?? taken(core, session, restSessionId);
  if (refusal !== undefined) return core.refuse(requestId, refusal);
  const record: RestSessionRecord = { t: 'rest-session', sessionId: session.id, restSessionId, clientAddress };
  holdRestSession(core, session, record);
  core.journal(record);
  core.answer(requestId, {}, true);
}

/** Also from the journal. */
export function holdRestSession(core: Core, session: Session, { restSessionId, clientAddress }: RestSessionRecord): void {
  const before = sessionUnder(core, restSessionId);
  if (before !== undefined) before.restSession = undefined;
  session.restSession = { id: restSessionId, clientAddress };
}

export function restSessionRecord({ id, restSession }: Session): RestSessionRecord | undefined {
  if (restSession === undefined) return undefined;
  return { t: 'rest-session', sessionId: id, restSessionId: restSession.id, clientAddress: restSession.clientAddress };
}

/** The session under this number, for whoever may fetch its events; a sign of life of it. */
export function restSession(core: Core, requestId: number, caller: Caller, restSessionId: number): void {
  const session = sessionUnder(core, restSessionId);
  const fits = caller.face === 'rest' || caller.clientAddress === session?.restSession?.clientAddress;
  const found = findSession(core, caller, fits ? (session?.id ?? NO_SESSION_ID) : NO_SESSION_ID);
  if (!('code' in found)) return core.answer(requestId, { sessionId: found.id });
  const detail = 'no session is registered under this number by this caller';
  core.refuse(requestId, found.code === 'SESSION_INVALID' ? { ...found, detail } : found);
}

function sessionUnder(core: Core, restSessionId: number): Session | undefined {
  for (const session of core.sessions.all()) if (session.restSession?.id === restSessionId) return session;
  return undefined;
}

/** `getRestEvent` names nothing else, so the router can only go by the slot that the number would have as a session id. */
function unroutable({ settings: { slots } }: Core, restSessionId: number): Refusal | undefined {
  const slot = slotOf(restSessionId);
  if (slots === undefined || (slot !== undefined && slots.includes(slot))) return undefined;
  const message = 'is not routed to the instance of the session: take the id of a session there, for example its own';
  return { code: 'INVALID_ARGUMENT', detail: `restSessionId ${message}`, errors: [{ path: 'restSessionId', message }] };
}

function taken(core: Core, session: Session, restSessionId: number): Refusal | undefined {
  const other = sessionUnder(core, restSessionId);
  if (other === undefined || other.applicationId === session.applicationId) return undefined;
  return { code: 'CONFLICT', detail: 'another application has registered this number: take another' };
}
