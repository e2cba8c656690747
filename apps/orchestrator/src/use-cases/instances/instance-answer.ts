/** An instance as the contract shows it: spec, status, and each limit as used and cap. */
import type { InstanceAnswer } from '#contracts/control-api';
import { ReceivedStatusReportSchema, type InstanceStatusReport } from '#contracts/gateway-admin';
import { CALLS_PER_HOUR } from '#domain/limits';
import type { InstanceSpec, InstanceStatus } from '#domain/resources';
import type { JournalCopy } from '#persistence/journal-copies';

export function instanceAnswer(
  spec: InstanceSpec,
  status: InstanceStatus | undefined,
  copy: JournalCopy | undefined,
): InstanceAnswer {
  const report = reportOf(status);
  return {
    id: spec.id,
    tenantId: spec.tenantId,
    clusterId: spec.clusterId,
    name: spec.name,
    desiredState: spec.desiredState,
    restartRevision: spec.restartRevision,
    slots: [...spec.slots],
    version: spec.version,
    createdAt: spec.createdAt.toISOString(),
    limits: limitsOf(spec, report),
    status: statusOf(status, report, copy),
  };
}

/** What the incarnation last said of itself, while it runs; the worker keeps it as it came. */
export function reportOf(status: InstanceStatus | undefined): InstanceStatusReport | undefined {
  if (status?.state !== 'running' || status.observed === null) return undefined;
  const parsed = ReceivedStatusReportSchema.safeParse(status.observed);
  return parsed.success ? parsed.data : undefined;
}

function limitsOf({ limits }: InstanceSpec, report: InstanceStatusReport | undefined): InstanceAnswer['limits'] {
  return {
    sessions: { used: report?.sessions.used ?? null, cap: limits.sessions },
    controllers: { used: report?.controllers.length ?? null, cap: limits.controllers },
    monitors: { used: report?.monitors.used ?? null, cap: limits.monitors },
    monitorsPerController: {
      used: report === undefined ? null : Math.max(0, ...report.controllers.map(({ monitors }) => monitors.used)),
      cap: limits.monitorsPerController,
    },
    hotDeskUsers: { used: report?.hotDeskUsers?.used ?? null, cap: limits.hotDeskUsers },
    callsPerHour: { used: report?.callsPerHour?.used ?? null, cap: CALLS_PER_HOUR.instance },
  };
}

function statusOf(
  status: InstanceStatus | undefined,
  report: InstanceStatusReport | undefined,
  copy: JournalCopy | undefined,
): InstanceAnswer['status'] {
  return {
    state: status?.state ?? 'pending',
    message: status?.message ?? '',
    observedVersion: status?.observedVersion ?? 0,
    epochMajor: status?.epochMajor ?? 0,
    address: status?.address ?? null,
    endpoint: status?.endpoint ?? null,
    pid: report?.pid ?? null,
    softwareVersion: report?.version ?? null,
    consecutiveFailures: status?.consecutiveFailures ?? 0,
    restarts: status?.restarts ?? 0,
    nextAttemptAt: status?.nextAttemptAt?.toISOString() ?? null,
    deadlineAt: status?.deadlineAt?.toISOString() ?? null,
    updatedAt: status?.updatedAt.toISOString() ?? null,
    journal: {
      durability: 'local',
      copiedBytes: copy?.whole?.bytes ?? 0,
      copiedAt: copy?.whole?.completeAt.toISOString() ?? null,
    },
    links: (report?.controllers ?? []).map(
      ({ icpId, address, state, monitors, callsPerHour, roundTripMs, refusedBackConnections }) => ({
        icpId,
        address,
        state,
        monitors: { used: monitors.used, cap: monitors.cap },
        callsPerHour: { used: callsPerHour?.used ?? null, cap: CALLS_PER_HOUR.controller },
        roundTripMs,
        refusedBackConnections,
      }),
    ),
  };
}
