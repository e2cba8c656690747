/** The routing table as the edge asks it: tenant by slug, instance by slot. Pure; one index per table, never changed. */
import type { RoutingTable } from '#contracts/routing';

export interface RoutedInstance {
  readonly tenantId: string;
  readonly instanceId: string;
  readonly epochMajor: number;
  /** null: known but not running. */
  readonly endpoint: { readonly address: string; readonly port: number; readonly serverName: string } | null;
  readonly acceptsLogins: boolean;
}

export interface RoutedTenant {
  readonly tenantId: string;
  readonly slug: string;
  readonly status: 'active' | 'suspended' | 'deleting';
  readonly instances: readonly RoutedInstance[];
  readonly bySlot: ReadonlyMap<number, RoutedInstance>;
}

export interface RoutingIndex {
  /** 0 before the first table. */
  readonly version: number;
  readonly tenants: ReadonlyMap<string, RoutedTenant>;
  readonly instances: ReadonlyMap<string, RoutedInstance>;
}

export const EMPTY_INDEX: RoutingIndex = Object.freeze({ version: 0, tenants: new Map(), instances: new Map() });

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** @returns the index, or what makes the table unusable: an ambiguous table could send a session to a stranger's instance. */
export function indexTable(
  table: RoutingTable,
): { readonly ok: true; readonly index: RoutingIndex } | { readonly ok: false; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const tenants = new Map<string, RoutedTenant>();
  const instances = new Map<string, RoutedInstance>();
  const tenantIds = new Set<string>();
  for (const tenant of table.tenants) {
    if (!SLUG.test(tenant.slug)) faults.push(`the slug of tenant ${tenant.tenantId} is not a DNS label`);
    if (tenants.has(tenant.slug)) faults.push(`two tenants have the slug ${tenant.slug}`);
    if (tenantIds.has(tenant.tenantId)) faults.push(`tenant ${tenant.tenantId} is there twice`);
    tenantIds.add(tenant.tenantId);
    const bySlot = new Map<number, RoutedInstance>();
    const own: RoutedInstance[] = [];
    for (const { slots, ...members } of tenant.instances) {
      const instance: RoutedInstance = { ...members, tenantId: tenant.tenantId };
      if (instances.has(instance.instanceId)) faults.push(`instance ${instance.instanceId} is there twice`);
      instances.set(instance.instanceId, instance);
      own.push(instance);
      for (const slot of slots) {
        if (bySlot.has(slot)) faults.push(`slot ${slot} of tenant ${tenant.slug} has two instances`);
        bySlot.set(slot, instance);
      }
    }
    tenants.set(tenant.slug, { tenantId: tenant.tenantId, slug: tenant.slug, status: tenant.status, instances: own, bySlot });
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, index: { version: table.version, tenants, instances } };
}

/** Instances whose epoch in `offered` is lower than in `held`: a table that would lead back to a fenced incarnation (design.md 6). */
export function loweredEpochs(held: RoutingIndex, offered: RoutingIndex): readonly string[] {
  return [...offered.instances.values()]
    .filter((instance) => instance.epochMajor < (held.instances.get(instance.instanceId)?.epochMajor ?? 0))
    .map((instance) => instance.instanceId);
}
