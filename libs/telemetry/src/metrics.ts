/**
 * Figures in the text format of Prometheus (0.0.4), without a library: the gateway is one light file, and this is all it needs. Every figure
 * is named once, in {@link METRICS}; docs/design/metrics.md is made from it, and a test says when it is stale.
 */

type Program = 'gateway' | 'router' | 'orchestrator' | 'worker';
export type MetricType = 'gauge' | 'counter' | 'histogram';
export interface MetricDefinition {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  readonly program: Program;
  /** The row of the requirements or the guide it shows. */
  readonly shows: string;
}

const gauge = (program: Program, shows: string, help: string, ...labels: readonly string[]) =>
  ({ type: 'gauge', program, shows, help, labels }) as const;
const counter = (program: Program, shows: string, help: string, ...labels: readonly string[]) =>
  ({ type: 'counter', program, shows, help, labels }) as const;
const histogram = (program: Program, shows: string, help: string, ...labels: readonly string[]) =>
  ({ type: 'histogram', program, shows, help, labels }) as const;

/** Every limit has two: `limit="…"` with its use, and with its cap. */
export const METRICS = {
  cordboard_limit_used: gauge('gateway', 'R-LIM-13', 'Use of a limit of this instance', 'limit'),
  cordboard_limit_cap: gauge('gateway', 'R-LIM-13', 'Cap of a limit of this instance', 'limit'),
  cordboard_controller_limit_used: gauge(
    'gateway',
    'R-LIM-04, 07, 08, 11',
    'Use of a limit at one controller',
    'icp_id',
    'limit',
  ),
  cordboard_controller_limit_cap: gauge('gateway', 'R-LIM-04, 07, 08, 11', 'Cap of a limit at one controller', 'icp_id', 'limit'),
  cordboard_rate_exceeded_total: counter(
    'gateway',
    'R-LIM-11',
    'Operations and events above a recommended rate; instance-wide: icp_id 0',
    'icp_id',
    'rate',
  ),
  cordboard_crowded_numbers: gauge(
    'gateway',
    'R-LIM-12',
    'Numbers of which more than ten line appearances are monitored',
    'icp_id',
  ),
  cordboard_link_up: gauge('gateway', 'R-CLU-03', '1: the link to the controller stands', 'icp_id'),
  cordboard_certificate_not_after_seconds: gauge(
    'gateway',
    'R-VRT-05',
    'When a certificate ends, seconds since 1970: own, router, and of each controller as it was shown last',
    'holder',
  ),
  cordboard_link_round_trip_seconds: gauge('gateway', 'R-CLU-09', 'Last measured round trip on the link', 'icp_id'),
  cordboard_back_connections_refused_total: counter('gateway', 'R-CLU-04', 'Back connections refused', 'icp_id'),
  cordboard_operation_seconds: histogram(
    'gateway',
    'R-PERF-04',
    'From request to outcome, of operations that ask a controller',
    'icp_id',
    'application_type',
  ),
  cordboard_event_lag_seconds: histogram(
    'gateway',
    'R-PERF-04',
    'From the time a controller gives an event to its place in the logs',
    'icp_id',
  ),
  cordboard_events_waiting: gauge(
    'gateway',
    'R-CC-09',
    'Events in sessions’ logs that were not handed out yet',
    'application_type',
  ),
  cordboard_events_oldest_waiting_seconds: gauge(
    'gateway',
    'R-CC-09',
    'How far the slowest application lags: since when its oldest event waits that it has not taken, 0 for none',
    'application_type',
  ),
  cordboard_events_dropped_total: counter(
    'gateway',
    'R-CC-09',
    'Events dropped before their application had read them; each is in a gap that it is told',
  ),
  cordboard_commands_open: gauge('gateway', 'R-CLU-06', 'Requests to a controller that are not answered yet', 'icp_id'),
  cordboard_monitor_starts_waiting: gauge('gateway', 'R-MON-03', 'Monitors that wait for their turn to be started', 'icp_id'),
  cordboard_monitors_wanted: gauge('gateway', 'R-MON-01', 'Devices that some session wants monitored'),
  cordboard_monitors_standing: gauge('gateway', 'R-MON-01', 'Of these, those that stand at their controller'),
  cordboard_refused_total: counter('gateway', 'R-LIM-13', 'Operations refused, by error code', 'code'),
  cordboard_journal_writable: gauge('gateway', 'design 7', '0: the journal cannot be written, changes are refused'),
  cordboard_log_lines_dropped_total: counter('gateway', 'R-LOG-01', 'Log lines that could not be written'),
  cordboard_draining: gauge('gateway', 'R-ORC-07', '1: no new sessions are taken'),
  cordboard_router_table_version: gauge('router', 'R-ORC-06', 'Version of the routing table in use'),
  cordboard_router_instances: gauge('router', 'R-ORC-03', 'Instances in the routing table'),
  cordboard_router_tenants: gauge('router', 'R-ORC-03', 'Tenants in the routing table'),
  cordboard_operations_open: gauge('orchestrator', 'R-ORC-02', 'Operations that are not finished', 'state'),
  cordboard_operation_oldest_seconds: gauge('orchestrator', 'R-ORC-02', 'Age of the oldest of them', 'state'),
  cordboard_operations_overdue: gauge('orchestrator', 'R-ORC-02', 'Of these, past their deadline'),
  cordboard_instances: gauge('orchestrator', 'R-ORC-02', 'Instances by the state the worker wrote last', 'state'),
  cordboard_outbox_waiting: gauge('orchestrator', 'design 1', 'Bells that are not rung yet'),
  cordboard_outbox_oldest_seconds: gauge('orchestrator', 'design 1', 'Age of the oldest of them: how far ringing lags behind'),
  cordboard_record_limit_used: gauge(
    'orchestrator',
    'R-LIM-13',
    'Use of a limit that the record counts, at the cluster or tenant where it is highest',
    'limit',
  ),
  cordboard_record_limit_cap: gauge('orchestrator', 'R-LIM-13', 'Cap of a limit that the record counts', 'limit'),
  cordboard_queue_jobs: gauge('orchestrator', 'R-ORC-02', 'Jobs that wait in the queue; absent while it does not answer'),
  cordboard_routing_table_published: gauge('orchestrator', 'R-ORC-06', 'Version of the newest routing table'),
  cordboard_sweep_seconds: histogram('worker', 'design 2', 'How long a turn of a sweep took', 'sweep'),
  cordboard_sweeps_failed_total: counter('worker', 'design 2', 'Turns of a sweep that failed', 'sweep'),
  cordboard_sweep_age_seconds: gauge('worker', 'design 2', 'Since a turn of a sweep last succeeded', 'sweep'),
  cordboard_instances_heard: gauge('worker', 'R-RES-05', 'Incarnations that have answered within six seconds'),
  cordboard_journal_copy_lag_bytes: gauge(
    'worker',
    'design 7',
    'Bytes of journals that are not known to be copied, all together',
  ),
} as const satisfies Record<string, MetricDefinition>;
export type MetricName = keyof typeof METRICS;

