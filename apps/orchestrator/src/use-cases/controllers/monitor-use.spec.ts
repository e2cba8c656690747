import { describe, expect, it } from 'vitest';
import type { InstanceStatusReport } from '#contracts/gateway-admin';
import { monitorUseAt } from './monitor-use.js';

const use = (used: number) => ({ used, cap: 0, others: 0, wanted: false });
const reportOf = (icpId: number, devices: number, shared: number): InstanceStatusReport => {
  const monitorKinds = {
    devices: { total: use(devices), shared: use(shared) },
    features: { total: use(1), shared: use(2) },
  };
  return { controllers: [{ icpId, monitorKinds }] } as unknown as InstanceStatusReport;
};

describe('monitors of gateway instances at a controller', () => {
  it('R-LIM-07 are summed over those that report it, and unknown where none does', () => {
    const reports = [reportOf(1, 10, 20), reportOf(1, 5, 7), reportOf(2, 100, 100)];
    expect(monitorUseAt(1, reports)).toEqual({ devices: { total: 15, shared: 27 }, features: { total: 2, shared: 4 } });
    expect(monitorUseAt(3, reports)).toBeNull();
  });
});
