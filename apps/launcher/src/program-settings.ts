/** Writes the settings file of each program (`#config/settings` has their shapes), mode 0600. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import type { HomeLayout } from '#config/home';
import {
  callManagerSimSettings,
  orchestratorMigrateSettings,
  orchestratorSettings,
  routerSettings,
  workerSettings,
} from '#config/settings';
import { sha256Hex } from '#pki/api-keys';
import type { Installation } from './installation.js';
import type { LaunchOptions } from './options.js';
import type { Database } from './postgres/embedded.js';
import { writePrivateJson } from './private-files.js';
import { sampleEquipment } from './sample-equipment.js';

export const ROUTER_ADMIN_PORT = 9444;
export const SIMULATOR_ADMIN_PORT = 8471;
/** Where orchestrator and worker tell their figures, at the installation's own address. */
export const METRICS_PORTS = { orchestrator: 9445, worker: 9446 } as const;
/** Each controller's phones: 50, from these numbers on. */
export const FIRST_EXTENSIONS = [1001, 1101, 1201];
export const PHONES_PER_CONTROLLER = 50;

export interface SettingsFacts {
  readonly layout: HomeLayout;
  readonly cloneRoot: string;
  readonly options: LaunchOptions;
  readonly installation: Installation;
}

export const controllerName = (index: number) => `controller-${index + 1}`;

const written = <S extends z.ZodType>(file: string, schema: S, settings: z.input<S>) =>
  writePrivateJson(file, schema.parse(settings));

const logLevelOf = (options: LaunchOptions) => (options.logLevel === undefined ? {} : { logLevel: options.logLevel as 'info' });

/** Router and simulator need no database, so they can start before it is there. */
export function writeEdgeSettings({ layout, options, installation }: SettingsFacts): void {
  mkdirSync(layout.settings, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(layout.routingTableFile), { recursive: true, mode: 0o700 });
  written(layout.settingsFile('router'), routerSettings, {
    listen: {
      http: { host: '127.0.0.1', port: installation.ports.edgeHttp },
      https: { host: '127.0.0.1', port: installation.ports.edgeHttps },
      external: { host: '127.0.0.1', port: installation.ports.edgeExternal },
    },
    admin: { host: installation.serviceAddress, port: ROUTER_ADMIN_PORT },
    edgeDomain: options.edgeDomain,
    edgeTls: layout.certificate('edge'),
    tls: { ...layout.certificate('router'), caFile: layout.caFile },
    tableFile: layout.routingTableFile,
    ...logLevelOf(options),
  });
  const firstExtensions = installation.controllerAddresses.map((_, index) => FIRST_EXTENSIONS[index] ?? 1000 + index * 100 + 1);
  const equipmentFile = join(layout.settings, 'call-manager-sim-equipment.json');
  writePrivateJson(equipmentFile, sampleEquipment(firstExtensions));
  written(layout.settingsFile('call-manager-sim'), callManagerSimSettings, {
    instanceCaFile: layout.caFile,
    admin: { host: installation.serviceAddress, port: SIMULATOR_ADMIN_PORT, key: installation.simulatorKey },
    controllers: installation.controllerAddresses.map((address, index) => ({
      name: controllerName(index),
      address,
      certFile: join(layout.controllerCertificates, `${address}.crt`),
      keyFile: join(layout.controllerCertificates, `${address}.key`),
      extensions: { from: firstExtensions[index] ?? 0, count: PHONES_PER_CONTROLLER },
    })),
    equipmentFile,
    ...logLevelOf(options),
  });
}

/** @param queueUrl of the person who starts us, else the queue is in the database */
export function writeControlSettings({ layout, cloneRoot, options, installation }: SettingsFacts, database: Database): void {
  const queueUrl = options.queueUrl ?? database.appUrl;
  const log = logLevelOf(options);
  const metrics = (program: keyof typeof METRICS_PORTS) => ({
    listen: { host: installation.serviceAddress, port: METRICS_PORTS[program] },
    keySha256: sha256Hex(installation.adminKey),
  });
  written(layout.settingsFile('migrate'), orchestratorMigrateSettings, {
    databaseOwnerUrl: database.ownerUrl,
    appRole: database.appRole,
    queueUrl: options.queueUrl ?? database.ownerUrl,
    ...log,
  });
  written(layout.settingsFile('orchestrator'), orchestratorSettings, {
    home: layout.home,
    databaseUrl: database.appUrl,
    queueUrl,
    listen: { host: '127.0.0.1', port: installation.ports.control },
    routers: [{ adminUrl: `https://${installation.serviceAddress}:${ROUTER_ADMIN_PORT}`, serverName: 'router' }],
    tls: { ...layout.certificate('orchestrator'), caFile: layout.caFile },
    documentKeyFile: layout.documentKeyFile,
    edge: { ...edgeBases(installation), domain: options.edgeDomain },
    bootstrapAdminKeySha256: sha256Hex(installation.adminKey),
    metrics: metrics('orchestrator'),
    ...log,
  });
  written(layout.settingsFile('worker'), workerSettings, {
    home: layout.home,
    databaseUrl: database.appUrl,
    queueUrl,
    gatewayProgram: join(cloneRoot, 'dist', 'gateway', 'gateway.mjs'),
    addressRange: installation.instanceRange,
    authorityDir: layout.pki,
    controllerCaFile: layout.controllersCaFile,
    documentPublicKeyFile: layout.documentPublicKeyFile,
    secretsKeyFile: layout.secretsKeyFile,
    tls: { ...layout.certificate('worker'), caFile: layout.caFile },
    metrics: metrics('worker'),
    ...log,
  });
}

export function edgeBases({ ports }: Pick<Installation, 'ports'>): { readonly http: string; readonly https: string } {
  return { http: `http://127.0.0.1:${ports.edgeHttp}`, https: `https://127.0.0.1:${ports.edgeHttps}` };
}
