/** What happens when a link to a controller comes or goes (R-CLU-05). */
import type { ConnectionState } from '#contracts/gateway-admin';
import type { LinkUp } from '../../southbound-port.js';
import { onCommandUnknown } from '../calls/command.operations.js';
import type { Controller } from './controller-table.js';
import { disconnected, type Core } from '../core.js';
import { homeOf, isInactive, tellHomes } from '../resilience/device-homes.js';
import { tellEnded } from '../calls/device-snapshots.js';
import { failQuery } from '../calls/query.operations.js';
import { watchAgain } from '../directory/directory-watch.js';
import { namesOf } from '../resilience/device-names.js';
import { drop, enqueue, pump, refuseAsking } from '../monitors/monitor-lifecycle.js';

/** May be called with the state the link has already. @param silentMs nothing had been heard for so long when it ended */
export function onLink(core: Core, controller: Controller, state: ConnectionState, up: LinkUp | undefined, silentMs = 0): void {
  const [was, is] = [controller.connected, state === 'CONNECTED'];
  // a link that was replaced without a word of its end: what stood on the old one is gone all the same
  if (was && (!is || up !== undefined)) {
    controller.state = is ? 'CONNECTION_FAILURE' : state;
    onDown(core, controller, silentMs);
  }
  controller.state = state;
  if (!is) return;
  controller.up = up ?? controller.up;
  onUp(core, controller);
}

function onDown(core: Core, controller: Controller, silentMs: number): void {
  const gone = new Map<number, number[]>();
  for (const objectId of [...controller.objectIds]) {
    const monitor = core.monitors.get(objectId);
    if (monitor === undefined) continue;
    refuseAsking(core, monitor, disconnected(controller));
    const stood = monitor.state === 'set';
    // what a device that is served elsewhere has to tell does not come over this link
    if (stood && !isInactive(monitor))
      for (const sessionId of monitor.holders) gone.set(sessionId, [...(gone.get(sessionId) ?? []), monitor.device.objectId]);
    monitor.forgetLink();
    monitor.state = 'lost';
    if (stood && isInactive(monitor)) tellEnded(core, monitor);
    if (stood && homeOf(monitor) === 'secondary') tellHomes(core, monitor.device, monitor, 'SECONDARY_CONTROLLER_COMMS_FAILED');
    if (monitor.places === 0) drop(core, controller, monitor);
  }
  controller.forgetLink();
  for (const pending of controller.commands.drain()) {
    if (pending.kind === 'command') onCommandUnknown(core, pending);
    if (pending.kind === 'query') failQuery(core, pending, disconnected(controller));
    if (pending.kind === 'lookup' || pending.kind === 'calls') core.refuse(pending.requestId, disconnected(controller));
  }
  sayState(core, controller, gone, Math.floor(core.now.wallMs - silentMs));
}

/** Status to every session concerned; where monitors stood, the gap before it. */
function sayState(core: Core, controller: Controller, gone: ReadonlyMap<number, number[]>, since: number): void {
  const common = { eventTime: core.now.wallMs, source: 'synthetic' } as const;
  const status = { ...common, eventId: core.syntheticId(), category: 'SYSTEM_EVENT', type: 'ICP_COMMUNICATION_EVENT' } as const;
  for (const session of core.sessions.all()) {
    const objectIds = gone.get(session.id);
    if (objectIds !== undefined) {
      const gap = {
        category: 'GAP',
        type: 'EVENT_GAP',
        objectIds: namesOf(session, objectIds),
        since,
        lost: null,
        reason: 'link-lost',
      } as const;
      core.post(session, { ...common, eventId: core.syntheticId(), ...gap });
    }
    if (session.controllers.has(controller.icpId))
      core.post(session, { ...status, icpId: controller.icpId, connectionState: controller.state });
  }
}

function onUp(core: Core, controller: Controller): void {
  controller.pacer.linkUp(core.now.nowMs);
  sayState(core, controller, new Map(), core.now.wallMs);
  watchAgain(core, controller);
  for (const objectId of controller.objectIds) {
    const monitor = core.monitors.get(objectId);
    if (monitor !== undefined) enqueue(core, controller, monitor);
  }
  pump(core, controller);
}
