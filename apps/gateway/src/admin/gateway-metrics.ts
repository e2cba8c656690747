/** The figures of this instance as Prometheus reads them: every limit's use and cap, queues, lag, latency, links, refusals. */
import { isLicenceKind } from '#domain/licences';
import { MetricsText } from '#telemetry/metrics';
import type { SwitchboardReport, Use } from '../switchboard/switchboard.port.js';

export interface MetricsSources {
  readonly report: SwitchboardReport;
  readonly links: (icpId: number) => { readonly roundTripMs: number | null; readonly refusedBackConnections: number };
  readonly logLinesDropped: number;
  /** Of each certificate that the instance lives by, milliseconds since 1970. */
  readonly certificates: Iterable<readonly [holder: string, notAfterMs: number]>;
}

export function gatewayMetrics({ report, links, logLinesDropped, certificates }: MetricsSources): string {
  const text = new MetricsText();
  const limit = (name: string, { used, cap }: Use) => {
    text.add('cordboard_limit_used', { limit: name }, used);
    text.add('cordboard_limit_cap', { limit: name }, cap);
  };
  const { rates, figures } = report;
  limit('sessions', report.sessions);
  limit('controllers', figures.controllers);
  limit('monitors', report.monitors);
  limit('hotDeskUsers', report.hotDeskUsers);
  limit('applications', figures.applications);
  limit('callsPerHour', rates.callsPerHour);
  limit('instanceOperations', rates.operationsPerSecond);
  limit('instanceEvents', rates.eventsPerSecond);
  for (const [pool, use] of licenceUses(report.licences.pools)) limit(`licences.${pool}`, use);
  for (const [rate, count] of Object.entries(rates.exceeded))
    text.add('cordboard_rate_exceeded_total', { icp_id: 0, rate }, count);
  for (const controller of report.controllers) addController(text, controller, links(controller.icpId));
  for (const [key, histogram] of figures.operations) {
    const [icpId, type] = key.split('/') as [string, string];
    text.addHistogram('cordboard_operation_seconds', { icp_id: icpId, application_type: type }, histogram);
  }
  for (const [icpId, histogram] of figures.lags) text.addHistogram('cordboard_event_lag_seconds', { icp_id: icpId }, histogram);
  for (const [code, count] of figures.refused) text.add('cordboard_refused_total', { code }, count);
  for (const [type, { count, oldestMs }] of figures.eventsWaiting) {
    text.add('cordboard_events_waiting', { application_type: type }, count);
    text.add('cordboard_events_oldest_waiting_seconds', { application_type: type }, oldestMs / 1000);
  }
  text.add('cordboard_events_dropped_total', {}, figures.eventsDropped);
  text.add('cordboard_monitors_wanted', {}, report.devices.wanted);
  text.add('cordboard_monitors_standing', {}, report.devices.standing);
  text.add('cordboard_journal_writable', {}, figures.journalWritable ? 1 : 0);
  text.add('cordboard_log_lines_dropped_total', {}, logLinesDropped);
  for (const [holder, notAfterMs] of certificates)
    text.add('cordboard_certificate_not_after_seconds', { holder }, Math.floor(notAfterMs / 1000));
  text.add('cordboard_draining', {}, report.draining ? 1 : 0);
  return text.toString();
}

/** R-LIC-01: what this instance is granted of each kind. Pools of single applications are one figure together: none is named (S-06). */
function licenceUses(pools: SwitchboardReport['licences']['pools']): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  for (const { pool, used, granted } of pools) {
    const kind = isLicenceKind(pool) ? pool : 'application';
    const before = uses.get(kind) ?? { used: 0, cap: 0 };
    uses.set(kind, { used: before.used + used, cap: before.cap + granted });
  }
  return uses;
}

function addController(
  text: MetricsText,
  { icpId, state, monitors, monitorKinds, rates, crowdedNumbers, queues }: SwitchboardReport['controllers'][number],
  link: ReturnType<MetricsSources['links']>,
): void {
  const at = { icp_id: icpId };
  const limit = (name: string, { used, cap }: Use) => {
    text.add('cordboard_controller_limit_used', { ...at, limit: name }, used);
    text.add('cordboard_controller_limit_cap', { ...at, limit: name }, cap);
  };
  limit('monitorsPerController', monitors);
  for (const [kind, counters] of Object.entries(monitorKinds ?? {}))
    for (const [counter, { used, cap, others }] of Object.entries(counters))
      limit(`monitors.${kind}.${counter}`, { used: used + others, cap: cap + others });
  limit('callsPerHour', rates.callsPerHour);
  limit('controllerOperations', rates.operationsPerSecond);
  limit('applicationOperations', rates.applicationOperationsPerSecond);
  limit('controllerEvents', rates.eventsPerSecond);
  limit('monitorStarts', queues.monitorStartsPerSecond);
  for (const [rate, count] of Object.entries(rates.exceeded)) text.add('cordboard_rate_exceeded_total', { ...at, rate }, count);
  text.add('cordboard_crowded_numbers', at, crowdedNumbers);
  text.add('cordboard_link_up', at, state === 'CONNECTED' ? 1 : 0);
  if (link.roundTripMs !== null) text.add('cordboard_link_round_trip_seconds', at, link.roundTripMs / 1000);
  text.add('cordboard_back_connections_refused_total', at, link.refusedBackConnections);
  text.add('cordboard_commands_open', at, queues.commandsOpen);
  text.add('cordboard_monitor_starts_waiting', at, queues.startsWaiting);
}
