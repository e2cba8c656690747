/**
 * The call-back of an application that wants to be told when its gateway has been taken over (registerHAClientCallback, sessionHAEvent). The
 * tenant's address stays the same whichever incarnation serves it, so what is told is the address that the application used.
 */
import { NOT_KEPT, type Core } from '../core.js';
import { checkHandlerUrl, hostOf, outboundPolicy } from './handler-url.rules.js';
import { accessRecord } from '../sessions/session-access.js';
import type { Session } from '../sessions/session-table.js';
import type { Caller } from '../switchboard.port.js';

/** An empty or absent address takes the call-back back. Bad addresses are refused as those of event handlers are (S-42, S-44). */
export function registerHACallback(
  core: Core,
  session: Session,
  requestId: number,
  callbackUri: string | undefined,
  { publicBase }: Caller,
): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  if (callbackUri === undefined || callbackUri === '') session.access.haCallback = undefined;
  else {
    const checked = checkHandlerUrl(callbackUri, outboundPolicy(core.document));
    if ('code' in checked) return core.refuse(requestId, checked);
    session.access.haCallback = { uri: checked.url, serverAddress: publicBase === undefined ? '' : hostOf(new URL(publicBase)) };
  }
  // also that there is none any more has to be known later
  core.journal(
    accessRecord(session) ?? { t: 'access', sessionId: session.id, external: false, standardOnly: false, authenticated: false },
  );
  core.answer(requestId, {}, true);
}

/** Of a session that this incarnation has taken over. */
export function tellTakenOver(core: Core, { id, access }: Session): void {
  if (access.haCallback !== undefined) core.effect({ kind: 'ha-callback', sessionId: id, callback: access.haCallback });
}
