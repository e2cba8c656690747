import type { EntityManager } from 'typeorm';

/**
 * A transaction as a value: every store function takes one first, so nothing reads or writes outside of one (guides/style.md 16).
 * It is bound to one tenant, or to none (`tenantId` undefined: the platform scope of administrators and loops).
 */
export interface Tx {
  readonly tenantId: string | undefined;
}

/** The connection behind a transaction is this library's own business. */
const managers = new WeakMap<Tx, EntityManager>();

export function beginTx(manager: EntityManager, tenantId: string | undefined): Tx {
  const tx: Tx = Object.freeze({ tenantId });
  managers.set(tx, manager);
  return tx;
}

/** Throws when the transaction has ended: a value that outlives its block must not reach a pooled connection. */
export function managerOf(tx: Tx): EntityManager {
  const manager = managers.get(tx);
  if (!manager) throw new Error('the transaction has ended');
  return manager;
}

export function endTx(tx: Tx): void {
  managers.delete(tx);
}

/** The tenant of a transaction that writes a tenant's rows. */
export function tenantOf(tx: Tx): string {
  if (!tx.tenantId) throw new Error('this write needs a transaction of one tenant');
  return tx.tenantId;
}
