/** The orchestrator: `main.js --settings <file>` serves the control API; `main.js migrate --settings <file>` prepares the database. */
import 'reflect-metadata';
import { loadSettings, orchestratorMigrateSettings, orchestratorSettings } from '#config/settings';
import { openProducer } from '#jobs/producer';
import { armFailpoints } from '#telemetry/failpoints';
import { announceReady, exitWithLauncher, stopOnSignals } from '#telemetry/lifecycle';
import { createLogger, type Logger } from '#telemetry/logger';
import { runMigrations } from './migrate.js';
import { startOrchestrator } from './start.js';

async function serve(): Promise<void> {
  const settings = loadSettings(orchestratorSettings);
  const logger = createLogger('orchestrator', settings.logLevel);
  armFailpoints(settings.failpoints);
  exitWithLauncher();
  await orFail(logger, async () => {
    const producer = openProducer({
      queueUrl: settings.queueUrl,
      onError: (err) => logger.warn({ err }, 'the queue cannot be reached'),
    });
    const running = await startOrchestrator({ settings, logger, producer });
    stopOnSignals(async () => {
      logger.info('stopping');
      await running.close();
    });
    logger.info({ host: settings.listen.host, port: running.port }, 'the control API answers');
    announceReady({ port: running.port });
  });
}

async function migrateOnce(): Promise<void> {
  const settings = loadSettings(orchestratorMigrateSettings);
  const logger = createLogger('orchestrator', settings.logLevel);
  await orFail(logger, () => runMigrations(settings, logger));
}

async function orFail(logger: Logger, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (err) {
    logger.fatal({ err }, `could not start: ${err instanceof Error ? err.message : String(err)}`);
    process.exit(1);
  }
}

await (process.argv[2] === 'migrate' ? migrateOnce() : serve());
