/**
 * From asking for a monitor to its end: one monitor on the controller per device; the first session in starts it, the last one out
 * stops it. Every start is paced. A place on the controller is taken before the start is sent and given back only when the controller
 * has confirmed the stop, so R-LIM-04 holds as counted there.
 */
import type { Refusal } from '#contracts/errors';
import type { ControllerResponse, ResultName } from '#southbound/messages';
import { admitControllerMonitor, admitMonitor, admitUser } from '../sessions/admission.rules.js';
import type { Controller, Pending } from '../controllers/controller-table.js';
import { BUSY, NOT_KEPT, type Core } from '../core.js';
import { askForRoom, nextAsk } from './room-asks.js';
import type { RoomAsk } from './shared-room.js';
import { granted, type RefusedResult, refusalOf } from '../controllers/controller-results.mapper.js';
import { onEvent } from '../calls/device-events.js';
import { tellHomes } from '../resilience/device-homes.js';
import { letGo, monitorNamed, monitorRecord, takeBy } from '../resilience/device-names.js';
import { directoryUnknown } from '../directory/directory-events.js';
import { describe, requestSnapshot } from '../calls/device-snapshots.js';
import { askUser } from './hot-desk-users.js';
import { monitorLicence } from '../licences/licence-use.js';
import { countedKindOf } from './monitor-counts.js';
import { kindRefusal } from './monitor-kinds.js';
import { announce, answerOf } from './monitor-news.js';
import { Monitor } from './monitor-table.js';
import { giveWay, linger } from './monitor-thrash.js';
import { monitorPartsOf } from '../numbering.rules.js';
import type { Session } from '../sessions/session-table.js';

/** Starts one session may have waiting for their turn at one controller. */
const LANE_MAX = 500;
/** Repeats of one request, by one session, that may wait for the same monitor. */
const REPEATS_MAX = 8;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 30_000;
const TRANSIENT: readonly ResultName[] = ['OVERLOADED', 'MONITOR_LIMIT', 'REFUSED', 'DEVICE_OUT_OF_SERVICE', 'UNKNOWN_RESULT'];

/** What has become known since the application asked. */
interface Found {
  /** It has waited for room, and there is some. */
  readonly isNext?: boolean;
  /** Whether it is a hot desk user or an agent, where that was asked for it. */
  readonly isUser?: boolean;
}

/** An application asks for a monitor, by its id (numbering.rules.ts); asking for one it holds answers the same again. */
export function requestMonitor(core: Core, session: Session, requestId: number, monitorId: number, found: Found = {}): void {
  const parts = monitorPartsOf(monitorId);
  if (parts === undefined)
    return core.refuse(requestId, { code: 'OBJECT_NOT_FOUND', detail: `${Math.abs(monitorId)} is not the id of a device` });
  const known = monitorNamed(core, monitorId);
  const objectId = known?.objectId ?? monitorId;
  const usable = controllerFor(core, known?.icpId ?? parts.icpId, known);
  if ('refusal' in usable) return core.refuse(requestId, usable.refusal);
  const { controller } = usable;
  if (known?.holders.has(session.id)) return core.answer(requestId, answerOf(session, known), true);
  const restricted = controller.deviceRefusal(parts.handle);
  if (restricted !== undefined) return core.refuse(requestId, restricted);
  const refusal = known?.asking.has(session.id)
    ? repeatRefusal(known, session)
    : (admissionRefusal(core, controller, known, session) ??
      userRefusal(core, controller, known, { requestId, session, monitorId, found }) ??
      roomRefusal(core, controller, known, { requestId, sessionId: session.id, objectId: monitorId }, found.isNext === true));
  if (refusal === 'waits for room' || refusal === 'is asked about') return;
  if (refusal !== undefined) return core.refuse(requestId, refusal);
  const monitor = known ?? addMonitor(core, controller, new Monitor(objectId, parts.icpId, parts.handle, parts.kind));
  if (found.isUser !== undefined && monitor.isUser === undefined) core.monitors.setUser(monitor, found.isUser);
  for (const { icpId } of [parts, ...monitor.slots]) session.controllers.add(icpId);
  takeBy(session, monitor, monitorId);
  core.monitors.ask(monitor, session.id, requestId);
  if (monitor.state === 'set' || !controller.connected) {
    controller.lingering.delete(objectId);
    grant(core, monitor, [session.id]);
    return describe(core, session, monitor);
  }
  if (monitor.state === 'resting' || monitor.state === 'lost') {
    core.requestTraces.willStart(requestId, objectId, monitor);
    enqueue(core, controller, monitor);
  } else if (monitor.state === 'queued' && !core.monitors.isOfApplication(monitor, session.id))
    controller.starts.push(placeOf(session), objectId);
  pump(core, controller);
}

