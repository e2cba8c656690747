/** What gateway instances hold at controllers (R-LIM-07), by what they last reported. */
import type { ControllerAnswer } from '#contracts/control-api';
import type { InstanceStatusReport } from '#contracts/gateway-admin';

type MonitorUse = ControllerAnswer['monitorUse'];

/** A device that two instances monitor counts at both: what is shown is never less than what stands. */
export function monitorUseAt(icpId: number, reports: readonly InstanceStatusReport[]): MonitorUse {
  const told = reports.flatMap(({ controllers }) => {
    const kinds = controllers.find((controller) => controller.icpId === icpId)?.monitorKinds;
    return kinds === undefined ? [] : [kinds];
  });
  if (told.length === 0) return null;
  const sum = (kind: 'devices' | 'features', counter: 'total' | 'shared') =>
    told.reduce((used, kinds) => used + kinds[kind][counter].used, 0);
  const both = (kind: 'devices' | 'features') => ({ total: sum(kind, 'total'), shared: sum(kind, 'shared') });
  return { devices: both('devices'), features: both('features') };
}
