/** Log-in, log-out, keep-alive, and the check every other operation begins with. */
import type { Refusal } from '#contracts/errors';
import { admitSession } from './admission.rules.js';
import { NOT_KEPT, type Core } from '../core.js';
import { advancedLicence, userLicence } from '../licences/licence-use.js';
import { releaseMonitor } from '../monitors/monitor-lifecycle.js';
import { withdrawAsks } from '../monitors/room-asks.js';
import { takeTicket } from '../events/event-tickets.js';
import { accessRecord, type Application, type SessionAccess } from './session-access.js';
import type { Session } from './session-table.js';
import type { Caller, LoginFacts, OperationOf, SessionCandidates } from '../switchboard.port.js';
import { versionCheck } from './version.rules.js';

/** The one answer to unknown companies, unknown applications and wrong passwords. */
const LOGIN_REFUSED: Refusal = {
  code: 'LOGIN_REFUSED',
  detail: 'company, application, certificate or one of the passwords is wrong',
};

const WRONG_LISTENER: Refusal = { code: 'NOT_AUTHORISED', detail: 'the session came in by another listener' };

/** How long a challenge may be answered. */
const CHALLENGE_MS = 60_000;

/** An application that may log in, and what its versions restrict. */
export interface Admitted {
  readonly application: Application;
  readonly standardOnly: boolean;
}

export function login(core: Core, requestId: number, caller: Caller, { request, entropy }: OperationOf<'login'>): void {
  const checked = checkAttempt(core, caller, request);
  if ('code' in checked) return core.refuse(requestId, checked);
  const wantsAdvanced = request.certificateKeyPem !== undefined && checked.application.advanced;
  const { sessionIds, tokenHash } = entropy;
  const begun = beginSession(core, caller, checked, {
    candidates: sessionIds.map((sessionId) => ({ sessionId, tokenHash })),
    challenge: wantsAdvanced ? entropy.challenge : undefined,
  });
  if ('code' in begun) return core.refuse(requestId, begun);
  const { sessionKeepAliveMs: keepAliveMs, epoch } = core.settings;
  const challenge = begun.access.challenge === undefined ? {} : { authenticationData: begun.access.challenge.text };
  core.answer(requestId, { sessionId: begun.id, keepAliveMs, epoch, durability: 'local', ...challenge }, true);
}

/** A session for whoever was admitted, kept in the journal; or why there is no room for it. */
export function beginSession(
  core: Core,
  caller: Caller,
  { application, standardOnly }: Admitted,
  more: { readonly candidates: SessionCandidates; readonly userId?: number; readonly challenge?: string | undefined },
): Session | Refusal {
  const full = admitSession(core.sessions.size, core.limits) ?? userLicence(core, application);
  if (full !== undefined) return full;
  const free = more.candidates.find(
    ({ sessionId }) => core.sessions.get(sessionId) === undefined && core.sessions.endOf(sessionId) === undefined,
  );
  if (free === undefined) return { code: 'UNAVAILABLE', detail: 'no free session id was proposed', retryAfterMs: 0 };
  const facts = {
    id: free.sessionId,
    tokenHash: free.tokenHash,
    applicationId: application.id,
    applicationName: application.name,
  };
  const access: SessionAccess = {
    external: caller.external === true,
    userId: more.userId,
    standardOnly,
    authenticated: false,
    challenge: more.challenge === undefined ? undefined : { text: more.challenge, expiresMs: core.now.nowMs + CHALLENGE_MS },
    haCallback: undefined,
  };
  const session = core.sessions.add({ ...facts, access }, core.now.nowMs);
  core.journal({ t: 'session', ...facts });
  core.journal(accessRecord(session));
  return session;
}

/**
 * R-CC-10: whoever has signed the challenge is advanced from here on. A challenge can be tried once; what the session holds moves to the advanced
 * licences, or it stays what it was.
 */
export function authenticate(core: Core, session: Session, requestId: number, verified: boolean): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  const { challenge } = session.access;
  session.access.challenge = undefined;
  const detail = refusedChallenge(core, session, challenge, verified);
  if (detail !== undefined) return core.refuse(requestId, { code: 'AUTHENTICATION_REFUSED', detail });
  const full = advancedLicence(core, session);
  if (full !== undefined) return core.refuse(requestId, full);
  session.access.authenticated = true;
  core.journal(accessRecord(session));
  core.answer(requestId, {}, true);
}

function refusedChallenge(
  core: Core,
  session: Session,
  challenge: SessionAccess['challenge'],
  verified: boolean,
): string | undefined {
  if (challenge === undefined)
    return 'the session has no challenge to sign: log in with the certificate of an advanced application';
  if (core.now.nowMs > challenge.expiresMs) return 'the challenge is too old: log in again';
  if (!verified) return 'the signature does not hold: log in again and sign the new challenge';
  return session.access.standardOnly ? 'the versions of this system have standard call control alone' : undefined;
}

/**
 * S-13: past the allowance the credentials are not even looked at, right or wrong, until the time is over; other applications and other
 * addresses never notice. Names count as they were sent, known here or not, so that the answers do not tell which are.
 */
