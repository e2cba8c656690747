import { describe, expect, it } from 'vitest';
import * as limits from '#domain/limits';
import { METRICS, MetricsText } from '#telemetry/metrics';
import { makeObjectId } from '../switchboard/numbering.rules.js';
import { application, documentOf, grantOf, kindsOf, VirtualPlant } from '../switchboard/virtual-plant.fixture.js';
import { gatewayMetrics } from './gateway-metrics.js';

const metricsOf = (plant: VirtualPlant): string =>
  gatewayMetrics({
    report: plant.switchboard.report(),
    links: () => ({ roundTripMs: 2, refusedBackConnections: 3 }),
    logLinesDropped: 4,
    certificates: [['own', 1_800_000_000_500]],
  });

function busyPlant(): VirtualPlant {
  const plant = new VirtualPlant(undefined, documentOf({ controllers: [grantOf(1, { monitorKinds: kindsOf() })] })).up();
  const sessionId = plant.login();
  const objectId = plant.monitor(sessionId, 1001);
  plant.run({ name: 'makeCall', request: { sessionId, objectId, number: '5551234' } });
  plant.event(1001, 'ORIGINATED', 'NEW_CALL', 'originated');
  plant.run({ name: 'makeCall', request: { sessionId, objectId: makeObjectId(9, 1), number: '1' } });
  return plant;
}

/** Where each limit is shown; what is only known in the record of the control plane is named with where it is shown instead. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  INSTANCE_LIMITS: ['sessions', 'controllers', 'monitors', 'monitorsPerController', 'hotDeskUsers'],
  MONITORS_PER_POWERPC_CONTROLLER: ['monitorsPerController'],
  MONITORS_AT_CONTROLLER: ['devices.total', 'devices.shared', 'features.total', 'features.shared'].map(
    (name) => `monitors.${name}`,
  ),
  MONITOR_STARTS_PER_SECOND: ['monitorStarts'],
  APPLICATIONS_PER_TENANT: ['applications'],
  CALLS_PER_HOUR: ['callsPerHour'],
  RATES_PER_SECOND: ['applicationOperations', 'controllerOperations', 'instanceOperations', 'controllerEvents', 'instanceEvents'],
};
/** Counted across instances in Postgres: the orchestrator tells them. */
const IN_THE_RECORD = [
  'INSTANCES_PER_CONTROLLER',
  'INSTANCES_PER_BORDER_GATEWAY',
  'KEYS_PER_TENANT',
  'APPLICATION_USERS_PER_TENANT',
];

describe('figures of an instance', () => {
  it('R-LIM-13 show use and cap of every limit that an instance counts', () => {
    const text = metricsOf(busyPlant());
    const named = Object.entries(limits).flatMap(([name, value]) =>
      typeof value === 'function' || name === 'DEVICE_LICENCES' || /_WARNED_/.test(name) ? [] : [name],
    );
    expect(named.sort()).toEqual([...Object.keys(SHOWN), ...IN_THE_RECORD].sort());
    for (const limit of Object.values(SHOWN).flat())
      for (const kind of ['used', 'cap'])
        expect(text, `${limit} ${kind}`).toMatch(new RegExp(`_limit_${kind}\\{[^}]*limit="${limit}"\\} \\d+$`, 'm'));
  });

  it('R-LIM-13 R-LIC-01 show what is granted and used of licences of each kind; of single applications in one figure', () => {
    const applications = ['crm', 'one', 'two'].map((name) => application(name));
    const [, one, two] = applications;
    const pools = [
      ['standard', 6],
      ['salesforce', 3],
      [`application:${one!.id}`, 4],
      [`application:${two!.id}`, 10],
    ].map(([pool, granted]) => ({ pool: String(pool), granted: Number(granted), entitled: 20, full: false }));
    const plant = new VirtualPlant(undefined, documentOf({ applications, licences: { pools } })).up();
    plant.monitor(plant.login(), 1001);
    const { value } = plant.tryLogin({ applicationName: 'two' }) as { value: { sessionId: number } };
    plant.monitor(value.sessionId, 1002);
    plant.monitor(value.sessionId, 1003);
    const text = metricsOf(plant);
    for (const [name, used, cap] of [
      ['standard', 1, 6],
      ['salesforce', 0, 3],
      ['application', 2, 14],
    ] as const) {
      expect(text).toContain(`cordboard_limit_used{limit="licences.${name}"} ${used}\n`);
      expect(text).toContain(`cordboard_limit_cap{limit="licences.${name}"} ${cap}\n`);
    }
    expect(text).not.toContain(one!.id);
  });

  it('are in the text format, each as the catalogue names it, and every figure of the gateway is there', () => {
    const text = metricsOf(busyPlant());
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) cordboard_\w+ .+|cordboard_\w+(\{(\w+="[^"\n]*",?)+\})? -?[0-9.e+-]+)$/);
    for (const [name, { program }] of Object.entries(METRICS))
      if (program === 'gateway') expect(text, name).toContain(`# TYPE ${name} `);
    expect(text).toContain('cordboard_limit_used{limit="sessions"} 1\n');
    expect(text).toContain('cordboard_limit_cap{limit="sessions"} 1500\n');
    expect(text).toContain('cordboard_limit_cap{limit="hotDeskUsers"} 1500\n');
    expect(text).toContain('cordboard_operation_seconds_count{icp_id="1",application_type="generic"} 1\n');
    expect(text).toContain('cordboard_event_lag_seconds_count{icp_id="1"} 1\n');
    expect(text).toContain('cordboard_refused_total{code="CONTROLLER_UNKNOWN"} 1\n');
    // MONITOR_SET and the call that nobody has read yet
    expect(text).toContain('cordboard_events_waiting{application_type="generic"} 2\n');
    expect(text).toContain('cordboard_link_round_trip_seconds{icp_id="1"} 0.002\n');
    expect(text).toContain('cordboard_log_lines_dropped_total 4\n');
    expect(text).toContain('cordboard_certificate_not_after_seconds{holder="own"} 1800000000\n');
  });

  it('R-LOG-01 R-CC-09 tell how far applications of each type lag: by their slowest session, until it has read', () => {
    const plant = new VirtualPlant().up();
    const oldest = () => Number(/oldest_waiting_seconds\{application_type="generic"\} ([\d.]+)\n/.exec(metricsOf(plant))?.[1]);
    const [quick, slow] = [plant.login(), plant.login()];
    for (const sessionId of [quick, slow]) {
      plant.monitor(sessionId, 1001);
      plant.read(sessionId);
    }
    expect(oldest()).toBe(0);
    plant.event(1001, 'ORIGINATED', 'NEW_CALL', 'originated');
    plant.pass(5000, [quick, slow]);
    plant.read(quick);
    plant.event(1001, 'DELIVERED', 'DELIVERED', 'delivered');
    plant.pass(2000, [quick, slow]);
    expect(oldest()).toBeCloseTo(7, 0);
    plant.read(slow);
    expect(oldest()).toBeCloseTo(2, 0);
    plant.read(quick);
    expect(oldest()).toBe(0);
  });

  it('S-06 name no tenant, no application and no number', () => {
    expect(metricsOf(busyPlant())).not.toMatch(/Acme|crm|5551234|1001/);
  });

  it('labels are escaped and must be those of the catalogue', () => {
    const text = new MetricsText();
    text.add('cordboard_refused_total', { code: 'a"b\\c\nd' }, 1);
    expect(text.toString()).toContain('{code="a\\"b\\\\c\\nd"} 1');
    expect(() => text.add('cordboard_refused_total', { tenant: 'x' }, 1)).toThrow(RangeError);
  });
});
