/**
 * What a controller can bear in monitors (R-LIM-07), and how much of that is left for gateway instances. Monitors of devices and of features have
 * the same limits, each for itself.
 */
import { compareVersions } from './compatibility.js';
import { MONITORS_AT_CONTROLLER, type MonitorCount, type MonitorCounts } from './limits.js';
import { CONTROLLER_PLATFORMS, type Controller } from './resources.js';

export const NO_MONITORS: MonitorCounts = Object.freeze({
  devices: Object.freeze({ total: 0, shared: 0 }),
  features: Object.freeze({ total: 0, shared: 0 }),
});

/**
 * R-LIM-07, of devices and of features alike. Releases of the multi-instance platform have numbers of their own, and the guidelines give no higher
 * limits for any of them: it has the lower ones.
 */
export function monitorLimits({
  platform,
  release,
  deviceLicence,
}: Pick<Controller, 'platform' | 'release' | 'deviceLicence'>): MonitorCount {
  if (CONTROLLER_PLATFORMS[platform] === 'powerpc') return MONITORS_AT_CONTROLLER.powerpc;
  const isLarge = deviceLicence === 5600 && platform !== 'multi-instance' && compareVersions(release, '7.0 SP1') >= 0;
  return isLarge ? MONITORS_AT_CONTROLLER.x86Licence5600 : MONITORS_AT_CONTROLLER.x86;
}

/**
 * What is left for all gateway instances together. Devices that others monitor are taken to be none of ours, so the total is never exceeded;
 * of what is shared only the pool of driver and gateway counts, because the legacy client API has its own.
 * @param others what other systems use at the controller, as its operator says
 */
export function roomForGateways(limits: MonitorCount, others: MonitorCounts): MonitorCounts {
  const left = ({ total, shared }: MonitorCount): MonitorCount => ({
    total: Math.max(0, limits.total - total),
    shared: Math.max(0, limits.shared - shared),
  });
  return { devices: left(others.devices), features: left(others.features) };
}