/** The controller that a monitor is asked for at; one whose link is down will do where the companion stands (R-RES-03). */
function controllerFor(core: Core, icpId: number, known: Monitor | undefined): ReturnType<Core['usableController']> {
  const controller = core.controllers.get(icpId);
  const isHeldUp = controller?.grant.enabled === true && (known?.holders.size ?? 0) > 0 && known?.companion?.state === 'set';
  return isHeldUp ? { controller } : core.usableController(icpId);
}

function repeatRefusal(monitor: Monitor, session: Session): Refusal | undefined {
  return (monitor.asking.get(session.id)?.length ?? 0) >= REPEATS_MAX ? BUSY : undefined;
}

function admissionRefusal(core: Core, controller: Controller, known: Monitor | undefined, session: Session): Refusal | undefined {
  if (!core.keeping) return NOT_KEPT;
  const full = admitMonitor(core.monitors.places, core.limits) ?? monitorLicence(core, session);
  if (full !== undefined) return full;
  if (known !== undefined) return undefined;
  if (controller.starts.laneSize(placeOf(session)) >= LANE_MAX)
    return { ...BUSY, detail: `${LANE_MAX} monitors of this session wait for their turn` };
  return undefined;
}

interface UserAsk {
  readonly requestId: number;
  readonly session: Session;
  readonly monitorId: number;
  readonly found: Found;
}

/** R-LIM-09; near the cap the controller is asked first what the device is. */
function userRefusal(
  core: Core,
  controller: Controller,
  known: Monitor | undefined,
  { requestId, session, monitorId, found }: UserAsk,
): Refusal | 'is asked about' | undefined {
  const { kind, handle } = monitorPartsOf(monitorId)!;
  if (kind !== 'DEVICE' || (known?.places ?? 0) > 0) return undefined;
  const refusal = admitUser(core.monitors.userCount, known?.isUser ?? found.isUser, core.limits);
  if (refusal !== 'ask') return refusal;
  const told = (isUser: boolean): void =>
    core.sessions.get(session.id) === session
      ? requestMonitor(core, session, requestId, monitorId, { ...found, isUser })
      : core.refuse(requestId, { code: 'SESSION_INVALID', detail: 'the session has ended' });
  return askUser(core, controller, { requestId, target: handle, told }) ? 'is asked about' : BUSY;
}

/** R-LIM-07; what only lingers gives way, so that the next try finds room. */
function countRefusal(core: Core, controller: Controller, known: Monitor | undefined, ask: Ask): Refusal | undefined {
  const { kind, handle } = monitorPartsOf(ask.objectId)!;
  const isNew = known === undefined;
  const shared = isNew || !core.monitors.isOfApplication(known, ask.sessionId) ? 1 : 0;
  const refusal = kindRefusal(core, controller, countedKindOf(kind), { total: isNew && handle !== 0 ? 1 : 0, shared });
  return refusal !== undefined && makesRoom(core, controller) ? BUSY : refusal;
}

type Ask = Pick<RoomAsk, 'requestId' | 'sessionId' | 'objectId'>;

/** R-LIM-04 and R-LIM-07; where others may have room to spare, the ask waits. Whoever came before goes first. */
function roomRefusal(
  core: Core,
  controller: Controller,
  known: Monitor | undefined,
  ask: Ask,
  isNext: boolean,
): Refusal | 'waits for room' | undefined {
  const counted = countRefusal(core, controller, known, ask);
  if (counted !== undefined) return askForRoom(core, controller, ask, counted) ?? 'waits for room';
  if (known !== undefined) return undefined;
  const cap = core.monitorCap(controller);
  const spokenFor = !isNext && controller.room.asks.length > 0;
  const full = admitControllerMonitor(spokenFor ? Math.max(cap, controller.places) : controller.places, cap);
  return full === undefined ? undefined : (askForRoom(core, controller, ask, full) ?? 'waits for room');
}

