import type { Failover, InstanceSpec, InstanceStatus, Operation, Tenant } from '#domain/resources';
import * as accessDocuments from '#persistence/access-documents';
import type { Database } from '#persistence/database';
import * as failovers from '#persistence/failovers';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import * as operations from '#persistence/operations';
import * as tenants from '#persistence/tenants';

/** What the store says of one instance, read in one transaction. */
export interface InstanceView {
  readonly spec: InstanceSpec;
  readonly status: InstanceStatus;
  readonly tenant: Tenant;
  readonly document: accessDocuments.StoredAccessDocument | undefined;
  readonly failuresAt: readonly Date[];
  /** The receipt that is still being written. */
  readonly failover: Failover | undefined;
  /** Not ended, oldest first. */
  readonly operations: readonly Operation[];
  /** The store's clock when all this was read. */
  readonly readAt: Date;
}

/** Undefined when there is no such instance (any more). */
export async function loadInstance(database: Database, instanceId: string): Promise<InstanceView | undefined> {
  return database.asPlatform(async (tx) => {
    const spec = await instances.find(tx, instanceId);
    const status = spec && (await instanceStatus.find(tx, instanceId));
    const tenant = spec && (await tenants.find(tx, spec.tenantId));
    if (!spec || !status || !tenant) return undefined;
    return {
      spec,
      status,
      tenant,
      document: await accessDocuments.find(tx, instanceId),
      failuresAt: await instanceStatus.failuresOf(tx, instanceId),
      failover: await failovers.findOpen(tx, instanceId),
      operations: await operations.listOpen(tx, instanceId),
      readAt: await operations.storeTime(tx),
    };
  });
}
