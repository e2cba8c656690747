/** A receipt as the contract shows it: moments as the worker and the successor noted them, and the time each part took. */
import type { FailoverAnswer } from '#contracts/control-api';
import type { Failover } from '#domain/resources';

export function failoverAnswer(failover: Failover): FailoverAnswer {
  const { detectedAt, fencedAt, servingAt, restoredAt, abandonedAt, lastHeardAt, gapSince, gapNamedAt } = failover;
  return {
    id: failover.id,
    tenantId: failover.tenantId,
    instanceId: failover.instanceId,
    instanceName: failover.instanceName,
    cause: failover.cause,
    state: stateOf(failover),
    fromEpoch: failover.fromEpoch,
    toEpoch: failover.toEpoch,
    lastHeardAt: lastHeardAt?.toISOString() ?? null,
    detectedAt: detectedAt.toISOString(),
    fencedAt: fencedAt?.toISOString() ?? null,
    servingAt: servingAt?.toISOString() ?? null,
    restoredAt: restoredAt?.toISOString() ?? null,
    abandonedAt: abandonedAt?.toISOString() ?? null,
    gap:
      gapSince === null || gapNamedAt === null
        ? null
        : {
            since: gapSince.toISOString(),
            namedAt: gapNamedAt.toISOString(),
            sessions: failover.sessions ?? 0,
            monitors: failover.monitors ?? 0,
          },
    monitorsRestored: failover.restored,
    journalCopyAt: failover.journalCopyAt?.toISOString() ?? null,
    durations: {
      detectMs: between(lastHeardAt, detectedAt),
      fenceMs: between(detectedAt, fencedAt),
      startMs: between(fencedAt, servingAt),
      restoreMs: between(servingAt, restoredAt),
      totalMs: between(detectedAt, restoredAt),
    },
  };
}

function stateOf({ abandonedAt, restoredAt, servingAt, fencedAt }: Failover): FailoverAnswer['state'] {
  if (abandonedAt !== null) return 'abandoned';
  if (restoredAt !== null) return 'restored';
  if (servingAt !== null) return 'serving';
  return fencedAt === null ? 'detected' : 'fenced';
}

/** Never negative: the last part may be over at the instance before the worker has noted the one before. */
function between(from: Date | null, to: Date | null): number | null {
  return from === null || to === null ? null : Math.max(0, to.getTime() - from.getTime());
}
