/**
 * Licences at one instance (R-LIC-01 to 03): what its document grants, counted in this one thread against what its sessions hold. What is held is
 * always counted anew from the sessions themselves, so nothing can be forgotten or leak.
 */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { applicationPool, type LicencePool } from '#domain/licences';
import type { Core } from '../core.js';
import { applicationOf, isAdvanced } from '../sessions/session-access.js';
import type { Session } from '../sessions/session-table.js';

const BUDGET_RETRY_MS = 2000;

/** The pool that the monitors of a session are counted in: the application's own where it has one, else that of its level. */
export function monitorPool(core: Core, session: Session, advanced = isAdvanced(core, session)): LicencePool {
  const own = applicationPool(session.applicationId);
  if (core.licences.grantOf(own) !== undefined) return own;
  return advanced ? 'advanced' : 'standard';
}

/** Every session of an integration is one of its users, and takes one monitor whether it has set it or not (R-SES-04). */
export function unitsOf(core: Core, session: Session, pool: string, monitors = session.monitors.size): number {
  const integration = applicationOf(core, session)?.integration;
  if (pool === integration) return 1;
  if (pool !== monitorPool(core, session)) return 0;
  return integration === undefined ? monitors : Math.max(1, monitors);
}

/**
 * Whether there is room for certain, without counting: no pool can hold more than all monitors and one for each session. So an instance far from
 * its grant, the usual one, does not go through its sessions with every monitor.
 */
const isFarFrom = (core: Core, granted: number, more: number): boolean =>
  core.monitors.places + core.sessions.size + more <= granted;

export function unitsUsed(core: Core, pool: string): number {
  let used = 0;
  for (const session of core.sessions.all()) used += unitsOf(core, session, pool);
  return used;
}

/** Whether so many more units of the pool may be held; counts nothing. A refusal names limit, use and cap (R-LIC-03, R-LIM-13). */
function roomRefusal(core: Core, pool: LicencePool, more: number): Refusal | undefined {
  const grant = core.licences.grantOf(pool);
  if (grant === undefined || more === 0) return undefined;
  const { nowMs, wallMs } = core.now;
  const cap = grant.granted;
  const limit = `licences.${pool}`;
  if (core.licences.stateAt(nowMs) === 'expired' || Date.parse(core.document!.expiresAt) <= wallMs)
    return { code: 'NO_LICENSE', detail: `what was granted of ${pool} has expired: no sync since`, limit, used: 0, cap: 0 };
  if (isFarFrom(core, cap, more)) return undefined;
  const used = unitsUsed(core, pool);
  if (used + more <= cap) return undefined;
  const facts = { limit, used: Math.min(used, cap), cap };
  core.licences.markShort(pool, nowMs);
  if (cap >= grant.entitled || grant.full)
    return {
      ...facts,
      code: 'NO_LICENSE',
      detail: `all ${grant.entitled} units of ${pool} of the tenant are in use, ${used} of them here`,
    };
  const detail = `the ${cap} units of ${pool} granted to this instance are in use; more are asked for`;
  return { ...facts, code: 'BUDGET_UNAVAILABLE', detail, retryAfterMs: BUDGET_RETRY_MS };
}

/** For one more monitor of a session. */
export function monitorLicence(core: Core, session: Session): Refusal | undefined {
  const pool = monitorPool(core, session);
  return roomRefusal(core, pool, unitsOf(core, session, pool, session.monitors.size + 1) - unitsOf(core, session, pool));
}

/** For one more session of an integration: a user, and the user's monitor. */
export function userLicence(core: Core, application: AccessDocument['applications'][number]): Refusal | undefined {
  if (application.integration === undefined) return undefined;
  const own = applicationPool(application.id);
  const monitors = core.licences.grantOf(own) === undefined ? 'standard' : own;
  return roomRefusal(core, application.integration, 1) ?? roomRefusal(core, monitors, 1);
}

/** For a session that becomes advanced: what it holds moves to the other pool, all or nothing. */
export function advancedLicence(core: Core, session: Session): Refusal | undefined {
  const [from, to] = [monitorPool(core, session, false), monitorPool(core, session, true)];
  return from === to ? undefined : roomRefusal(core, to, unitsOf(core, session, from));
}

/** As the instance reports it (`InstanceStatusReport`). */
export interface LicenceReport {
  readonly state: 'none' | 'current' | 'grace' | 'expired';
  readonly syncedAt: string | null;
  readonly graceUntil: string | null;
  readonly pools: readonly { readonly pool: string; readonly granted: number; readonly used: number; readonly short: boolean }[];
}

export function licenceReport(core: Core): LicenceReport {
  const { nowMs } = core.now;
  if (core.document === undefined) return { state: 'none', syncedAt: null, graceUntil: null, pools: [] };
  return {
    state: core.licences.stateAt(nowMs),
    syncedAt: core.document.issuedAt,
    graceUntil: core.document.expiresAt,
    pools: [...core.licences.pools()].map(({ pool, granted }) => ({
      pool,
      granted,
      used: unitsUsed(core, pool),
      short: core.licences.isShort(pool, nowMs),
    })),
  };
}
