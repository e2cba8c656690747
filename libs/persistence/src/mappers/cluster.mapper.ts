import type { Cluster } from '#domain/resources';

export interface ClusterRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly version: number;
  readonly created_at: Date;
}

export const clusterFrom = (row: ClusterRow): Cluster => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  version: row.version,
  createdAt: row.created_at,
});
