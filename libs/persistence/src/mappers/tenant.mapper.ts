import type { Tenant, TenantStatus } from '#domain/resources';

export interface TenantRow {
  readonly id: string;
  readonly slug: string;
  readonly company_name: string;
  readonly status: TenantStatus;
  readonly version: number;
  readonly created_at: Date;
}

export const tenantFrom = (row: TenantRow): Tenant => ({
  id: row.id,
  slug: row.slug,
  companyName: row.company_name,
  status: row.status,
  version: row.version,
  createdAt: row.created_at,
});
