/** Users of integrations (R-SES-04): each that is logged in is one session and one monitor; whoever has the user's token shares the session. */
import type { Refusal } from '#contracts/errors';
import type { Core } from '../core.js';
import { beginSession, checkAttempt, findSession } from './session.operations.js';
import type { Caller, OperationOf } from '../switchboard.port.js';

/** The one answer to unknown users and wrong passwords, in the words of wrong credentials. */
const USER_REFUSED: Refusal = { code: 'LOGIN_REFUSED', detail: 'company, application, user or one of the passwords is wrong' };

/** Another log-in of the same user is another session: a window of its own. */
export function loginUser(core: Core, requestId: number, caller: Caller, operation: OperationOf<'loginUser'>): void {
  const { request, entropy } = operation;
  const checked = checkAttempt(core, caller, request);
  if ('code' in checked) return core.refuse(requestId, checked);
  const email = request.userEmail.toLowerCase();
  const user = checked.application.users?.find((one) => one.email === email && one.passwordSha256 === request.userPasswordSha256);
  if (user === undefined) {
    core.wrongLogins.failed(`${caller.clientAddress} ${request.applicationName}`, core.now.nowMs);
    return core.refuse(requestId, USER_REFUSED);
  }
  const begun = beginSession(core, caller, checked, { candidates: entropy.candidates, userId: user.userId });
  if ('code' in begun) return core.refuse(requestId, begun);
  core.answer(requestId, { sessionId: begun.id, userId: user.userId }, true);
}

/** The session of a user's token, for another tab of the same browser. Wrong tokens are counted as wrong session ids are. */
export function validateToken(core: Core, requestId: number, caller: Caller, { request }: OperationOf<'validateToken'>): void {
  // Over SOAP, too, it is the token that counts here, not the number in it.
  const session = findSession(core, { ...caller, face: 'rest' }, request.sessionId);
  if ('code' in session) return core.refuse(requestId, session);
  const { userId } = session.access;
  if (userId === undefined)
    return core.refuse(requestId, { code: 'SESSION_INVALID', detail: 'the token is that of an application, not of a user' });
  core.answer(requestId, { sessionId: session.id, userId });
}
