/** The live simulator: the simulation moved along with the wall clock, its controllers on the network, its admin interface. */
import { readFile } from 'node:fs/promises';
import type { CallManagerSimSettings } from '#config/settings';
import { createLogger } from '#telemetry/logger';
import { AdminServer } from './admin/admin-server.js';
import { Desk } from './admin/desk.js';
import { monitorLimitsOf, phonesOf, platformOf } from './equipment.js';
import { readEquipment, withEquipment } from './equipment-file.js';
import { ControllerServer } from './server/controller-server.js';
import { Simulation, type SimulatedControllerSpec } from './simulation.js';
import { Trace } from './trace/trace.js';
import { WallClock } from './wall-clock.js';

const TRACE_ENTRIES_MAX = 20_000;

export interface RunningController {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly extensions: readonly string[];
}

export interface RunningSimulator {
  readonly adminBase: string;
  readonly controllers: readonly RunningController[];
  /** GOODBYE on every link, then all sockets closed. May be called twice. */
  close(): Promise<void>;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Rejects when a file cannot be read or an address cannot be listened on; nothing is left open then. */
export async function startSimulator(settings: CallManagerSimSettings): Promise<RunningSimulator> {
  if (!LOOPBACK.test(settings.admin.host))
    throw new Error('the admin interface is plain HTTP: its host must be a loopback address');
  const epochMs = Date.now();
  const servers: ControllerServer[] = [];
  const simulation = new Simulation(await controllerSpecs(settings, epochMs), (monitor, happening) =>
    servers[happening.phone.controller]?.monitored(monitor, happening),
  );
  const clock = new WallClock(simulation);
  const trace = new Trace(settings.traceEntriesMax ?? TRACE_ENTRIES_MAX, () => ({
    virtualMs: clock.nowMs(),
    wallMs: Date.now(),
  }));
  servers.push(...(await controllerServers(settings, simulation, trace, clock, epochMs)));
  const desk = new Desk(simulation, servers, trace, clock, settings.seed);
  const logger = createLogger('call-manager-sim', { level: settings.logLevel });
  const admin = new AdminServer(desk, settings.admin.key, (error) =>
    logger.error({ err: error }, 'a request of the admin interface failed'),
  );
  const close = async () => {
    clock.stop();
    desk.stop();
    await Promise.all([...servers.map((server) => server.close()), admin.close()]);
  };
  try {
    for (const server of servers) await server.listen();
    const port = await admin.listen(settings.admin.host, settings.admin.port);
    clock.start();
    return {
      adminBase: `http://${bracketed(settings.admin.host)}:${port}`,
      controllers: servers.map((server) => described(server, simulation)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function controllerSpecs(settings: CallManagerSimSettings, epochMs: number): Promise<SimulatedControllerSpec[]> {
  const { equipmentFile, controllers, seed } = settings;
  const equipment = equipmentFile ? readEquipment(await readFile(equipmentFile, 'utf8'), equipmentFile) : [];
  if (equipment.length > controllers.length) throw new Error('the equipment file has more controllers than the settings');
  return controllers.map((controller, index) => ({
    ...withEquipment(phonesOf(controller, seed), equipment[index]),
    bootId: bootIdAt(epochMs, index),
    name: controller.name,
    address: controller.address,
    release: controller.release,
    monitorLimits: monitorLimitsOf(controller),
  }));
}

/** Another one at every start, so that serials that begin anew never name an older event. */
function bootIdAt(epochMs: number, index: number): number {
  return ((Math.floor(epochMs / 1000) + index) % 0xffff_ffff) + 1;
}

async function controllerServers(
  settings: CallManagerSimSettings,
  simulation: Simulation,
  trace: Trace,
  clock: WallClock,
  epochMs: number,
): Promise<ControllerServer[]> {
  const instanceCaPem = await readFile(settings.instanceCaFile, 'utf8');
  return Promise.all(
    settings.controllers.map(async (controller, index) => {
      const [certPem, keyPem] = await Promise.all([readFile(controller.certFile, 'utf8'), readFile(controller.keyFile, 'utf8')]);
      const { name, address, port, release, capabilities } = controller;
      const platform = platformOf(controller.platform);
      const oneFramePerRecord = settings.oneFramePerRecord ?? false;
      const { heartbeatMs } = settings;
      const spec = {
        index,
        name,
        address,
        port,
        certPem,
        keyPem,
        instanceCaPem,
        platform,
        release,
        heartbeatMs,
        oneFramePerRecord,
        capabilities,
        epochMs,
      };
      return new ControllerServer(spec, simulation, trace, () => clock.catchUp());
    }),
  );
}

function described(server: ControllerServer, simulation: Simulation): RunningController {
  const { name, address, index } = server.spec;
  return { name, address, port: server.port, extensions: simulation.cluster.phones(index).map((phone) => phone.dn) };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