/** There may be room for monitors that wait for it, or an end to their waiting. */
export function tryAsksAgain(core: Core, controller: Controller): void {
  const full = (ask: RoomAsk) => {
    const known = monitorNamed(core, ask.objectId);
    const counted = countRefusal(core, controller, known, ask);
    return counted ?? (known === undefined ? admitControllerMonitor(controller.places, core.monitorCap(controller)) : undefined);
  };
  for (let ask = nextAsk(core, controller, full); ask !== undefined; ask = nextAsk(core, controller, full)) {
    const session = core.sessions.get(ask.sessionId);
    if (session === undefined) core.refuse(ask.requestId, { code: 'SESSION_INVALID', detail: 'the session has ended' });
    else requestMonitor(core, session, ask.requestId, ask.objectId, { isNext: true });
  }
}

/** Registers a monitor that is to be set; also for those of the journal. */
export function addMonitor(core: Core, controller: Controller | undefined, monitor: Monitor): Monitor {
  monitor.heardWallMs = core.now.wallMs;
  core.monitors.add(monitor);
  controller?.objectIds.add(monitor.objectId);
  return monitor;
}

/** Gives the monitor to these sessions: kept first, then answered, then said in an event (R-MON-01). */
function grant(core: Core, monitor: Monitor, sessionIds: readonly number[]): void {
  for (const sessionId of sessionIds) {
    const session = core.sessions.get(sessionId)!;
    core.journal(monitorRecord(session, monitor.objectId));
    for (const requestId of core.monitors.hold(monitor, sessionId)) core.answer(requestId, answerOf(session, monitor), true);
  }
  announce(core, monitor, 'MONITOR_SET', 'MONITOR_SET', sessionIds);
}

/** Puts the monitor in line to be set; those of devices in a call go first, companions last while the device's own controller is there. */
export function enqueue(core: Core, controller: Controller, monitor: Monitor): void {
  const { device, objectId } = monitor;
  monitor.state = 'queued';
  controller.retries.delete(objectId);
  if (device.isInCall || device.keptInCall) return controller.starts.pushUrgent(objectId);
  if (device !== monitor && core.controllers.get(device.icpId)?.connected === true) return controller.starts.pushLast(objectId);
  if (monitor.isWatch) controller.starts.push(OWN_PLACE, objectId);
  const applications = new Set<string>();
  for (const sessions of [device.asking.keys(), device.holders])
    for (const sessionId of sessions) {
      const session = core.sessions.get(sessionId);
      if (session === undefined || applications.has(session.applicationId)) continue;
      applications.add(session.applicationId);
      controller.starts.push(placeOf(session), objectId);
    }
}

/** Applications take turns (R-MON-03): a monitor waits once for each that wants it, and is set when the first of them has its turn. */
/** The gateway's own: it takes its turn among them. */
const OWN_PLACE = { owner: '', lane: 0 };
const placeOf = ({ applicationId: owner, id: lane }: Session) => ({ owner, lane });

/** Sends as many starts as pace and cap allow now. */
export function pump(core: Core, controller: Controller): void {
  const { starts, pacer, commands } = controller;
  while (controller.connected && starts.size > 0 && pacer.readyAtMs(core.now.nowMs) <= core.now.nowMs && !commands.isFull) {
    const objectId = starts.shift()!;
    const monitor = core.monitors.get(objectId);
    if (monitor?.state !== 'queued') continue;
    const full = admitControllerMonitor(controller.standing, core.monitorCap(controller));
    if (full !== undefined && makesRoom(core, controller)) return enqueue(core, controller, monitor);
    if (full !== undefined) {
      if (monitor.device === monitor) endMonitor(core, controller, monitor, full);
      else startFailed(core, controller, monitor, full);
      continue;
    }
    monitor.state = 'starting';
    controller.starting += 1;
    core.send(controller, { kind: 'start', objectId, target: monitor.handle }, startRequest(monitor));
    pacer.take(core.now.nowMs, commands.order);
  }
}

/** Whether something that only lingers is being taken off the controller, so that there will be room. */
function makesRoom(core: Core, controller: Controller): boolean {
  const giving = controller.givingWay.size > 0 ? undefined : giveWay(core, controller);
  if (giving !== undefined) settle(core, controller, giving);
  return controller.givingWay.size > 0;
}

/**
 * What only lingers beyond our part is taken off the controller at once: it is not among what we report to hold, so its room is given to others
 * (R-LIM-04). What is on its way off is reported until the controller has confirmed that.
 */
