/** Licences over time: the missed sync, the end of the grace, and what a predecessor held that is no longer granted (R-LIC-02). */
import type { Core } from '../core.js';
import { unitsOf, unitsUsed } from './licence-use.js';
import { endSession } from '../sessions/session.operations.js';

/**
 * With every tick: says when a sync was missed and when the grace is over. Then sessions that hold something licensed end, because what was
 * granted is given to others from here on (design.md 3).
 */
export function tickLicences(core: Core): void {
  if (core.document === undefined) return;
  const state = core.licences.stateAt(core.now.nowMs);
  if (!core.licences.hasTurned(state)) return;
  const facts = { issuedAt: core.document.issuedAt, expiresAt: core.document.expiresAt };
  if (state === 'grace')
    core.note(
      'warn',
      'licences and access list were not synced for more than four hours: the last good ones go on until they expire',
      facts,
    );
  if (state !== 'expired') return;
  core.note('warn', 'licences and access list were not synced until they expired: no more log-ins, what is licensed ends', facts);
  for (const session of [...core.sessions.all()]) {
    for (const { pool } of core.licences.pools()) {
      if (unitsOf(core, session, pool) === 0) continue;
      endSession(core, session, 'the licences it was granted have expired');
      break;
    }
  }
}

/**
 * Once, with the first document of an incarnation: sessions of the journal that are more than is granted by now end, the newest first. Only one
 * that was away for long, or was stopped, can have more than that.
 */
export function trimRestored(core: Core): void {
  for (const { pool, granted } of core.licences.pools()) {
    let used = unitsUsed(core, pool);
    for (const session of [...core.sessions.all()].reverse()) {
      const units = unitsOf(core, session, pool);
      if (used <= granted) break;
      if (units === 0) continue;
      endSession(core, session, 'the licences it held were given to others meanwhile');
      used -= units;
    }
  }
}
