import type { DeviceLicence, MonitorCounts } from '#domain/limits';
import { NO_MONITORS } from '#domain/monitor-limits';
import type { NumberingSettings } from '#domain/numbering';
import type { Controller, ControllerPlatform } from '#domain/resources';

export interface ControllerRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly cluster_id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly platform: ControllerPlatform;
  readonly release: string;
  readonly enabled: boolean;
  readonly icp_id: number;
  readonly numbering: NumberingSettings | null;
  readonly device_licence: DeviceLicence;
  /** null: other systems use none. */
  readonly other_monitors: MonitorCounts | null;
  readonly version: number;
  readonly created_at: Date;
}

export const controllerFrom = (row: ControllerRow): Controller => ({
  id: row.id,
  tenantId: row.tenant_id,
  clusterId: row.cluster_id,
  name: row.name,
  address: row.address,
  port: row.port,
  platform: row.platform,
  release: row.release,
  enabled: row.enabled,
  icpId: row.icp_id,
  numbering: row.numbering,
  deviceLicence: row.device_licence,
  otherMonitors: row.other_monitors ?? NO_MONITORS,
  version: row.version,
  createdAt: row.created_at,
});
