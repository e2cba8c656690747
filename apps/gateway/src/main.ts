/** `gateway --config <file>`: one incarnation of one gateway instance, until SIGTERM. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { InstanceConfig } from '#contracts/gateway-admin';
import { announceReady, stopOnSignals } from '#telemetry/lifecycle';
import type { Logger } from '#telemetry/logger';
import { startIncarnation, type Incarnation } from './incarnation.js';
import { InstanceLog } from './instance-log.js';
import { readDocument } from './shapes/shapes.js';

const STOP_MS_MAX = 5000;

async function readConfig(): Promise<InstanceConfig> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('say which configuration: --config <file>');
  const shaped = await readDocument('instanceConfig', JSON.parse(readFileSync(values.config, 'utf8')));
  if (shaped.ok) return shaped.value;
  const faults = shaped.errors.map(({ path, message }) => `${path}: ${message}`);
  throw new Error(`${values.config} is not an instance configuration: ${faults.join('; ')}`);
}

async function main(log: InstanceLog, logger: Logger): Promise<void> {
  let incarnation: Incarnation | undefined;
  let stopped = false;
  const stop = stopOnSignals(async () => {
    stopped = true;
    await incarnation?.stop();
    logger.info('stopped');
    await log.end();
  }, STOP_MS_MAX);
  try {
    const config = await readConfig();
    log.open(config.logDir);
    incarnation = await startIncarnation(config, logger, log);
    if (stopped) return await incarnation.stop();
    const facts = { ...incarnation.health(), address: config.address, ports: incarnation.ports };
    // told by the loader: `used` when this start was spared the compiling
    const codeCache = (globalThis as Record<symbol, unknown>)[Symbol.for('cordboard.code-cache')];
    logger.info({ ...facts, codeCache }, 'serving');
    announceReady(facts);
  } catch (error) {
    logger.fatal({ err: error }, 'the gateway cannot start');
    process.exitCode = 1;
    if (!stopped) process.exit(1);
    stop();
  }
}

const log = new InstanceLog();
const { logger } = log;
process.on('unhandledRejection', (error) => {
  logger.fatal({ err: error }, 'a promise was rejected and nobody looked');
  process.exit(1);
});
void main(log, logger);
