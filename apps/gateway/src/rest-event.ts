/** Events of a session that is asked for by another number (getRestEvent). */
import type { OperationRequest } from '#contracts/application-api';
import { callerOf } from './caller.js';
import type { EventClaims } from './event-claims.js';
import type { CallContext, NumberedEvent, Outcome } from './northbound-port.js';
import type { Caller, CoreOperation, CoreOutcome } from './switchboard/switchboard.port.js';

export type RestEvent = Outcome<{ readonly sessionId: number; readonly next: NumberedEvent | undefined }>;

/** Who asks has proven itself by the number; the session's events are then read as by itself. */
export async function nextRestEvent(
  { restSessionId, waitMs }: OperationRequest<'getRestEvent'>,
  context: CallContext,
  claims: EventClaims,
  runNow: (operation: CoreOperation, caller: Caller) => CoreOutcome,
): Promise<RestEvent> {
  const found = runNow({ name: 'restSession', request: { restSessionId } }, callerOf(context));
  if (!found.ok) return found;
  const { sessionId } = found.value as { readonly sessionId: number };
  const inside: Caller = { face: 'inside', clientAddress: '' };
  const read = await claims.read<NumberedEvent | undefined>({
    sessionId,
    waitMs,
    signal: context.signal,
    isEmpty: (value) => value === undefined,
    read: () => runNow({ name: 'nextEvent', request: { sessionId } }, inside) as Outcome<NumberedEvent | undefined>,
  });
  return read.ok ? { ok: true, value: { sessionId, next: read.value } } : read;
}

/** As an application sees it. */
export function restEventAnswer(outcome: RestEvent): CoreOutcome {
  if (!outcome.ok) return outcome;
  const { sessionId, next } = outcome.value;
  return { ok: true, value: { sessionId, ...(next === undefined ? {} : { event: next.event }) } };
}
