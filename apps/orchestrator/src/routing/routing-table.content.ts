/** What routers need to know, from the store's values: pure, and in a fixed order, so that equal states give equal tables. */
import type { RoutingTable } from '#contracts/routing';
import type { InstanceSpec, InstanceStatus, Tenant } from '#domain/resources';

export type RoutingContent = Pick<RoutingTable, 'tenants'>;

export function routingContent(
  tenants: readonly Tenant[],
  specs: readonly InstanceSpec[],
  statuses: readonly InstanceStatus[],
): RoutingContent {
  const statusOf = new Map(statuses.map((status) => [status.instanceId, status]));
  const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
  return {
    tenants: [...tenants].sort(byId).map((tenant) => ({
      tenantId: tenant.id,
      slug: tenant.slug,
      status: tenant.status,
      instances: specs
        .filter((spec) => spec.tenantId === tenant.id)
        .sort(byId)
        .map((spec) => instanceContent(tenant, spec, statusOf.get(spec.id))),
    })),
  };
}

type RoutedInstance = RoutingTable['tenants'][number]['instances'][number];

function instanceContent(tenant: Tenant, spec: InstanceSpec, status: InstanceStatus | undefined): RoutedInstance {
  const endpoint = status?.state === 'running' ? status.endpoint : null;
  return {
    instanceId: spec.id,
    epochMajor: status?.epochMajor ?? 0,
    endpoint: endpoint && { address: endpoint.address, port: endpoint.port, serverName: endpoint.serverName },
    // One that is about to stop or go takes nobody new.
    acceptsLogins: endpoint !== null && spec.desiredState === 'running' && tenant.status === 'active',
    slots: [...spec.slots],
  };
}
