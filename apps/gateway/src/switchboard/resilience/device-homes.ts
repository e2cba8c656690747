/**
 * The two controllers of a resilient device: learned from its primary one (R-RES-02), followed as the device moves (R-RES-03). Who sets the
 * monitor at the other controller is companion-monitors.ts; here is what is asked, and what applications are told.
 */
import { hasResilience } from '#domain/compatibility';
import type { EventMessage } from '#southbound/messages';
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import { monitorNamed } from './device-names.js';
import { tellEnded } from '../calls/device-snapshots.js';
import { gapToHolders, toHolders } from '../events/event-delivery.js';
import { liveOrigin, resilienceEvent } from '../events/event-mapping.mapper.js';
import type { Homes, Monitor } from '../monitors/monitor-table.js';
import { homesOf, icpIdAt, type Items } from '../calls/query-answers.mapper.js';
import { sendQuery } from '../calls/query-request.js';
import { type Home, onAsked, onServiceNews, type Whereabouts } from './resilience.rules.js';

const AT_HOME: Whereabouts = Object.freeze({ active: 'primary', serial: 0 });

/** @param secondaryAddress as the primary controller gave it */
export const newHomes = (secondaryAddress: string): Homes => ({
  secondaryAddress,
  whereabouts: AT_HOME,
  moves: 0,
});

export const homeOf = (monitor: Monitor): Home => (monitor.device === monitor ? 'primary' : 'secondary');

/** The monitor at that home of the device; undefined when it has none there. */
const slotAt = (device: Monitor, home: Home): Monitor | undefined => (home === 'primary' ? device : device.companion);

/** Whether this is where a resilient device is not served now. */
export const isInactive = (monitor: Monitor): boolean =>
  monitor.device.homes !== undefined && monitor.device.homes.whereabouts.active !== homeOf(monitor);

/** The controller that serves a device, by either of its ids, as far as that is known; undefined: the one that the id names. */
export function servingIcpId(core: Core, objectId: number): number | undefined {
  const device = monitorNamed(core, objectId);
  if (device?.homes === undefined) return undefined;
  return device.homes.whereabouts.active === 'secondary' ? icpIdAt(core, device.homes.secondaryAddress) : device.icpId;
}

/** Whether its secondary controller serves it now. */
export const isAtSecondary = (core: Core, objectId: number): boolean =>
  monitorNamed(core, objectId)?.homes?.whereabouts.active === 'secondary';

/** Asks the controller of this monitor where the device is at home, and whether it is served there now. */
export function askHomes(core: Core, controller: Controller, monitor: Monitor): void {
  const { objectId, handle: target, device } = monitor;
  const moves = device.homes?.moves ?? 0;
  const again = (): void => void controller.devicesToAsk.add(objectId);
  const done = (items: Items): void => onHomes(core, controller, objectId, items, moves);
  const failed = (isFinal: boolean): void => {
    if (!isFinal) again();
    else
      core.note('warn', 'a controller does not say where a resilient device is at home', { icpId: controller.icpId, objectId });
  };
  if (!sendQuery(core, controller, { requestId: 0, target, kind: 'RESILIENCE', done, failed })) again();
}

function onHomes(core: Core, controller: Controller, monitorId: number, items: Items, moves: number): void {
  const monitor = core.monitors.get(monitorId);
  if (monitor?.state !== 'set') return;
  const { device } = monitor;
  if (device === monitor) learn(core, controller, device, items);
  else if (device.homes === undefined) return confirm(core, controller, monitor, items);
  const { homes } = device;
  if (homes === undefined) return;
  // it has moved since it was asked
  if (homes.moves !== moves) return void controller.devicesToAsk.add(monitorId);
  settleWhereabouts(core, device, onAsked(homes.whereabouts, homeOf(monitor), items.flag('ACTIVE_HERE')), undefined);
}

/** R-RES-02: from the primary controller alone. Without a place for its secondary monitor, that is said. */
function learn(core: Core, controller: Controller, device: Monitor, items: Items): void {
  const { isResilient, primaryIcpId, primaryIcpAddress, secondaryIcpAddress } = homesOf(items, core, controller.icpId);
  const facts = { icpId: controller.icpId, objectId: device.objectId };
  if (isResilient && primaryIcpId !== controller.icpId) return learnPrimary(core, device, primaryIcpAddress);
  if (!isResilient || secondaryIcpAddress === undefined) return forgetHomes(core, device);
  if (isTooOld(controller)) {
    const { release } = controller.grant;
    core.note('info', 'a resilient device is not followed: the release of its controller is too old for that', {
      ...facts,
      release,
    });
    return forgetHomes(core, device);
  }
  if (device.homes?.secondaryAddress === secondaryIcpAddress) return;
  forgetHomes(core, device);
  device.homes = newHomes(secondaryIcpAddress);
  core.homeChanges.add(device.objectId);
  core.companionsToSet.add(device.objectId);
  if (icpIdAt(core, secondaryIcpAddress) === undefined)
    core.note('warn', 'the secondary controller of a resilient device is not one of this instance: it is not followed', {
      ...facts,
      secondaryIcpAddress,
    });
}

