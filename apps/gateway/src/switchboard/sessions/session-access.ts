/** What a session may do, and where it came in: its level (R-CC-10), its user (R-SES-04), its listener (R-SES-06), its call-back. */
import type { AccessDocument } from '#contracts/gateway-admin';
import type { Core } from '../core.js';
import type { Session } from './session-table.js';
import type { HACallback, JournalRecord } from '../switchboard.port.js';

export interface SessionAccess {
  /** It came by the external listener, and goes on coming by it. */
  readonly external: boolean;
  /** The user of an integration, by number; undefined for a session of the application itself. */
  readonly userId: number | undefined;
  /** True for combinations of versions that have standard call control alone. */
  readonly standardOnly: boolean;
  /** It has signed its challenge. */
  authenticated: boolean;
  /** What it has still to sign; once, and not for long. */
  challenge: { readonly text: string; readonly expiresMs: number } | undefined;
  /** Where it wants to be told that its gateway has another address (registerHAClientCallback). */
  haCallback: HACallback | undefined;
}

export const PLAIN_ACCESS: SessionAccess = Object.freeze({
  external: false,
  userId: undefined,
  standardOnly: false,
  authenticated: false,
  challenge: undefined,
  haCallback: undefined,
});

export type Application = AccessDocument['applications'][number];

/** As the document in force has it; undefined once it is gone. */
export const applicationOf = (core: Core, session: Session): Application | undefined =>
  core.applications.get(session.applicationId);

/** For figures: of an application that is gone, `unknown`. */
export const typeOf = (core: Core, session: Session): string => applicationOf(core, session)?.type ?? 'unknown';

/** R-CC-10: advanced only when the application may be, has proven who it is, and its versions allow it. */
export function isAdvanced(core: Core, { access, applicationId }: Session): boolean {
  return access.authenticated && !access.standardOnly && core.applications.get(applicationId)?.advanced === true;
}

/** For a later incarnation; undefined when there is nothing to say. Challenges do not outlive an incarnation: the log-in is repeated. */
export function accessRecord({ id, access }: Session): JournalRecord | undefined {
  const { external, userId, standardOnly, authenticated, haCallback } = access;
  if (!external && userId === undefined && !standardOnly && !authenticated && haCallback === undefined) return undefined;
  return {
    t: 'access',
    sessionId: id,
    external,
    standardOnly,
    authenticated,
    ...(userId === undefined ? {} : { userId }),
    ...(haCallback === undefined ? {} : { haCallback }),
  };
}

export function restoreAccess(session: Session, record: Extract<JournalRecord, { t: 'access' }>): void {
  const { external, standardOnly, authenticated, userId, haCallback } = record;
  session.access = { external, standardOnly, authenticated, userId, haCallback, challenge: undefined };
}
