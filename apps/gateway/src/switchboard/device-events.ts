/** What a controller reports of a monitored device: live events, jumps in their numbering, and snapshots (R-CC-08, R-CC-09). */
import type { ControllerResponse, EventMessage } from '#southbound/messages';
import { noteCalls } from './calls-hint.js';
import { advance } from './connection-state.rules.js';
import type { Controller } from './controller-table.js';
import type { Core } from './core.js';
import type { EventBody } from '../event-page.js';
import { globalCallIdText, liveEvent, snapshotEvent } from './event-mapping.mapper.js';
import type { CallView, Monitor } from './monitor-table.js';
import { makeObjectId } from './numbering.rules.js';
import type { Session } from './session-table.js';

export function onEvent(core: Core, controller: Controller, message: EventMessage): void {
  const objectId = controller.references.get(message.monitorReference);
  const monitor = objectId === undefined ? undefined : core.monitors.get(objectId);
  if (objectId === undefined) return onEarlyEvent(core, controller, message);
  if (monitor?.state !== 'set' || monitor.reference !== message.monitorReference || monitor.handle !== message.target) return;
  if (message.monitorSequence <= monitor.lastSequence) return;
  const lost = message.monitorSequence - monitor.lastSequence - 1;
  monitor.lastSequence = message.monitorSequence;
  if (lost > 0) onMissed(core, controller, monitor, lost);
  monitor.heardWallMs = core.now.wallMs;
  deliver(core, controller, monitor, message);
}

/** The answer to MONITOR_START comes on the other connection and may be behind the monitor's first events. */
function onEarlyEvent(core: Core, controller: Controller, message: EventMessage): void {
  if (!Number.isInteger(message.target) || message.target < 1) return;
  const monitor = core.monitors.get(makeObjectId(controller.icpId, message.target));
  if (monitor?.state === 'starting') monitor.keepEarly(message);
}

function onMissed(core: Core, controller: Controller, monitor: Monitor, lost: number): void {
  core.note('warn', 'events of a monitor were lost on the way', { icpId: monitor.icpId, objectId: monitor.objectId, lost });
  toHolders(core, monitor, {
    category: 'GAP',
    type: 'EVENT_GAP',
    eventId: core.syntheticId(),
    eventTime: core.now.wallMs,
    source: 'synthetic',
    objectIds: [monitor.objectId],
    since: monitor.heardWallMs,
    lost,
    reason: 'missed',
  });
  requestSnapshot(core, controller, monitor);
}

function deliver(core: Core, controller: Controller, monitor: Monitor, message: EventMessage): void {
  const bootId = controller.up?.bootId ?? 0;
  switch (message.eventType) {
    case 'UNKNOWN_EVENT':
      return core.note('info', 'an event of an unknown type was passed over', {
        icpId: monitor.icpId,
        objectId: monitor.objectId,
      });
    case 'IN_SERVICE':
    case 'OUT_OF_SERVICE':
      return toHolders(core, monitor, liveEvent(monitor, bootId, message, 'null'));
    default: {
      const globalCallId = globalCallIdText(message.globalCallId);
      const known = monitor.calls.get(message.localCallId);
      const current = known?.globalCallId === globalCallId ? known.state : 'null';
      const state = monitor.hasEnded(message.localCallId, globalCallId)
        ? undefined
        : advance(current, message.eventType, message.localState);
      if (state === undefined) {
        const facts = {
          icpId: monitor.icpId,
          objectId: monitor.objectId,
          localCallId: message.localCallId,
          eventType: message.eventType,
          current,
        };
        return core.note('info', 'a late event was dropped: the later state stands', facts);
      }
      monitor.touched.add(message.localCallId);
      monitor.setCall({ localCallId: message.localCallId, globalCallId, state });
      noteCalls(core, monitor);
      toHolders(core, monitor, liveEvent(monitor, bootId, message, state));
    }
  }
}

function toHolders(core: Core, monitor: Monitor, body: EventBody | undefined): void {
  if (body === undefined) return;
  for (const sessionId of monitor.holders) {
    const session = core.sessions.get(sessionId);
    if (session !== undefined) core.post(session, body);
  }
}

/** Asks the controller how things stand; only the answer to the last such request counts. */
export function requestSnapshot(core: Core, controller: Controller, monitor: Monitor): void {
  const request = { type: 'SNAPSHOT_DEVICE', target: monitor.handle } as const;
  if (!core.send(controller, { kind: 'snapshot', objectId: monitor.objectId, target: monitor.handle }, request)) {
    controller.snapshots.add(monitor.objectId);
    return;
  }
  monitor.snapshots += 1;
  monitor.touched = new Set();
}

type SnapshotResponse = Extract<ControllerResponse, { type: 'SNAPSHOT_DEVICE_RESPONSE' }>;

/** Says every difference between what the sessions were told and how things stand. Calls with newer events are left alone. */
export function onSnapshot(core: Core, monitor: Monitor, response: SnapshotResponse): void {
  monitor.snapshots = Math.max(0, monitor.snapshots - 1);
  if (monitor.snapshots > 0 || monitor.state !== 'set' || response.result !== 'OK') return;
  const listed = new Set<number>();
  for (const { localCallId, globalCallId, localState } of response.calls) {
    listed.add(localCallId);
    const call = { localCallId, globalCallId: globalCallIdText(globalCallId), state: localState };
    const known = monitor.calls.get(localCallId);
    if (localState === 'null' && known === undefined) continue;
    if (monitor.touched.has(localCallId) || (known?.state === localState && known.globalCallId === call.globalCallId)) continue;
    say(core, monitor, call);
  }
  if (response.more) return noteCalls(core, monitor);
  for (const call of [...monitor.calls.values()]) {
    if (!listed.has(call.localCallId) && !monitor.touched.has(call.localCallId)) say(core, monitor, { ...call, state: 'null' });
  }
  noteCalls(core, monitor);
}

/** Tells one session how things stand with a device as far as we know; for a session that comes to a monitor that stands already. */
export function describe(core: Core, session: Session, monitor: Monitor): void {
  for (const call of monitor.calls.values())
    core.post(session, snapshotEvent(monitor, call, core.syntheticId(), core.now.wallMs));
}

function say(core: Core, monitor: Monitor, call: CallView): void {
  monitor.setCall(call);
  toHolders(core, monitor, snapshotEvent(monitor, call, core.syntheticId(), core.now.wallMs));
}
