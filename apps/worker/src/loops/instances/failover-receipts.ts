/** What the worker writes into the receipt of a failover, always in the transaction of the status write that it goes with. */
import type { InstanceStatusReport } from '#contracts/gateway-admin';
import type { Failover } from '#domain/resources';
import type { Tx } from '#persistence/database';
import * as failovers from '#persistence/failovers';
import type { Fence } from '#persistence/leases';

/** What a successor's report says of its failover; undefined when it says nothing new. */
export function receiptChanges(
  failover: Failover | undefined,
  report: InstanceStatusReport,
  now: Date,
): failovers.FailoverChanges | undefined {
  if (failover === undefined) return undefined;
  // It was taken for lost and has answered again before anything was done to it.
  if (failover.toEpoch === null) return failover.fromEpoch === report.epoch.major ? { abandonedAt: now } : undefined;
  if (failover.toEpoch !== report.epoch.major) return undefined;
  const { restored: copy } = report.journal;
  const journalCopyAt = copy === null ? {} : { journalCopyAt: new Date(copy.completeAt) };
  const serving = failover.servingAt === null ? { servingAt: now, ...journalCopyAt } : {};
  const { recovery } = report;
  if (recovery === null) return { ...serving, sessions: 0, monitors: 0, restored: 0, restoredAt: now };
  const restored = recovery.monitors - recovery.waiting;
  const isNews = failover.restored !== restored || failover.servingAt === null || recovery.restoredAt !== null;
  if (!isNews) return undefined;
  return {
    ...serving,
    sessions: recovery.sessions,
    monitors: recovery.monitors,
    restored,
    gapSince: new Date(recovery.gapSince),
    gapNamedAt: new Date(recovery.gapNamedAt),
    ...(recovery.restoredAt === null ? {} : { restoredAt: new Date(recovery.restoredAt) }),
  };
}

/** Its end is confirmed; nothing happens when no failover is open. */
export const noteFenced = (tx: Tx, fence: Fence, instanceId: string): Promise<boolean> =>
  failovers.advance(tx, fence, instanceId, { fencedAt: new Date() });

/** A successor has been granted its epoch, which happens only when no other incarnation runs. */
export const noteSuccessor = (tx: Tx, fence: Fence, instanceId: string, toEpoch: number): Promise<boolean> =>
  failovers.advance(tx, fence, instanceId, { toEpoch, fencedAt: new Date() });

/** Somebody wants it stopped or gone. */
export const noteAbandoned = (tx: Tx, fence: Fence, instanceId: string): Promise<boolean> =>
  failovers.advance(tx, fence, instanceId, { abandonedAt: new Date() });