const isTooOld = ({ grant: { release, multiInstance = false } }: Controller): boolean => !hasResilience(release, multiInstance);

/** A device is monitored by its id at its secondary controller: its primary one gets a monitor too, and is asked (R-RES-02). */
function learnPrimary(core: Core, device: Monitor, primaryAddress: string): void {
  if (device.primaryAddress !== primaryAddress) forgetHomes(core, device);
  device.primaryAddress = primaryAddress;
  core.companionsToSet.add(device.objectId);
  if (icpIdAt(core, primaryAddress) !== undefined) return;
  const facts = { icpId: device.icpId, objectId: device.objectId, primaryAddress };
  core.note('warn', 'the primary controller of a resilient device is not one of this instance: it is not followed', facts);
}

/** What the primary controller says of a device that is monitored by its other id: from here on its own monitor is the one there. */
function confirm(core: Core, controller: Controller, companion: Monitor, items: Items): void {
  const { device } = companion;
  const { isResilient, primaryIcpId, secondaryIcpAddress } = homesOf(items, core, controller.icpId);
  const agrees = isResilient && primaryIcpId === controller.icpId && secondaryIcpAddress !== undefined;
  if (agrees && icpIdAt(core, secondaryIcpAddress) === device.icpId && !isTooOld(controller)) {
    companion.homes = newHomes(secondaryIcpAddress);
    core.companionsToSet.add(companion.objectId);
    return;
  }
  const facts = { icpId: controller.icpId, objectId: device.objectId };
  core.note('info', 'the primary controller does not confirm that a device is resilient: it is not followed', facts);
  forgetHomes(core, device);
}

/** The device is not resilient, or not any more. */
export function forgetHomes(core: Core, device: Monitor): void {
  const { companion } = device;
  if (device.homes !== undefined) core.homeChanges.add(device.objectId);
  device.homes = undefined;
  device.primaryAddress = undefined;
  if (companion === undefined) return;
  core.monitors.detach(device);
  core.companionsToStop.add(companion);
}

/** Takes in an event about where, or whether, the device is served. @returns whether it goes to the application as it is */
export function onService(core: Core, controller: Controller, monitor: Monitor, message: EventMessage): boolean {
  const { device, saidMove: afterMove } = monitor;
  const { eventType, serial } = message;
  const { homes } = device;
  // what its primary controller has not confirmed yet is seen when it has: it is asked then
  if (homes === undefined) return device === monitor;
  if (device.companion === undefined) return true;
  const { whereabouts, shown } = onServiceNews(homes.whereabouts, { from: homeOf(monitor), eventType, serial, afterMove });
  monitor.saidMove = eventType === 'RESILIENT_DEVICE';
  // a device that is out of service says no more than that: whoever reported it is asked
  if (monitor.saidMove) controller.devicesToAsk.add(monitor.objectId);
  else if (afterMove) controller.devicesToAsk.delete(monitor.objectId);
  settleWhereabouts(core, device, whereabouts, liveOrigin(monitor.told, controller.up?.bootId ?? 0, message));
  return shown;
}

type Origin = Parameters<typeof resilienceEvent>[2];

/** The handover (R-RES-03): told once, whatever said it, and with what it ends. */
function settleWhereabouts(core: Core, device: Monitor, whereabouts: Whereabouts, origin: Origin | undefined): void {
  const homes = device.homes!;
  if (whereabouts.serial !== homes.whereabouts.serial) homes.moves += 1;
  const before = homes.whereabouts.active;
  homes.whereabouts = whereabouts;
  if (whereabouts.active === before) return;
  const [left, come] = [slotAt(device, before), slotAt(device, whereabouts.active)];
  tellHomes(core, device, come ?? device, 'RESILIENT_INFO_UPDATE', origin);
  // only what is still to come from where it left can say how its calls ended there
  if (left !== undefined && left.state !== 'set') tellEnded(core, left);
  // what happens where its monitor does not stand is missing until it does
  if (come?.state !== 'set') gapToHolders(core, device, { since: core.now.wallMs, lost: null, reason: 'link-lost' });
}

/** Tells the holders of a device about its homes. @param about the monitor at the controller that is meant */
export function tellHomes(
  core: Core,
  device: Monitor,
  about: Monitor,
  cause: Parameters<typeof resilienceEvent>[1],
  origin: Origin = { eventId: core.syntheticId(), eventTime: core.now.wallMs, source: 'synthetic' },
): void {
  const { homes } = device;
  if (homes === undefined) return;
  const activeIcpId = slotAt(device, homes.whereabouts.active)?.icpId;
  toHolders(
    core,
    device,
    resilienceEvent(about.told, cause, origin, {
      primaryIcpAddress: core.controllers.get(device.icpId)?.grant.address ?? '',
      secondaryIcpAddress: homes.secondaryAddress,
      ...(activeIcpId === undefined ? {} : { activeIcpId }),
    }),
  );
}
