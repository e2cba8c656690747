import type { Cluster } from '#domain/resources';

export interface ClusterRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly directory_sync_revision: number;
  readonly directory_sync_asked_at: Date | null;
  readonly version: number;
  readonly created_at: Date;
}

export const clusterFrom = (row: ClusterRow): Cluster => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  directorySync: { revision: row.directory_sync_revision, askedAt: row.directory_sync_asked_at },
  version: row.version,
  createdAt: row.created_at,
});
