import type { IncarnationHandle, RuntimeDriver } from '#runtime-drivers/runtime-driver';
import type { Logger } from '#telemetry/logger';

const GRACE_MS = 8000;

/** Ends every incarnation of this home at once and answers those whose end was confirmed. Needs no store. May be called twice. */
export async function stopAllInstances(driver: RuntimeDriver, logger: Logger): Promise<readonly IncarnationHandle[]> {
  const running = await driver.list();
  const stopped = await Promise.all(
    running.map(async (handle) => {
      try {
        await driver.stop(handle, GRACE_MS);
        return [handle];
      } catch (error) {
        logger.error({ instanceId: handle.instanceId, err: error }, 'instance: it could not be stopped');
        return [];
      }
    }),
  );
  return stopped.flat();
}
