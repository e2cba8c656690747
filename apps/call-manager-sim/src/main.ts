/** `main.js --settings <file>`: a simulated cluster of controllers until SIGTERM. */
import { callManagerSimSettings, loadSettings } from '#config/settings';
import { announceReady, exitWithLauncher, stopOnSignals } from '#telemetry/lifecycle';
import { createLogger } from '#telemetry/logger';
import { startSimulator } from './simulator.js';

const settings = loadSettings(callManagerSimSettings);
const logger = createLogger('call-manager-sim', { level: settings.logLevel });
exitWithLauncher();
try {
  const simulator = await startSimulator(settings);
  stopOnSignals(() => simulator.close());
  const port = Number(new URL(simulator.adminBase).port);
  logger.info(
    { admin: simulator.adminBase, controllers: simulator.controllers.map(({ address, port: at }) => `${address}:${at}`) },
    'ready',
  );
  announceReady({ port });
} catch (error) {
  logger.fatal({ err: error }, 'the simulator could not start');
  process.exit(1);
}
