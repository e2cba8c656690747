/** `router --settings <file>`: the edge. Serves from its table on disk until the orchestrator pushes a newer one. */
import { loadSettings, routerSettings } from '#config/settings';
import { announceReady, exitWithLauncher, stopOnSignals } from '#telemetry/lifecycle';
import { createLogger } from '#telemetry/logger';
import { startRouter } from './router.js';

exitWithLauncher();
const settings = loadSettings(routerSettings);
const logger = createLogger('router', settings.logLevel);
// not awaited at the top: the bundle is a CommonJS file
startRouter(settings, logger).then(
  (router) => {
    stopOnSignals(async () => {
      await router.close();
      logger.info('router stopped');
    });
    announceReady({ httpPort: router.httpPort, httpsPort: router.httpsPort, adminPort: router.adminPort });
  },
  (error: unknown) => {
    logger.fatal({ err: error }, 'the router cannot start');
    process.exitCode = 1;
  },
);
