import type { Database } from '#persistence/database';
import * as instances from '#persistence/instances';
import * as operations from '#persistence/operations';
import * as tenants from '#persistence/tenants';
import { failpoint } from '#telemetry/failpoints';
import type { Logger } from '#telemetry/logger';

/**
 * Removes tenants whose deletion was asked for, as soon as their last instance is gone (the instance loop sees to that). One turn of the
 * sweep; also for one tenant only.
 */
export async function sweepDeletedTenants(
  options: { readonly database: Database; readonly logger: Logger },
  tenantId?: string,
): Promise<void> {
  const { database, logger } = options;
  const all = await database.asPlatform((tx) => tenants.listAll(tx));
  for (const tenant of all) {
    if (tenant.status !== 'deleting' || (tenantId !== undefined && tenant.id !== tenantId)) continue;
    const removed = await database.asPlatform(async (tx) => {
      const open = (await operations.listOpen(tx, tenant.id)).filter((operation) => operation.kind === 'tenant.delete');
      if (await tenants.remove(tx, tenant.id)) {
        for (const operation of open) await operations.advance(tx, operation.id, { state: 'succeeded', progress: 100 });
        failpoint('worker.tenant.delete.before-commit');
        return true;
      }
      const left = (await instances.listAll(tx)).filter((spec) => spec.tenantId === tenant.id).length;
      const startedAt = new Date().toISOString();
      for (const operation of open) {
        if (operation.state === 'running') continue;
        const step = {
          name: 'delete the instances',
          state: 'running',
          startedAt,
          endedAt: null,
          detail: `${left} left`,
        } as const;
        await operations.advance(tx, operation.id, { state: 'running', steps: [step], progress: 10 });
      }
      return false;
    });
    if (removed) logger.info({ tenantId: tenant.id, slug: tenant.slug }, 'tenant: deleted');
  }
}
