/**
 * The worker: `main.js --settings <file>` runs the control loops; `main.js stop-instances --settings <file>` ends every instance process of
 * this home and exits. A SIGTERM leaves instances running; the message `{type: 'shutdown', instances: 'stop'}` ends them too.
 */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { loadSettings, workerSettings } from '#config/settings';
import { armFailpoints } from '#telemetry/failpoints';
import { announceReady, exitWithLauncher, stopOnSignals } from '#telemetry/lifecycle';
import { createLogger, nestLogger } from '#telemetry/logger';
import { serveMetrics } from '#telemetry/metrics-server';
import { stopAllInstances } from './shutdown/stop-instances.js';
import { openDriver, WorkerRuntime } from './worker-runtime.js';
import { WorkerModule } from './worker.module.js';

const STOP_GRACE_MS = 25_000;

const settings = loadSettings(workerSettings);
const logger = createLogger('worker', settings.logLevel);

if (process.argv[2] === 'stop-instances') {
  const driver = openDriver(settings);
  const stopped = await stopAllInstances(driver, logger);
  const left = await driver.list();
  driver.close();
  logger.info({ stopped: stopped.length, left: left.length }, 'instances: stopped');
  process.exit(left.length === 0 ? 0 : 1);
}

armFailpoints(settings.failpoints);
exitWithLauncher();
const module = await WorkerModule.open(settings, logger).catch((error: unknown) => {
  logger.fatal({ err: error }, 'the worker cannot start');
  process.exit(1);
});
const application = await NestFactory.createApplicationContext(module, { logger: nestLogger(logger) });
const runtime = application.get(WorkerRuntime);

const metrics =
  settings.metrics === undefined
    ? undefined
    : await serveMetrics({ ...settings.metrics, logger, text: async () => runtime.figures.text(performance.now()) });

let instancesToo = false;
const stop = stopOnSignals(async () => {
  await metrics?.close();
  await application.close();
  if (instancesToo) await runtime.stopInstances();
  await runtime.close();
  logger.info('stopped');
}, STOP_GRACE_MS);
process.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'shutdown') return;
  instancesToo = 'instances' in message && message.instances === 'stop';
  stop();
});

logger.info({ home: settings.home, addressRange: settings.addressRange }, 'the worker runs');
announceReady();
