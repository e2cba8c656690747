/**
 * Asks for a monitor that our part of the controller's monitors has no room for (R-LIM-04, R-LIM-07, design.md 3). Others may have some to spare: the ask
 * waits while the control plane recalls it from them, and is refused when the control plane says that there is none, or says nothing in time.
 */
import type { Refusal } from '#contracts/errors';
import type { Controller } from '../controllers/controller-table.js';
import { BUSY, type Core } from '../core.js';
import { givesWay } from './room-turns.rules.js';
import type { RoomAsk } from './shared-room.js';

const ASKS_MAX = 1000;
/** The limit of R-LIM-04. */
const MONITORS = 'monitorsPerController';
/** About twice what recalling takes: beat, report, two documents and the report in between. */
const WAIT_MAX_MS = 6000;

/** Whether what refuses is our part of a shared cap, not the cap itself or a limit of our own; of R-LIM-07 the refusal says so itself. */
const isOnlyOurPart = (core: Core, { grant, up }: Controller, { code, limit }: Refusal): boolean =>
  limit === MONITORS
    ? grant.shared !== undefined && grant.monitorsMax < Math.min(grant.shared.monitorsCap, core.ownMonitorCap(up?.platform))
    : code === 'BUDGET_UNAVAILABLE';

/** Refuses for good, or lets the ask wait; undefined then. */
export function askForRoom(
  core: Core,
  controller: Controller,
  ask: { readonly requestId: number; readonly sessionId: number; readonly objectId: number },
  full: Refusal,
): Refusal | undefined {
  const { room } = controller;
  if (!isOnlyOurPart(core, controller, full)) return full;
  const { nowMs, wallMs } = core.now;
  room.askedUpTo = Math.max(room.askedUpTo + 1, Math.floor(wallMs));
  const owner = core.sessions.get(ask.sessionId)?.applicationId ?? '';
  if (room.asks.length >= ASKS_MAX) {
    const displaced = givesWay(room.asks, owner);
    if (displaced === undefined) return BUSY;
    room.asks = room.asks.filter((one) => one !== displaced);
    core.refuse(displaced.requestId, BUSY);
  }
  if (room.isUnheard) {
    room.miss(nowMs);
    return unavailable(full);
  }
  room.asks.push({ ...ask, owner, number: room.askedUpTo, atMs: nowMs });
  return undefined;
}

/** The next ask, in turn, that may be tried again, because there is room; refuses those that have waited for nothing. Undefined: all others wait on. */
export function nextAsk(core: Core, controller: Controller, full: (ask: RoomAsk) => Refusal | undefined): RoomAsk | undefined {
  const { room, grant } = controller;
  for (let ask = room.asks[0]; ask !== undefined; ask = room.asks[0]) {
    const refusal = full(ask);
    if (refusal === undefined) {
      // there is room: for whoever has the turn, where it is of a kind that one can use
      const next = room.next()!;
      const chosen = full(next) === undefined ? next : ask;
      room.take(chosen);
      return chosen;
    }
    if (!isOnlyOurPart(core, controller, refusal)) core.refuse(ask.requestId, refusal);
    else if (refusal.limit === MONITORS && ask.number <= (grant.shared?.refusedUpTo ?? 0))
      core.refuse(ask.requestId, fullEverywhere(grant.shared!.monitorsCap));
    else if (core.now.nowMs - ask.atMs >= WAIT_MAX_MS) {
      room.isUnheard = true;
      room.miss(core.now.nowMs);
      core.refuse(ask.requestId, unavailable(refusal));
    } else return undefined;
    room.asks.shift();
  }
  return undefined;
}

/** What the session has asked for, all of it or one device, is not wanted any more. Answers whether there was anything. */
export function withdrawAsks(core: Core, sessionId: number, refusal: Refusal, objectId?: number): boolean {
  let found = false;
  for (const { room } of core.controllers.values()) {
    for (const { requestId } of room.withdraw(sessionId, objectId)) {
      core.refuse(requestId, refusal);
      found = true;
    }
  }
  return found;
}

const fullEverywhere = (cap: number): Refusal => ({
  code: 'MONITOR_LIMIT',
  detail: `monitorsPerController: ${cap} of ${cap} in use by all instances together`,
  limit: 'monitorsPerController',
  used: cap,
  cap,
});

const unavailable = (full: Refusal): Refusal => ({
  ...full,
  code: 'BUDGET_UNAVAILABLE',
  detail: `${full.detail} by this instance; whether others have room could not be asked`,
  retryAfterMs: 1000,
});