export function shrink(core: Core, controller: Controller): void {
  const cap = core.monitorCap(controller);
  while (controller.objectIds.size + controller.unanswered - controller.givingWay.size > cap) {
    const giving = giveWay(core, controller);
    if (giving === undefined) return;
    settle(core, controller, giving);
  }
}

/** A device's monitor has a message of its own. */
function startRequest({ kind, handle: target }: Monitor) {
  return kind === 'DEVICE' ? ({ type: 'MONITOR_START', target } as const) : ({ type: 'MONITOR_OBJECT', target, kind } as const);
}

export type StartResponse = Extract<ControllerResponse, { type: 'MONITOR_START_RESPONSE' | 'MONITOR_OBJECT_RESPONSE' }>;

export function onStarted(
  core: Core,
  controller: Controller,
  pending: Extract<Pending, { kind: 'start' }>,
  response: StartResponse,
): void {
  const monitor = core.monitors.get(pending.objectId);
  if (!granted(response.result))
    return monitor === undefined ? undefined : startRefused(core, controller, monitor, response.result);
  const reference = response.monitorReference;
  if (monitor !== undefined && monitor.reference === reference) return;
  controller.references.set(reference, pending.objectId);
  if (monitor === undefined || monitor.state === 'set' || monitor.state === 'stopping')
    return sendStop(core, controller, pending.objectId, pending.target, reference);
  monitor.reference = reference;
  monitor.state = 'set';
  core.recovery.settled(monitor.objectId, core.now.wallMs);
  monitor.failures = 0;
  controller.retries.delete(monitor.objectId);
  if (monitor.places === 0) return settle(core, controller, monitor);
  const early = monitor.early;
  if (monitor.device === monitor) announceAgain(core, monitor);
  else announceCompanion(core, monitor);
  grantNew(core, monitor);
  monitor.forgetLink();
  monitor.reference = reference;
  for (const message of early) onEvent(core, controller, message);
  requestSnapshot(core, controller, monitor);
  directoryUnknown(core, monitor);
}

/** The snapshot tells only what is otherwise than others were told before the link went away: whoever is new is told that first (R-CC-08). */
function grantNew(core: Core, monitor: Monitor): void {
  const sessionIds = [...monitor.asking.keys()];
  grant(core, monitor, sessionIds);
  for (const sessionId of sessionIds) {
    const session = core.sessions.get(sessionId);
    if (session !== undefined) describe(core, session, monitor);
  }
}

/** To those that held it before its link, or our predecessor, went away. */
function announceAgain(core: Core, monitor: Monitor): void {
  if (monitor.holders.size > 0) announce(core, monitor, 'MONITOR_SET', 'MONITOR_SET', [...monitor.holders]);
}

/** Whoever holds the device has to do with that controller from now on (R-CLU-05). */
function announceCompanion(core: Core, monitor: Monitor): void {
  for (const sessionId of monitor.holders) core.sessions.get(sessionId)?.controllers.add(monitor.icpId);
  tellHomes(core, monitor.device, monitor, 'SECONDARY_MONITOR_SET');
}

function startRefused(core: Core, controller: Controller, monitor: Monitor, result: RefusedResult): void {
  if (monitor.state !== 'starting') return;
  const refusal = refusalOf(result);
  const facts =
    result === 'MONITOR_LIMIT' ? { ...refusal, used: controller.places - 1, cap: core.monitorCap(controller) } : refusal;
  if (TRANSIENT.includes(result)) startFailed(core, controller, monitor, facts);
  else endMonitor(core, controller, monitor, facts);
}

/** Not now: who asks is told so; for who holds it, it is tried again, later each time. */
export function startFailed(core: Core, controller: Controller, monitor: Monitor, refusal: Refusal): void {
  refuseAsking(core, monitor, refusal);
  monitor.state = 'resting';
  if (monitor.places === 0) return drop(core, controller, monitor);
  controller.retries.set(monitor.objectId, core.now.nowMs + Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** monitor.failures));
  monitor.failures = Math.min(monitor.failures + 1, 10);
}

