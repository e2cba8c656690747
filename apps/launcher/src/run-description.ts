/** What `run.json` says of a running system. */
import { resolve } from 'node:path';
import type { HomeLayout } from '#config/home';
import { RunFileSchema, type RunFile } from '#contracts/run-file';
import type { Installation } from './installation.js';
import {
  controllerName,
  edgeBases,
  FIRST_EXTENSIONS,
  PHONES_PER_CONTROLLER,
  METRICS_PORTS,
  SIMULATOR_ADMIN_PORT,
} from './program-settings.js';
import { commandsToTry } from './run-summary.js';
import { SAMPLE, type SampleTenant } from './sample-tenant.js';

export interface RunFacts {
  readonly layout: HomeLayout;
  readonly cloneRoot: string;
  readonly installation: Installation;
  readonly tenant: SampleTenant;
  readonly startedAt: string;
  readonly instances: RunFile['tenant']['instances'];
  /** undefined for what does not run now. */
  readonly pids: Readonly<Record<string, number | undefined>>;
}

export const controlBase = ({ ports }: Pick<Installation, 'ports'>): string => `http://127.0.0.1:${ports.control}`;

function extensionsOf(index: number): string[] {
  const first = FIRST_EXTENSIONS[index] ?? 0;
  return Array.from({ length: PHONES_PER_CONTROLLER }, (_, offset) => String(first + offset));
}

export function describeRun({ layout, cloneRoot, installation, tenant, startedAt, instances, pids }: RunFacts): RunFile {
  const base = {
    control: { base: controlBase(installation), adminKey: installation.adminKey },
    metrics: { orchestrator: metricsUrl(installation, 'orchestrator'), worker: metricsUrl(installation, 'worker') },
    edge: {
      ...edgeBases(installation),
      external: `https://127.0.0.1:${installation.ports.edgeExternal}`,
      caFile: layout.caFile,
    },
    tenant: {
      id: tenant.id,
      slug: SAMPLE.slug,
      companyName: SAMPLE.companyName,
      key: tenant.key,
      application: tenant.application,
      controllers: installation.controllerAddresses.map((address, index) => ({
        name: controllerName(index),
        address,
        extensions: extensionsOf(index),
      })),
      instances,
    },
  };
  const running = Object.entries(pids).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return RunFileSchema.parse({
    schema: 1,
    startedAt,
    pid: process.pid,
    home: layout.home,
    ...base,
    simulator: { base: `http://${installation.serviceAddress}:${SIMULATOR_ADMIN_PORT}`, key: installation.simulatorKey },
    pids: { launcher: process.pid, ...Object.fromEntries(running) },
    commands: commandsToTry({
      cloneRoot,
      home: layout.home,
      isDefaultHome: layout.home === resolve(cloneRoot, 'var'),
      run: base,
    }),
  } satisfies RunFile);
}

const metricsUrl = ({ serviceAddress }: Pick<Installation, 'serviceAddress'>, program: keyof typeof METRICS_PORTS): string =>
  `http://${serviceAddress}:${METRICS_PORTS[program]}/v1/metrics`;
