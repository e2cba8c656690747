/** Puts the router together: table, pools, the edge listeners and the admin interface. */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RouterSettings } from '#config/settings';
import type { Logger } from '#telemetry/logger';
import { createAdminServer } from './admin/admin-server.js';
import { TableHolder } from './admin/table-holder.js';
import { EdgeHandler, type Listener } from './edge/edge-handler.js';
import { InstancePools } from './edge/instance-pools.js';
import { AddressCounts, createEdgeServer } from './edge/listeners.js';
import { Tunnels } from './edge/tunnels.js';

/** What is under way may finish for so long after a stop; then it is cut. */
const FINISH_MS = 4000;

export interface RunningRouter {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Undefined when there is no external listener. */
  readonly externalPort: number | undefined;
  readonly adminPort: number;
  /** Version of the table that is held; 0 when none. */
  readonly tableVersion: () => number;
  /** Takes no new connections, lets answers finish, cuts the rest; within 5 s. May be called twice. */
  close(): Promise<void>;
}

/** Resolves when all listeners are open; rejects, with none left open, when one cannot be. */
export async function startRouter(settings: RouterSettings, logger: Logger): Promise<RunningRouter> {
  const [cert, key, ca, edgeCert, edgeKey] = (await Promise.all(
    [settings.tls.certFile, settings.tls.keyFile, settings.tls.caFile, settings.edgeTls.certFile, settings.edgeTls.keyFile].map(
      async (file) => await readFile(file, 'utf8'),
    ),
  )) as [string, string, string, string, string];
  const pools = new InstancePools({ cert, key, ca }, settings.limits.upstreamTimeoutMs);
  const tunnels = new Tunnels(pools);
  const holder = new TableHolder(settings.tableFile, (index) => {
    pools.follow(index);
    tunnels.follow(index);
  });
  await holder.load(logger);

  const handler = new EdgeHandler({
    index: () => holder.index,
    pools,
    tunnels,
    edgeDomain: settings.edgeDomain,
    bodyBytesMax: settings.limits.bodyBytesMax,
    logger,
  });
  const addresses = new AddressCounts(settings.limits.connectionsPerAddressMax);
  let closing = false;
  const edge = (listener: Listener, tls?: { cert: string; key: string }): Server =>
    createEdgeServer(
      settings.limits,
      addresses,
      async (request, response) => {
        if (closing) response.setHeader('connection', 'close');
        await handler.handle(request, response, listener);
      },
      (request, socket, head) => (closing ? socket.destroy() : handler.upgrade(request, socket, head, listener)),
      tls,
    );
  const edgeTls = { cert: edgeCert, key: edgeKey };
  const { external } = settings.listen;
  const servers = [
    edge('http'),
    edge('https', edgeTls),
    createAdminServer({ tls: { cert, key, ca }, orchestrator: settings.peers.orchestrator, holder, logger }),
    ...(external === undefined ? [] : [edge('external', edgeTls)]),
  ];
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing = true;
    // whoever holds a socket comes back with its cursor: there is nothing to wait for
    tunnels.close();
    closed ??= closeAll(servers, pools);
    await closed;
  };
  try {
    const places = [settings.listen.http, settings.listen.https, settings.admin, ...(external === undefined ? [] : [external])];
    const [httpPort, httpsPort, adminPort, externalPort] = (await Promise.all(
      servers.map(async (server, at) => await listen(server, places[at]!)),
    )) as [number, number, number, number | undefined];
    logger.info({ httpPort, httpsPort, externalPort, adminPort, tableVersion: holder.index.version }, 'router listens');
    return { httpPort, httpsPort, externalPort, adminPort, tableVersion: () => holder.index.version, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(server: Server, place: { readonly host: string; readonly port: number }): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: place.host, port: place.port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function closeAll(servers: readonly Server[], pools: InstancePools): Promise<void> {
  const timer = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), FINISH_MS);
  // a connection that was answering at the first look is idle a moment later: it is not waited for
  const sweep = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), 50);
  await Promise.all(
    servers.map(
      async (server) =>
        await new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    ),
  );
  clearTimeout(timer);
  clearInterval(sweep);
  await pools.close();
}
