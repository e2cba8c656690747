/** Log-in, log-out, keep-alive, and the check every other operation begins with. */
import type { Refusal } from '#contracts/errors';
import { admitSession } from './admission.rules.js';
import { NOT_KEPT, type Core } from './core.js';
import { releaseMonitor } from './monitor-lifecycle.js';
import { takeTicket } from './event-tickets.js';
import type { Session } from './session-table.js';
import type { Caller, LoginFacts, OperationOf } from './switchboard.port.js';
import { compareVersions, CONTRACT_VERSION, CONTRACT_VERSION_DEFAULT } from './version.rules.js';

/** The one answer to unknown companies, unknown applications and wrong passwords. */
const LOGIN_REFUSED: Refusal = { code: 'LOGIN_REFUSED', detail: 'company, application or one of the passwords is wrong' };

export function login(core: Core, requestId: number, caller: Caller, operation: OperationOf<'login'>): void {
  const checked = checkAttempt(core, caller, operation.request);
  if ('code' in checked) return core.refuse(requestId, checked);
  const full = admitSession(core.sessions.size, core.limits);
  if (full !== undefined) return core.refuse(requestId, full);
  const id = operation.entropy.sessionIds.find(
    (proposed) => core.sessions.get(proposed) === undefined && core.sessions.endOf(proposed) === undefined,
  );
  if (id === undefined)
    return core.refuse(requestId, { code: 'UNAVAILABLE', detail: 'no free session id was proposed', retryAfterMs: 0 });
  const facts = { id, tokenHash: operation.entropy.tokenHash, applicationId: checked.id, applicationName: checked.name };
  core.sessions.add(facts, core.now.nowMs);
  core.journal({ t: 'session', ...facts });
  const { sessionKeepAliveMs: keepAliveMs, epoch } = core.settings;
  core.answer(requestId, { sessionId: id, keepAliveMs, epoch, durability: 'local' }, true);
}

/**
 * S-13: past the allowance the credentials are not even looked at, right or wrong, until the time is over; other applications and other
 * addresses never notice. Names count as they were sent, known here or not, so that the answers do not tell which are.
 */
function checkAttempt(core: Core, { clientAddress }: Caller, facts: LoginFacts): ReturnType<typeof checkLogin> {
  const { nowMs } = core.now;
  const key = `${clientAddress} ${facts.applicationName}`;
  const blockedForMs = core.wrongLogins.blockedForMs(key, nowMs);
  if (blockedForMs !== undefined) {
    const detail = 'too many failed log-ins of this application from this address';
    return { code: 'RATE_LIMITED', detail, retryAfterMs: blockedForMs };
  }
  const checked = checkLogin(core, facts);
  if (checked === LOGIN_REFUSED && core.wrongLogins.failed(key, nowMs)) {
    core.note('warn', 'an application fails to log in again and again and is slowed', {
      clientAddress,
      applicationName: facts.applicationName,
    });
  }
  return checked;
}

/** The application that logs in, by the access document alone (design.md 5), or why it may not. */
function checkLogin(core: Core, facts: LoginFacts): Refusal | { readonly id: string; readonly name: string } {
  const { document } = core;
  if (document === undefined)
    return { code: 'UNAVAILABLE', detail: 'this instance has no access document yet', retryAfterMs: 1000 };
  const application = document.applications.find(({ name }) => name === facts.applicationName);
  const right =
    application !== undefined &&
    document.companyName === facts.companyName &&
    application.applicationPasswordSha256 === facts.applicationPasswordSha256 &&
    application.localPasswordSha256 === facts.localPasswordSha256;
  if (!right) return LOGIN_REFUSED;
  if (document.tenantStatus !== 'active') return { code: 'TENANT_SUSPENDED', detail: `the tenant is ${document.tenantStatus}` };
  if (!application.allowed) return { code: 'NOT_AUTHORISED', detail: `${application.name} is not on the access-control list` };
  const version = facts.version ?? CONTRACT_VERSION_DEFAULT;
  if (compareVersions(version, CONTRACT_VERSION) > 0) {
    return {
      code: 'VERSION_NOT_SUPPORTED',
      detail: `the application is built for ${version}, this gateway serves up to ${CONTRACT_VERSION}`,
    };
  }
  if (Date.parse(document.expiresAt) <= core.now.wallMs) {
    return { code: 'UNAVAILABLE', detail: `the access document expired at ${document.expiresAt}`, retryAfterMs: 60_000 };
  }
  if (core.draining) return { code: 'DRAINING', detail: 'this instance takes no new sessions', retryAfterMs: 1000 };
  return core.keeping ? application : NOT_KEPT;
}

/**
 * The session this caller may use, and a sign of life of it. Over REST the token has to fit too. Wrong ids are counted by client address;
 * past the allowance only a fitting token, which nobody guesses, gets through.
 */
export function findSession(core: Core, caller: Caller, sessionId: number): Session | Refusal {
  const { nowMs } = core.now;
  const session = core.sessions.get(sessionId);
  const proven = session !== undefined && (caller.tokenHash === session.tokenHash || takeTicket(session, caller, nowMs));
  const blockedForMs = core.wrongSessions.blockedForMs(caller.clientAddress, nowMs);
  if (blockedForMs !== undefined && !proven) {
    return { code: 'RATE_LIMITED', detail: 'too many wrong session ids from this address', retryAfterMs: blockedForMs };
  }
  if (session !== undefined && (proven || caller.face !== 'rest')) {
    session.lastSeenMs = nowMs;
    return session;
  }
  const end = core.sessions.endOf(sessionId);
  if (session === undefined && end !== undefined) return { code: 'SESSION_INVALID', detail: `the session has ended: ${end}` };
  if (core.wrongSessions.failed(caller.clientAddress, nowMs)) {
    core.note('warn', 'a client address tries wrong session ids and is slowed', { clientAddress: caller.clientAddress });
  }
  return {
    code: 'SESSION_INVALID',
    detail: session === undefined ? 'there is no such session' : 'the token is not that of this session',
  };
}

export function logout(core: Core, session: Session, requestId: number): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  endSession(core, session, 'logged out');
  core.answer(requestId, {}, true);
}

/** Ends a session and frees what it held. Its waiting reader is woken and told why. */
export function endSession(core: Core, session: Session, reason: string): void {
  const refusal: Refusal = { code: 'SESSION_INVALID', detail: `the session has ended: ${reason}` };
  for (const objectId of [...session.monitors]) {
    const monitor = core.monitors.get(objectId);
    if (monitor !== undefined) releaseMonitor(core, session, monitor, refusal);
  }
  core.sessions.remove(session.id, reason);
  core.journal({ t: 'session-end', id: session.id });
  if (session.handler !== undefined) {
    session.handler = undefined;
    core.tellHandler(session);
  }
  core.wake(session);
}