export function checkAttempt(core: Core, caller: Caller, facts: LoginFacts): Admitted | Refusal {
  const { clientAddress } = caller;
  const { nowMs } = core.now;
  const key = `${clientAddress} ${facts.applicationName}`;
  const blockedForMs = core.wrongLogins.blockedForMs(key, nowMs);
  if (blockedForMs !== undefined) {
    const detail = 'too many failed log-ins of this application from this address';
    return { code: 'RATE_LIMITED', detail, retryAfterMs: blockedForMs };
  }
  const checked = checkLogin(core, caller, facts);
  if (checked === LOGIN_REFUSED && core.wrongLogins.failed(key, nowMs)) {
    core.note('warn', 'an application fails to log in again and again and is slowed', {
      clientAddress,
      applicationName: facts.applicationName,
    });
  }
  return checked;
}

/** The application that logs in, by the access document alone (design.md 5), or why it may not. */
function checkLogin(core: Core, caller: Caller, facts: LoginFacts): Refusal | Admitted {
  const { document } = core;
  if (document === undefined)
    return { code: 'UNAVAILABLE', detail: 'this instance has no access document yet', retryAfterMs: 1000 };
  const application = document.applications.find(({ name }) => name === facts.applicationName);
  const right =
    application !== undefined &&
    document.companyName === facts.companyName &&
    application.applicationPasswordSha256 === facts.applicationPasswordSha256 &&
    application.localPasswordSha256 === facts.localPasswordSha256 &&
    certificateFits(application, facts);
  if (!right) return LOGIN_REFUSED;
  if (document.tenantStatus !== 'active') return { code: 'TENANT_SUSPENDED', detail: `the tenant is ${document.tenantStatus}` };
  if (!application.allowed) return { code: 'NOT_AUTHORISED', detail: `${application.name} is not on the access-control list` };
  const wrongWay = listenerRefusal(application, caller);
  if (wrongWay !== undefined) return wrongWay;
  const checked = versionCheck(facts.version, document.controllers);
  if ('refusal' in checked) return checked.refusal;
  if (Date.parse(document.expiresAt) <= core.now.wallMs) {
    return { code: 'UNAVAILABLE', detail: `the access document expired at ${document.expiresAt}`, retryAfterMs: 60_000 };
  }
  if (core.draining) return { code: 'DRAINING', detail: 'this instance takes no new sessions', retryAfterMs: 1000 };
  return core.keeping ? { application, standardOnly: checked.restrictions.includes('standard-only') } : NOT_KEPT;
}

/** A certificate has to show the key that is registered; one of an application that is not advanced is not looked at. */
function certificateFits({ advanced, signing }: Application, { certificateKeyPem }: LoginFacts): boolean {
  if (!advanced || certificateKeyPem === undefined) return true;
  return signing !== undefined && signing.publicKeyPem === certificateKeyPem;
}

/** R-SES-06: an application marked remote comes by the external listener, every other one never does. */
function listenerRefusal({ name, remote = false }: Application, { external = false }: Caller): Refusal | undefined {
  if (remote === external) return undefined;
  const detail = remote
    ? `${name} is a remote application: it comes by the external listener alone`
    : `${name} is not a remote application`;
  return { code: 'NOT_AUTHORISED', detail };
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
    // R-SES-06: a session does not change the listener it came by; who reads on inside was checked when it began
    if (caller.face !== 'inside' && session.access.external !== (caller.external === true)) return WRONG_LISTENER;
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
  endSession(core, session, 'logged out', false);
  core.answer(requestId, {}, true);
}

/**
 * Ends a session and frees what it held. Its waiting reader is woken and told why.
 * @param tells its stream, socket or handler gets what is left of the log, and `session.terminated` with the reason; not where its own
 *   application ends it
 */
export function endSession(core: Core, session: Session, reason: string, tells = true): void {
  const refusal: Refusal = { code: 'SESSION_INVALID', detail: `the session has ended: ${reason}` };
  withdrawAsks(core, session.id, refusal);
  for (const objectId of [...session.monitors]) {
    const monitor = core.monitors.get(objectId);
    if (monitor !== undefined) releaseMonitor(core, session, monitor, refusal);
  }
  core.bulks.forget(session.id);
  core.dropped.take(session, core.now.nowMs);
  if (tells) terminated(core, session, reason);
  core.sessions.remove(session.id, reason);
  core.journal({ t: 'session-end', id: session.id });
  if (session.handler !== undefined) {
    session.handler = undefined;
    if (tells) core.retireHandler(session);
    else core.tellHandler(session);
  }
  core.wake(session);
}

function terminated(core: Core, session: Session, reason: string): void {
  core.post(session, {
    category: 'SESSION_EVENT',
    type: 'session.terminated',
    eventId: core.syntheticId(),
    eventTime: core.now.wallMs,
    source: 'synthetic',
    reason,
  });
  core.departed.keep(session, core.now.nowMs);
}
