import type { ApiKey, KeyRole } from '#domain/resources';

export interface ApiKeyRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly role: KeyRole;
  readonly name: string;
  readonly prefix: string;
  readonly sha256: string;
  readonly revoked_at: Date | null;
  readonly version: number;
  readonly created_at: Date;
}

export const apiKeyFrom = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  tenantId: row.tenant_id,
  role: row.role,
  name: row.name,
  prefix: row.prefix,
  sha256: row.sha256,
  revokedAt: row.revoked_at,
  version: row.version,
  createdAt: row.created_at,
});