/** Seconds. */
export const LATENCY_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10] as const;

/** How long something took, in constant memory. */
export class LatencyHistogram {
  readonly counts = new Float64Array(LATENCY_BUCKETS_S.length + 1);
  sumS = 0;

  observeMs(ms: number): void {
    const seconds = Math.max(0, ms) / 1000;
    let bucket = 0;
    while (bucket < LATENCY_BUCKETS_S.length && seconds > LATENCY_BUCKETS_S[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sumS += seconds;
  }
}

type Labels = Readonly<Record<string, string | number>>;
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

export class MetricsText {
  private readonly samples = new Map<MetricName, string[]>();

  /** @throws RangeError for labels that the catalogue does not have */
  add(name: MetricName, labels: Labels, value: number): void {
    this.line(name, name, labels, value);
  }

  addHistogram(name: MetricName, labels: Labels, { counts, sumS }: Pick<LatencyHistogram, 'counts' | 'sumS'>): void {
    let total = 0;
    LATENCY_BUCKETS_S.forEach((bound, at) => {
      total += counts[at]!;
      this.line(name, `${name}_bucket`, labels, total, bound);
    });
    total += counts[LATENCY_BUCKETS_S.length]!;
    this.line(name, `${name}_bucket`, labels, total, '+Inf');
    this.line(name, `${name}_sum`, labels, sumS);
    this.line(name, `${name}_count`, labels, total);
  }

  toString(): string {
    const blocks = [...this.samples].map(([name, lines]) => {
      const { help, type } = METRICS[name];
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
    });
    return blocks.join('');
  }

  private line(name: MetricName, sample: string, labels: Labels, value: number, le?: number | string): void {
    const known: readonly string[] = METRICS[name].labels;
    const names = Object.keys(labels);
    if (names.length !== known.length || names.some((label) => !known.includes(label)))
      throw new RangeError(`${name} has the labels ${known.join(', ')}`);
    const all = names.map((label) => `${label}="${escaped(String(labels[label]))}"`);
    if (le !== undefined) all.push(`le="${le}"`);
    const lines = this.samples.get(name) ?? [];
    this.samples.set(name, lines);
    lines.push(`${sample}${all.length === 0 ? '' : `{${all.join(',')}}`} ${value}`);
  }
}

/** docs/design/metrics.md. */
export function metricsPage(): string {
  const rows = Object.entries(METRICS).map(
    ([name, { type, labels, program, shows, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${program} | ${shows} | ${help} |`,
  );
  return `# Metrics

Made from the catalogue (\`libs/telemetry/src/metrics.ts\`) by \`npm run generate\`: do not edit.

Every program tells its figures in the text format of Prometheus at \`GET /v1/metrics\`. Gateway and router do so at their admin interface, over mutual TLS: the gateway to the worker's certificate, the router to the orchestrator's. Orchestrator and worker have
\`metrics\` in their settings: an address of the host (\`listen\`) and the SHA-256 of a key (\`keySha256\`) that is sent as \`Authorization: Bearer\`; \`npm start\` takes its admin key and writes the addresses to \`run.json\`. A gateway
instance serves one tenant and tells of that tenant alone; no figure carries the name of a tenant, an application or a number (S-06). Histograms have the bounds ${LATENCY_BUCKETS_S.join(', ')} seconds.

| name | type | labels | program | shows | what |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
