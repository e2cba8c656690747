/** `gateway --config <file>`: one incarnation of one gateway instance, until SIGTERM. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { InstanceConfigSchema, type InstanceConfig } from '#contracts/gateway-admin';
import { announceReady, stopOnSignals } from '#telemetry/lifecycle';
import { createLogger, type Logger } from '#telemetry/logger';
import { startIncarnation, type Incarnation } from './incarnation.js';

const STOP_MS_MAX = 5000;

async function readConfig(): Promise<InstanceConfig> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('say which configuration: --config <file>');
  const parsed = InstanceConfigSchema.safeParse(JSON.parse(await readFile(values.config, 'utf8')));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${values.config} is not an instance configuration: ${faults.join('; ')}`);
}

async function main(logger: Logger): Promise<void> {
  let incarnation: Incarnation | undefined;
  let stopped = false;
  const stop = stopOnSignals(async () => {
    stopped = true;
    await incarnation?.stop();
    logger.info('stopped');
  }, STOP_MS_MAX);
  try {
    const config = await readConfig();
    incarnation = await startIncarnation(config, logger);
    if (stopped) return await incarnation.stop();
    const facts = { ...incarnation.health(), address: config.address, ports: incarnation.ports };
    logger.info(facts, 'serving');
    announceReady(facts);
  } catch (error) {
    logger.fatal({ err: error }, 'the gateway cannot start');
    process.exitCode = 1;
    if (!stopped) process.exit(1);
    stop();
  }
}

const logger = createLogger('gateway');
process.on('unhandledRejection', (error) => {
  logger.fatal({ err: error }, 'a promise was rejected and nobody looked');
  process.exit(1);
});
await main(logger);
