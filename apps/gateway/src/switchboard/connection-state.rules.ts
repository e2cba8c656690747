/**
 * The connection state machine (CSTA, guides/vocabulary.md 2.3): one per call and device.
 *
 * Controllers may report late, and events may be lost. So any *legal skip* is accepted: an event is legal when the machine could have
 * come, by steps that were not reported, to a state that has this event. A connection never goes backwards by an event; only a
 * snapshot, which is what the controller says now, may set any state.
 */
import type { Feature } from '#contracts/application-api';
import type { EventTypeName, LocalStateName } from '#southbound/messages';

export type ConnectionEvent = Exclude<EventTypeName, 'IN_SERVICE' | 'OUT_OF_SERVICE' | 'UNKNOWN_EVENT'>;

/** Every step of the machine; CLEARED, from any state to null, is left out. `originated` and `delivered` refine CSTA's `connected`. */
const STEPS: Readonly<Record<LocalStateName, readonly (readonly [Exclude<ConnectionEvent, 'CLEARED'>, LocalStateName])[]>> = {
  null: [
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

const LEGAL: ReadonlyMap<LocalStateName, ReadonlySet<ConnectionEvent>> = new Map(
  CONNECTION_STATE_NAMES.map((state) => {
    const events = new Set<ConnectionEvent>(['CLEARED']);
    for (const later of reachable(state)) for (const [event] of STEPS[later]) events.add(event);
    return [state, events];
  }),
);

const TARGET: Readonly<Record<Exclude<ConnectionEvent, 'HELD' | 'RETRIEVED'>, LocalStateName>> = {
  ORIGINATED: 'originated',
  DELIVERED: 'delivered',
  RECEIVED: 'alerting',
  ESTABLISHED: 'connected',
  FAILED: 'fail',
  CLEARED: 'null',
};

/**
 * The state after an event, or undefined when the event would take the connection backwards (late or repeated: it is to be dropped).
 * @param reported what the controller says the state is now; decides only who holds, for HELD and RETRIEVED
 */
export function advance(current: LocalStateName, event: ConnectionEvent, reported: LocalStateName): LocalStateName | undefined {
  if (LEGAL.get(current)?.has(event) !== true) return undefined;
  if (event !== 'HELD' && event !== 'RETRIEVED') return TARGET[event];
  if (reported === 'hold' || reported === 'connected') return reported;
  return event === 'HELD' ? 'hold' : 'connected';
}

const FEATURES_BY_STATE: Readonly<Record<LocalStateName, readonly Feature[]>> = {
  null: [],
  initiated: ['CLEAR_CALL'],
  originated: ['CLEAR_CALL'],
  delivered: ['CLEAR_CALL'],
  alerting: ['ANSWER_CALL', 'CLEAR_CALL'],
  connected: ['CLEAR_CALL', 'HOLD_CALL'],
  hold: ['CLEAR_CALL', 'RETRIEVE_CALL'],
  queued: ['CLEAR_CALL'],
  fail: ['CLEAR_CALL'],
};

/** Which of this release's call-control operations a device may do with a call in this state. */
export function featuresAllowed(state: LocalStateName): Feature[] {
  return [...FEATURES_BY_STATE[state]];
}