/** Not at all: nobody has it any more, and everybody concerned is told. */
export function endMonitor(core: Core, controller: Controller | undefined, monitor: Monitor, refusal: Refusal): void {
  if (monitor.device !== monitor) return endCompanion(core, controller, monitor, refusal);
  refuseAsking(core, monitor, refusal);
  if (monitor.isWatch) core.note('info', 'changes of a directory are not told', { icpId: monitor.icpId, refusal });
  monitor.isWatch = false;
  const holders = [...monitor.holders];
  announce(
    core,
    monitor,
    'MONITOR_FAILED_EVENT',
    refusal.code === 'PRIVILEGE_VIOLATION' ? refusal.code : 'DESTINATION_UNAVAILABLE',
    holders,
  );
  for (const sessionId of holders) {
    core.monitors.release(monitor, sessionId);
    const session = core.sessions.get(sessionId);
    if (session !== undefined) letGo(session, monitor.objectId);
    core.journal({ t: 'monitor-end', sessionId, objectId: monitor.objectId });
  }
  drop(core, controller, monitor);
}

/** The device's own monitor goes on; until its homes are learned anew it is not followed. */
function endCompanion(core: Core, controller: Controller | undefined, monitor: Monitor, { detail }: Refusal): void {
  const facts = { icpId: monitor.icpId, objectId: monitor.device.objectId, detail };
  core.note('warn', 'the other monitor of a resilient device cannot be set: the device is not followed', facts);
  drop(core, controller, monitor);
}

export function refuseAsking(core: Core, monitor: Monitor, refusal: Refusal): void {
  for (const sessionId of [...monitor.asking.keys()]) {
    const session = core.sessions.get(sessionId);
    if (session !== undefined) letGo(session, monitor.objectId);
    for (const requestId of core.monitors.withdraw(monitor, sessionId)) core.refuse(requestId, refusal);
  }
}

/** A session gives the monitor up; what it still waits for is refused. */
export function releaseMonitor(core: Core, session: Session, monitor: Monitor, refusal: Refusal): void {
  letGo(session, monitor.objectId);
  for (const requestId of core.monitors.withdraw(monitor, session.id)) core.refuse(requestId, refusal);
  core.monitors.release(monitor, session.id);
  const controller = core.controllers.get(monitor.icpId);
  if (monitor.places > 0) return;
  if (controller === undefined || !linger(core, controller, monitor)) settle(core, controller, monitor);
  else shrink(core, controller);
}

/** Nobody holds the monitor any more: takes it off the controller, or just forgets it when it does not stand there. */
export function settle(core: Core, controller: Controller | undefined, monitor: Monitor): void {
  if (monitor.state === 'starting' || monitor.state === 'stopping') return;
  if (controller === undefined || monitor.state !== 'set') return drop(core, controller, monitor);
  monitor.state = 'stopping';
  sendStop(core, controller, monitor.objectId, monitor.handle, monitor.reference);
}

function sendStop(core: Core, controller: Controller, objectId: number, target: number, reference: number): void {
  const sent = core.send(
    controller,
    { kind: 'stop', objectId, target, reference },
    { type: 'MONITOR_STOP', target, monitorReference: reference },
  );
  if (!sent) controller.stops.push({ objectId, target, reference });
}

export function onStopped(core: Core, controller: Controller, pending: Extract<Pending, { kind: 'stop' }>): void {
  controller.references.delete(pending.reference);
  controller.givingWay.delete(pending.objectId);
  const monitor = core.monitors.get(pending.objectId);
  if (monitor?.state !== 'stopping' || monitor.reference !== pending.reference) return;
  monitor.forgetLink();
  monitor.forgetCalls();
  if (monitor.places === 0) return drop(core, controller, monitor);
  enqueue(core, controller, monitor);
  pump(core, controller);
}

/** A stop that was not answered: again, until the controller answers or the link ends. */
export function repeatStop(
  core: Core,
  controller: Controller,
  stop: { objectId: number; target: number; reference: number },
): void {
  if (controller.references.has(stop.reference)) sendStop(core, controller, stop.objectId, stop.target, stop.reference);
}

export function drop(core: Core, controller: Controller | undefined, monitor: Monitor): void {
  const { companion, device } = monitor;
  if (device !== monitor) core.monitors.detach(device);
  else if (companion !== undefined) {
    core.monitors.detach(monitor);
    core.companionsToStop.add(companion);
  }
  core.monitors.remove(monitor);
  core.recovery.settled(monitor.objectId, core.now.wallMs);
  controller?.objectIds.delete(monitor.objectId);
  controller?.lines.remove(monitor.objectId);
  controller?.retries.delete(monitor.objectId);
  controller?.lingering.delete(monitor.objectId);
  controller?.givingWay.delete(monitor.objectId);
}
