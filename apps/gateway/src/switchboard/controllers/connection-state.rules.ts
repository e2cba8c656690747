/**
 * The connection state machine (CSTA, guides/vocabulary.md 2.3; docs/design/controller-link.md, section 4): one per call and device.
 *
 * Controllers may report late, and events may be lost. So any *legal skip* is accepted: an event is legal when the machine could have
 * come, by plain steps that were not reported, to a state that has this event. By plain events a connection never goes backwards; what
 * others do to a call (transfer, forwarding, queueing, conferences) may take it to another state, which is then the one the event tells.
 * Only a snapshot, which is what the controller says now, may set any state.
 */
import type { EventTypeName, LocalStateName } from '#southbound/messages';

type PlainEvent = 'ORIGINATED' | 'DELIVERED' | 'RECEIVED' | 'ESTABLISHED' | 'HELD' | 'RETRIEVED' | 'FAILED';

/** Every plain step of the machine; CLEARED, from any state to null, is left out. `originated` and `delivered` refine CSTA's `connected`. */
const STEPS: Readonly<Record<LocalStateName, readonly (readonly [PlainEvent, LocalStateName])[]>> = {
  null: [
    ['ORIGINATED', 'initiated'],
    ['ORIGINATED', 'originated'],
    ['RECEIVED', 'alerting'],
  ],
  initiated: [
    ['ORIGINATED', 'originated'],
    ['FAILED', 'fail'],
  ],
  originated: [
    ['DELIVERED', 'delivered'],
    ['FAILED', 'fail'],
  ],
  delivered: [
    ['ESTABLISHED', 'connected'],
    ['FAILED', 'fail'],
  ],
  alerting: [['ESTABLISHED', 'connected']],
  queued: [
    ['RECEIVED', 'alerting'],
    ['DELIVERED', 'delivered'],
    ['ESTABLISHED', 'connected'],
    ['FAILED', 'fail'],
  ],
  // the far end's hold and retrieve leave the own state as it is
  connected: [
    ['HELD', 'hold'],
    ['HELD', 'connected'],
    ['RETRIEVED', 'connected'],
    ['FAILED', 'fail'],
  ],
  hold: [
    ['RETRIEVED', 'connected'],
    ['RETRIEVED', 'hold'],
    ['HELD', 'hold'],
  ],
  fail: [],
};

export const CONNECTION_STATE_NAMES = Object.keys(STEPS) as readonly LocalStateName[];

function reachable(from: LocalStateName): ReadonlySet<LocalStateName> {
  const found = new Set<LocalStateName>([from]);
  for (const state of found) for (const [, next] of STEPS[state]) found.add(next);
  return found;
}

const LEGAL: ReadonlyMap<LocalStateName, ReadonlySet<EventTypeName>> = new Map(
  CONNECTION_STATE_NAMES.map((state) => {
    const events = new Set<EventTypeName>(['CLEARED']);
    for (const later of reachable(state)) for (const [event] of STEPS[later]) events.add(event);
    return [state, events];
  }),
);

const TARGET: Readonly<Record<Exclude<PlainEvent, 'HELD' | 'RETRIEVED' | 'ORIGINATED'>, LocalStateName>> = {
  DELIVERED: 'delivered',
  RECEIVED: 'alerting',
  ESTABLISHED: 'connected',
  FAILED: 'fail',
};

const ALL: ReadonlySet<LocalStateName> = new Set(CONNECTION_STATE_NAMES);
/** What others do: from which states it may be told. The state after it is the one told. */
const AS_TOLD: Readonly<Partial<Record<EventTypeName, ReadonlySet<LocalStateName>>>> = {
  TRANSFERRED: ALL,
  CONFERENCED: ALL,
  DIVERTED: ALL,
  QUEUED: new Set(['null', 'initiated', 'originated', 'delivered', 'queued', 'fail', 'hold']),
};

/** Events that say something of the call and leave its state alone. */
const TELLS_ONLY: ReadonlySet<EventTypeName> = new Set<EventTypeName>([
  'CONFERENCE_HELD',
  'DEVICE_DROPPED',
  'EXTENSION_IN_USE',
  'REMOTE_PARTY_UPDATE',
  'INFORMATION_UPDATE',
  'ACCOUNT_CODE_SET',
  'TRUNK_DIGITS_OUTPULSED',
]);

/** Whether an event of this type is about a connection at all; others are about a device, a group or a feature. */
export function isConnectionEvent(event: EventTypeName): boolean {
  return event === 'CLEARED' || event in AS_TOLD || TELLS_ONLY.has(event) || LEGAL.get('null')?.has(event) === true;
}

/** Joining and splitting may give the device's call another global call id. */
export function mayJoin(event: EventTypeName): boolean {
  return event === 'TRANSFERRED' || event === 'CONFERENCED' || event === 'ESTABLISHED';
}

/**
 * The state after an event, or undefined when the event would take the connection backwards (late or repeated: it is to be dropped).
 * @param reported what the controller says the state is now; decides where an event may lead to more than one state
 */
export function advance(current: LocalStateName, event: EventTypeName, reported: LocalStateName): LocalStateName | undefined {
  if (event === 'CLEARED') return 'null';
  if (TELLS_ONLY.has(event))
    return current === 'null' && reported !== 'null' ? reported : current === 'null' ? undefined : current;
  const from = AS_TOLD[event];
  if (from !== undefined) return from.has(current) ? reported : undefined;
  // what others do never takes a device's own call off hold
  if (current === 'hold' && reported === 'hold') return event === 'RECEIVED' || event === 'FAILED' ? undefined : 'hold';
  // the far end's hold and retrieve, whatever the own state is
  if ((event === 'HELD' || event === 'RETRIEVED') && reported === current && current !== 'null') return current;
  // the device itself is the caller: it rings first, then goes on as a call it makes
  if (current === 'alerting' && event === 'ORIGINATED' && reported === 'originated') return 'originated';
  if (LEGAL.get(current)?.has(event) !== true) return undefined;
  return plainTarget(current, event as PlainEvent, reported);
}

function plainTarget(current: LocalStateName, event: PlainEvent, reported: LocalStateName): LocalStateName | undefined {
  switch (event) {
    case 'ORIGINATED':
      return current === 'null' && reported === 'initiated' ? 'initiated' : 'originated';
    case 'HELD':
      return reported === 'hold' || reported === 'connected' ? reported : 'hold';
    case 'RETRIEVED':
      return reported === 'hold' || (reported === 'delivered' && current === 'hold') ? reported : 'connected';
    default:
      return TARGET[event];
  }
}
