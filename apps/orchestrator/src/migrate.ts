/** `main.js migrate --settings <file>`: brings database and queue to this release, as the role that owns them, and ends. */
import type { OrchestratorMigrateSettings } from '#config/settings';
import { migrateQueue } from '#jobs/migrate';
import { migrate } from '#persistence/migrate';
import type { Logger } from '#telemetry/logger';

/** May be called any number of times. */
export async function runMigrations(settings: OrchestratorMigrateSettings, logger: Logger): Promise<void> {
  const { databaseOwnerUrl: ownerUrl, appRole, queueUrl } = settings;
  const ran = await migrate({ ownerUrl, appRole });
  logger.info({ ran }, ran.length === 0 ? 'the schema is as it should be' : 'the schema has been migrated');
  await migrateQueue({ ownerUrl, appRole, queueUrl });
  logger.info('the queue is ready');
}
