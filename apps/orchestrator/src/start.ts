/** Puts the orchestrator together and takes it apart; `main.ts` and the tests call it. */
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OrchestratorSettings } from '#config/settings';
import type { Producer } from '#jobs/producer';
import * as apiKeys from '#persistence/api-keys';
import { openDatabase, type Database } from '#persistence/database';
import { nestLogger, type Logger } from '#telemetry/logger';
import { serveMetrics } from '#telemetry/metrics-server';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';
import { controlMetrics } from './control-metrics.js';
import { AccessDocumentIssuer } from './documents/access-document.issuer.js';
import { DocumentRenewalLoop } from './documents/document-renewal.loop.js';
import { CONTROLLERS, OrchestratorModule } from './orchestrator.module.js';
import { entry } from './rest/entry.middleware.js';
import { assertRoutesComplete } from './rest/registered-routes.js';
import { PublishedTable } from './routing/published-table.js';
import { RouterClient } from './routing/router-client.js';
import { RoutingPublisherLoop } from './routing/routing-publisher.loop.js';
import { Bell } from './unit-of-work/bell.js';
import { OperationNotices } from './use-cases/operations/operation-notices.js';

export interface RunningOrchestrator {
  readonly port: number;
  /** Where figures are told, if anywhere. */
  readonly metricsPort: number | undefined;
  readonly server: Server;
  /** Finishes what is under way and closes everything. May be called twice. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly settings: OrchestratorSettings;
  readonly logger: Logger;
  readonly producer: Producer;
  /** Shorter times than {@link CLIENT_TIMES}. */
  readonly clientTimes?: Partial<ClientTimes>;
}

/** S-54: what slow and idle clients may take, in milliseconds. */
export interface ClientTimes {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** Nothing read or written for so long, also by a client that does not take its answer; longer than an operation is waited for. */
  readonly stalledMs: number;
  /** How often they are looked at. */
  readonly checkMs: number;
}
const CONNECTIONS_MAX = 2000;
const CLIENT_TIMES: ClientTimes = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 10_000,
  stalledMs: 90_000,
  checkMs: 2000,
};

/** Resolves when requests are answered. Routers that are away do not keep it from starting. */
export async function startOrchestrator({ settings, logger, producer, clientTimes }: StartOptions): Promise<RunningOrchestrator> {
  assertRoutesComplete(CONTROLLERS);
  const onError = (err: Error) => logger.warn({ err }, 'a database connection was lost');
  const database = await openDatabase({
    url: settings.databaseUrl,
    applicationName: 'cordboard orchestrator',
    poolMax: 20,
    onError,
  });
  try {
    return await assemble(settings, logger, database, producer, { ...CLIENT_TIMES, ...clientTimes });
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function assemble(
  settings: OrchestratorSettings,
  logger: Logger,
  database: Database,
  producer: Producer,
  times: ClientTimes,
): Promise<RunningOrchestrator> {
  await admitBootstrapKey(database, settings.bootstrapAdminKeySha256);
  const bell = new Bell(producer, database, logger);
  const documentKey = await readFile(settings.documentKeyFile, 'utf8');
  const module = OrchestratorModule.with({ settings, database, logger, bell, documentKey });
  const adapter = new ExpressAdapter();
  const express = adapter.getInstance<Express>();
  express.disable('x-powered-by');
  express.set('etag', false);
  express.set('query parser', 'simple');
  express.use(entry);
  const app = await NestFactory.create(module, adapter, { logger: nestLogger(logger), bodyParser: false, abortOnError: false });
  await app.init();

  const routers = await routerClients(settings);
  const publisher = new RoutingPublisherLoop(database, routers, app.get(PublishedTable), logger);
  const renewal = new DocumentRenewalLoop(database, app.get(AccessDocumentIssuer), bell, logger);
  const notices = app.get(OperationNotices);
  await database.listen('cordboard_instance_status', () => (publisher.nudge(), renewal.nudge()));
  await database.listen('cordboard_spec', publisher.nudge);
  await database.listen('cordboard_operation', (id) => notices.publish(id));
  const server = await listen(express as unknown as RequestListener, settings.listen, times);
  const metrics =
    settings.metrics === undefined
      ? undefined
      : await serveMetrics({ ...settings.metrics, logger, text: () => controlMetrics(database, producer) });
  publisher.start();
  renewal.start();

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    notices.close();
    await metrics?.close();
    await closeServer(server);
    await Promise.all([publisher.stop(), renewal.stop()]);
    await bell.close();
    await app.close();
    await database.close();
  };
  return { port: (server.address() as AddressInfo).port, metricsPort: metrics?.port, server, close: () => (closing ??= close()) };
}

/** Upsert: the same key twice is one; a revoked one stays revoked. */
async function admitBootstrapKey(database: Database, sha256: string | undefined): Promise<void> {
  if (sha256 === undefined) return;
  const short = sha256.slice(0, 12);
  await database.asPlatform((tx) =>
    apiKeys.insert(tx, { name: `bootstrap ${short}`, prefix: `cbk_a${short.slice(0, 7)}`, sha256 }),
  );
}

async function routerClients(settings: OrchestratorSettings): Promise<RouterClient[]> {
  if (settings.routers.length === 0) return [];
  const { certFile, keyFile, caFile } = settings.tls;
  const [cert, key, ca] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8'), readFile(caFile, 'utf8')]);
  return settings.routers.map(({ adminUrl, serverName }) => new RouterClient(adminUrl, serverName, { cert, key, ca }));
}

async function listen(
  handler: RequestListener,
  address: { readonly host: string; readonly port: number },
  times: ClientTimes,
): Promise<Server> {
  const server = createServer(
    {
      headersTimeout: times.headersMs,
      requestTimeout: times.requestMs,
      keepAliveTimeout: times.keepAliveMs,
      connectionsCheckingInterval: times.checkMs,
      maxHeaderSize: 16_384,
      insecureHTTPParser: false,
    },
    handler,
  );
  // what is expected beyond `100-continue` is not looked at: node's own answer would have no type
  server.on('checkExpectation', handler);
  server.maxConnections = CONNECTIONS_MAX;
  server.setTimeout(times.stalledMs);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return server;
}

/** Requests under way get their answer, for five seconds at most; connections close as they fall idle. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const hard = setTimeout(() => server.closeAllConnections(), 5000);
  await closed;
  clearInterval(idle);
  clearTimeout(hard);
}
