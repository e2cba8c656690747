import type { Tenant, TenantSettings, TenantStatus } from '#domain/resources';

export interface TenantRow {
  readonly id: string;
  readonly slug: string;
  readonly company_name: string;
  readonly status: TenantStatus;
  readonly settings: TenantSettings;
  readonly version: number;
  readonly created_at: Date;
}

export const tenantFrom = (row: TenantRow): Tenant => ({
  id: row.id,
  slug: row.slug,
  companyName: row.company_name,
  status: row.status,
  settings: row.settings,
  version: row.version,
  createdAt: row.created_at,
});
